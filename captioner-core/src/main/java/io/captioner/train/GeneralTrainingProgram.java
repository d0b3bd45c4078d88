package io.captioner.train;

import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.Encoder;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.search.Entry;
import java.util.ArrayList;
import java.util.List;

/**
 * A training program with what few trainings need: the model's own words in place of some real ones, and the loss of a part of a batch. Its
 * inputs are the picture, as the entry takes it, and captions INT64 (N, R, T); then, where words are sampled, {@code own} BOOL (N, R, T),
 * true where a word is the model's own; then, for a part, {@code totals} FLOAT32 (2), the words and captions of the whole batch.
 *
 * @param entry where pictures enter
 * @param architecture of the decoder
 * @param featureSize D
 * @param vocabularySize V
 * @param loss what is minimised
 * @param sampled whether words are sampled
 * @param partial whether losses are those of parts: they add up to that of the whole batch
 */
record GeneralTrainingProgram(
        Entry entry,
        DecoderArchitecture architecture,
        int featureSize,
        int vocabularySize,
        CaptionLoss loss,
        boolean sampled,
        boolean partial)
        implements Program {
    @Override
    public List<Port> inputs() {
        List<Port> ports = new ArrayList<>(List.of(entry.port(), TrainingProgram.CAPTIONS));
        if (sampled) {
            ports.add(new Port("own", DType.BOOL, TrainingProgram.CAPTIONS.shape()));
        }
        if (partial) {
            ports.add(new Port("totals", DType.FLOAT32, Shape.of(2)));
        }
        return ports;
    }

    @Override
    public List<String> outputs() {
        return TrainingOutputs.NAMES;
    }

    @Override
    public Computation bind(Parameters parameters) {
        Encoder encoder = entry.bind(parameters);
        Decoder decoder = architecture.bind(parameters.scope("decoder"), featureSize, vocabularySize);
        return inputs -> {
            Tensor features = encoder.encode(inputs.get(0)); // (N, L, D)
            Tensor captions = inputs.get(1);
            Decoder.Rollout rollout = sampled
                    ? ownWords(decoder, features, captions, inputs.get(2))
                    : decoder.teacherForced(features, captions);
            CaptionLoss.Terms terms = partial
                    ? loss.ofPart(rollout, captions, inputs.get(inputs.size() - 1))
                    : loss.of(rollout, captions);
            return List.of(terms.total(), terms.crossEntropy(), TrainingOutputs.words(captions));
        };
    }

    /** Bengio et al. 2015: word by word, each following the real word before it or the likeliest of the step before. */
    private static Decoder.Rollout ownWords(Decoder decoder, Tensor features, Tensor captions, Tensor own) {
        Algebra algebra = captions.algebra();
        int steps = (int) captions.dim(2) - 1;
        Tensor word = captions.slice(2, 0, 1).squeeze(2); // (N, R)
        Tensor first = word.times(algebra.scalar(0L)); // the one row that a start has
        Decoder.State start = decoder.start(features);
        Decoder.State state = start.withRows(
                start.perRow().stream().map(row -> row.gatherRows(first)).toList());
        Tensor one = algebra.constant(HostTensor.scalar(1L));
        List<Tensor> logits = new ArrayList<>();
        List<Tensor> alphas = new ArrayList<>();
        for (int t = 0; t < steps; t++) {
            Decoder.Step step = decoder.step(word, state);
            logits.add(step.logits());
            alphas.add(step.alpha());
            state = step.next();
            if (t + 1 < steps) {
                Tensor likeliest = step.logits().topK(one).indices().squeeze(2); // (N, R)
                Tensor real = captions.slice(2, t + 1, t + 2).squeeze(2);
                word = own.slice(2, t + 1, t + 2).squeeze(2).choose(likeliest, real);
            }
        }
        return new Decoder.Rollout(algebra.stack(2, logits), algebra.stack(2, alphas));
    }
}
