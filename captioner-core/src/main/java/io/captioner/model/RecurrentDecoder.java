package io.captioner.model;

import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.ShapeException;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Words into layers of cells, and words out of them; how the picture is seen is left to subclasses. A state's rows are h, and c where the cell
 * has one, of each layer; gates (N, R, G H) may follow, which a subclass adds in each turn. E word vector, H hidden state, G gates of a cell, V
 * words.
 */
abstract class RecurrentDecoder implements Decoder {
    private static final Initializer SMALL = Initializer.uniform(0.1f);

    /**
     * @param cell what remembers
     * @param layers of cells
     * @param embeddingSize E
     * @param hiddenSize H
     * @param dropout of hidden states
     * @param embeddingDropout of word vectors
     * @param featureSize d of projected features, or 0
     * @param tiedOutput whether the output shares the embedding
     */
    record Settings(
            Cell cell,
            int layers,
            int embeddingSize,
            int hiddenSize,
            double dropout,
            double embeddingDropout,
            int featureSize,
            boolean tiedOutput) {
        static Settings of(RecurrentArchitecture architecture) {
            return new Settings(
                    architecture.cell(),
                    architecture.layers(),
                    architecture.embeddingSize(),
                    architecture.hiddenSize(),
                    architecture.dropout(),
                    architecture.embeddingDropout(),
                    architecture.featureSize(),
                    architecture.tiedOutput());
        }

        /** Of the features that the decoder works with. */
        int featureSize(int encoderSize) {
            return featureSize > 0 ? featureSize : encoderSize;
        }

        int tensorsOfLayer() {
            return cell.hasCellState() ? 2 : 1;
        }
    }

    private final Settings settings;
    private final @Nullable Linear projection; // of the encoder's features
    private final Embedding embedding; // (V, E)
    private final List<RecurrentCell> cells;
    private final Linear output; // H to V
    private final Tensor wordWeight; // W_ih[:, :E] of the first layer (G H, E)
    private final @Nullable Tensor wordGates; // of the whole vocabulary (V, G H)

    /** @param seenSize extent of what of the picture is given to the first layer beside each word, or 0 */
    RecurrentDecoder(Settings settings, Parameters parameters, int encoderSize, int seenSize, int vocabularySize) {
        this.settings = settings;
        int e = settings.embeddingSize();
        int h = settings.hiddenSize();
        projection = settings.featureSize() > 0
                ? Linear.of(parameters.scope("feature_proj"), encoderSize, settings.featureSize())
                : null;
        embedding = Embedding.of(parameters.scope("embedding"), vocabularySize, e, SMALL);
        cells = new ArrayList<>();
        for (int layer = 0; layer < settings.layers(); layer++) {
            int in = layer == 0 ? e + seenSize : h;
            cells.add(settings.cell().bind(parameters.scope("decode_step"), layer, in, h));
        }
        Parameters fc = parameters.scope("fc");
        output = new Linear(
                settings.tiedOutput() ? embedding.weight() : fc.parameter("weight", Shape.of(vocabularySize, h), SMALL),
                fc.parameter("bias", Shape.of(vocabularySize), Initializer.ZEROS));

        RecurrentCell first = cells.get(0);
        wordWeight = seenSize == 0 ? first.weightIh() : first.weightIh().slice(1, 0, e);
        // With fixed weights a word's part of the gates is a look-up.
        wordGates = parameters.algebra().training() ? null : embedding.weight().linear(wordWeight, first.inputBias());
    }

    /**
     * What is seen of the picture before a word.
     *
     * @param gates its part of the first layer's gates (N, R, G H), or none
     * @param alpha where it was seen (N, R, L)
     */
    record Look(@Nullable Tensor gates, Tensor alpha) {}

    /** @param hidden h of the last layer before the word (N, R, H) */
    abstract Look look(State state, Tensor hidden);

    /** W_ih[:, E:] of the first layer (G H, seen). */
    final Tensor seenWeight() {
        return cells.get(0).weightIh().slice(1, settings.embeddingSize(), Long.MAX_VALUE);
    }

    /** a' = relu(W a + b), or the features themselves. */
    final Tensor projected(Tensor features) {
        return projection == null ? features : projection.apply(features).relu(); // (N, L, D)
    }

    /** Word vectors as they are: (...) to (..., E). */
    final Tensor embedded(Tensor tokens) {
        return embedding.apply(tokens);
    }

    /** The part of the gates of a vector that stands in a word's place: (..., E) to (..., G H). */
    final Tensor gatesOf(Tensor vector) {
        return vector.linear(wordWeight, cells.get(0).inputBias());
    }

    /** States of all layers from h and c of all, one after another: (N, 1, layers * H) each, c null where the cell has none. */
    final List<Tensor> divided(Tensor hidden, @Nullable Tensor cell) {
        if (settings.layers() == 1) {
            return cell == null ? List.of(hidden) : List.of(hidden, cell);
        }
        List<Tensor> h = hidden.split(-1, settings.layers());
        List<Tensor> c = cell == null ? List.of() : cell.split(-1, settings.layers());
        List<Tensor> rows = new ArrayList<>();
        for (int layer = 0; layer < settings.layers(); layer++) {
            rows.add(h.get(layer));
            if (cell != null) {
                rows.add(c.get(layer));
            }
        }
        return rows; // (N, 1, H) each
    }

    /** Zeros of the shape of {@code x}, whatever it holds. */
    static Tensor zerosLike(Tensor x) {
        return x.lessThan(x).to(DType.FLOAT32);
    }

    @Override
    public Step step(Tensor tokens, State state) {
        Turn turn = turn(gates(tokens), state); // of (N, R, G H)
        // y = W_o h + b_o
        Tensor logits = output.apply(dropped(turn.hidden())); // (N, R, V)
        return new Step(logits, state.withRows(turn.rows()), turn.alpha());
    }

    @Override
    public Rollout teacherForced(State start, Tensor captions) {
        Algebra algebra = captions.algebra();
        int steps = (int) captions.dim(2) - 1;
        if (steps < 1) {
            throw new ShapeException(
                    "captions are " + captions.shape() + "; they must be (N, R, T) with T known and at least 2");
        }
        // All words at once before the recurrence, time outermost so that a step's are together; the vocabulary at once
        // after it.
        List<Tensor> gates =
                gates(captions.slice(2, 0, steps).transpose(2, 0, 1)).split(0, steps); // (1, N, R, G H) each
        State state = rowsOf(start, gates.get(0).squeeze(0));
        List<Tensor> hidden = new ArrayList<>();
        List<Tensor> alphas = new ArrayList<>();
        for (Tensor gatesOfStep : gates) {
            Turn turn = turn(gatesOfStep.squeeze(0), state);
            hidden.add(turn.hidden());
            alphas.add(turn.alpha());
            state = state.withRows(turn.rows());
        }
        Tensor logits = output.apply(dropped(algebra.stack(2, hidden))); // (N, R, T - 1, V)
        return new Rollout(logits, algebra.stack(2, alphas));
    }

    /** What a word contributes to the gates, with the input's bias: W_ih[:, :E] w + b, tokens (...) to (..., G H). */
    private Tensor gates(Tensor tokens) {
        if (wordGates != null) {
            return wordGates.rows(tokens);
        }
        return gatesOf(embedding.apply(tokens).dropout((float) settings.embeddingDropout()));
    }

    private record Turn(Tensor hidden, Tensor alpha, List<Tensor> rows) {}

    /** One turn of the recurrence, all but the output layer. */
    private Turn turn(Tensor gates, State state) {
        int last = (settings.layers() - 1) * settings.tensorsOfLayer();
        Look look = look(state, state.perRow().get(last));
        Tensor input = look.gates() == null ? gates : gates.plus(look.gates());
        List<Tensor> rows = pass(input, state.perRow());
        rows.addAll(state.perRow().subList(rows.size(), state.perRow().size())); // what stays as it is
        return new Turn(rows.get(last), look.alpha(), rows);
    }

    /** Through all layers: h^l, c^l = cell(dropout(h^(l-1)), h^l, c^l). */
    final List<Tensor> pass(Tensor input, List<Tensor> before) {
        int count = settings.tensorsOfLayer();
        List<Tensor> rows = new ArrayList<>();
        Tensor gates = input;
        for (int layer = 0; layer < settings.layers(); layer++) {
            if (layer > 0) {
                RecurrentCell cell = cells.get(layer);
                gates = dropped(rows.get((layer - 1) * count)).linear(cell.weightIh(), cell.inputBias());
            }
            rows.addAll(cells.get(layer).next(gates, before.subList(layer * count, (layer + 1) * count)));
        }
        return rows;
    }

    private Tensor dropped(Tensor hidden) {
        return hidden.dropout((float) settings.dropout());
    }

    /** Repeats the start (N, 1, H) for the R captions of an image; R may be unknown, but the gates (N, R, G H) have it. */
    private State rowsOf(State start, Tensor gates) {
        Tensor rows = gates.slice(2, 0, settings.hiddenSize()); // (N, R, H)
        List<Tensor> repeated = new ArrayList<>();
        int memories = settings.layers() * settings.tensorsOfLayer();
        for (Tensor tensor : start.perRow()) {
            repeated.add(tensor.expandAs(repeated.size() < memories ? rows : gates));
        }
        return start.withRows(repeated);
    }
}
