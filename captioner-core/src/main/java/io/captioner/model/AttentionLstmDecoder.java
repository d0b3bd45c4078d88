package io.captioner.model;

import io.captioner.nn.Algebra;
import io.captioner.nn.Attention;
import io.captioner.nn.Attention.Attended;
import io.captioner.nn.Decoder;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.ShapeException;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link AttentionLstm} with its weights. E word vector, H hidden state, D features (projected), A keys, V words. */
final class AttentionLstmDecoder implements Decoder {
    private static final Initializer SMALL = Initializer.uniform(0.1f);

    private final AttentionLstm architecture;
    private final @Nullable Linear projection; // of the encoder's features: D' to D
    private final Attention attention;
    private final Embedding embedding; // (V, E)
    private final Linear initHidden; // D to H
    private final Linear initCell; // D to H
    private final LstmCell cell; // of [word; context]: E + D to H
    private final @Nullable Linear beta; // H to D
    private final Linear output; // H to V

    private final Tensor wordWeight; // W_ih[:, :E] (4H, E)
    private final Tensor contextWeight; // W_ih[:, E:] (4H, D)
    private final @Nullable Tensor wordGates; // of the whole vocabulary (V, 4H)

    AttentionLstmDecoder(AttentionLstm architecture, Parameters parameters, int encoderSize, int vocabularySize) {
        this.architecture = architecture;
        int e = architecture.embeddingSize();
        int h = architecture.hiddenSize();
        int d = architecture.featureSize() > 0 ? architecture.featureSize() : encoderSize;
        projection = architecture.featureSize() > 0 ? Linear.of(parameters.scope("feature_proj"), encoderSize, d) : null;
        attention = architecture.attention().bind(parameters.scope("attention"), d, h);
        embedding = Embedding.of(parameters.scope("embedding"), vocabularySize, e, SMALL);
        initHidden = Linear.of(parameters.scope("init_h"), d, h);
        initCell = Linear.of(parameters.scope("init_c"), d, h);
        cell = LstmCell.of(parameters.scope("decode_step"), e + d, h);
        beta = architecture.gate() ? Linear.of(parameters.scope("f_beta"), h, d) : null;
        Parameters fc = parameters.scope("fc");
        output = new Linear(
                architecture.tiedOutput()
                        ? embedding.weight()
                        : fc.parameter("weight", Shape.of(vocabularySize, h), SMALL),
                fc.parameter("bias", Shape.of(vocabularySize), Initializer.ZEROS));

        wordWeight = cell.weightIh().slice(1, 0, e);
        contextWeight = cell.weightIh().slice(1, e, Long.MAX_VALUE);
        // With fixed weights a word's part of the gates is a look-up.
        wordGates = parameters.algebra().training() ? null : embedding.weight().linear(wordWeight, cell.bias());
    }

    @Override
    public State start(Tensor features) {
        // a' = relu(W a + b)
        Tensor a = projection == null ? features : projection.apply(features).relu(); // (N, L, D)
        // h_0 = W_h mean(a) + b_h      c_0 = W_c mean(a) + b_c
        Tensor mean = a.mean(true, 1); // (N, 1, D)
        return new State(
                List.of(a, attention.keys(a)), // (N, L, D), (N, L, A)
                List.of(initHidden.apply(mean), initCell.apply(mean))); // (N, 1, H) both
    }

    @Override
    public Step step(Tensor tokens, State state) {
        Turn turn = turn(gates(tokens), state); // of (N, R, 4H)
        // y = W_o h + b_o
        Tensor logits = output.apply(dropped(turn.hidden())); // (N, R, V)
        return new Step(logits, turn.next(), turn.alpha());
    }

    @Override
    public Rollout teacherForced(Tensor features, Tensor captions) {
        Algebra algebra = captions.algebra();
        int steps = (int) captions.dim(2) - 1;
        if (steps < 1) {
            throw new ShapeException("captions are " + captions.shape() + "; they must be (N, R, T) with T known and at least 2");
        }
        // All words at once before the recurrence, time outermost so that a step's are together; the vocabulary at once after it.
        List<Tensor> gates = gates(captions.slice(2, 0, steps).transpose(2, 0, 1)).split(0, steps); // (1, N, R, 4H) each
        State state = rowsOf(start(features), gates.get(0).squeeze(0));
        List<Tensor> hidden = new ArrayList<>();
        List<Tensor> alphas = new ArrayList<>();
        for (Tensor gatesOfStep : gates) {
            Turn turn = turn(gatesOfStep.squeeze(0), state);
            hidden.add(turn.hidden());
            alphas.add(turn.alpha());
            state = turn.next();
        }
        Tensor logits = output.apply(dropped(algebra.stack(2, hidden))); // (N, R, T - 1, V)
        return new Rollout(logits, algebra.stack(2, alphas));
    }

    /** What a word contributes to the gates, with both biases: W_ih[:, :E] w + b_ih + b_hh, tokens (...) to (..., 4H). */
    private Tensor gates(Tensor tokens) {
        if (wordGates != null) {
            return wordGates.rows(tokens);
        }
        Tensor words = embedding.apply(tokens).dropout((float) architecture.embeddingDropout()); // (..., E)
        return words.linear(wordWeight, cell.bias());
    }

    private record Turn(Tensor hidden, Tensor alpha, State next) {}

    /** One turn of the recurrence, all but the output layer. */
    private Turn turn(Tensor gates, State state) {
        Tensor features = state.perImage().get(0); // (N, L, D)
        Tensor keys = state.perImage().get(1); // (N, L, A)
        Tensor h = state.perRow().get(0); // (N, R, H)
        Tensor c = state.perRow().get(1); // (N, R, H)
        // z, alpha = attention(a, h)
        Attended attended = attention.attend(features, keys, h);
        // z = sigmoid(W_beta h + b_beta) * z
        Tensor z = beta == null
                ? attended.context()
                : beta.apply(h).sigmoid().times(attended.context()); // (N, R, D)
        // h, c = lstm([w; z], h, c); w's part of the gates is there already
        LstmCell.Memory memory = cell.next(gates.plus(z.linear(contextWeight, null)), new LstmCell.Memory(h, c));
        return new Turn(
                memory.hidden(), attended.alpha(), state.withRows(List.of(memory.hidden(), memory.cell())));
    }

    private Tensor dropped(Tensor hidden) {
        return hidden.dropout((float) architecture.dropout());
    }

    /** Repeats the start (N, 1, H) for the R captions of an image; R may be unknown, but the gates (N, R, 4H) have it. */
    private State rowsOf(State start, Tensor gates) {
        Tensor rows = gates.slice(2, 0, architecture.hiddenSize()); // (N, R, H)
        return start.withRows(
                start.perRow().stream().map(tensor -> tensor.expandAs(rows)).toList());
    }
}
