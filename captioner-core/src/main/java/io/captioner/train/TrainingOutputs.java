package io.captioner.train;

import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.Decoder.Rollout;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.Encoder;
import io.captioner.nn.LatentDecoder;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.search.Entry;
import java.util.List;

/** What every training program takes and gives: the loss first, as a training session expects it. */
final class TrainingOutputs {
    static final List<String> NAMES = List.of("loss", "cross_entropy", "words");

    private static final long PADDING = 0;

    private TrainingOutputs() {}

    /** The picture, as the entry takes it, captions INT64 (N, R, T), and {@link LatentTerms#WEIGHT} where the decoder has a latent. */
    static List<Program.Port> inputs(Entry entry, DecoderArchitecture decoder) {
        Program.Port captions =
                new Program.Port("captions", DType.INT64, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN, Shape.UNKNOWN));
        return decoder.latentSize() > 0
                ? List.of(entry.port(), captions, LatentTerms.WEIGHT)
                : List.of(entry.port(), captions);
    }

    /** From an entry to the loss: what is left of the encoder, and the decoder with the real words before it. */
    static Program.Computation bind(
            Parameters parameters,
            Entry entry,
            DecoderArchitecture architecture,
            int featureSize,
            int vocabularySize,
            CaptionLoss loss) {
        Encoder encoder = entry.bind(parameters);
        Decoder decoder = architecture.bind(parameters.scope("decoder"), featureSize, vocabularySize);
        return inputs -> {
            Tensor features = encoder.encode(inputs.get(0)); // (N, L, D)
            return decoder instanceof LatentDecoder latent
                    ? LatentTerms.of(latent, features, inputs.get(1)).outputs(loss, inputs.get(1), inputs.get(2))
                    : of(loss, decoder.teacherForced(features, inputs.get(1)), inputs.get(1));
        };
    }

    /**
     * @param captions INT64 (N, R, T)
     * @return the loss; the cross entropy of a word, in evaluation the plain one, without smoothing; the number of words, INT64
     */
    static List<Tensor> of(CaptionLoss loss, Rollout rollout, Tensor captions) {
        Algebra algebra = captions.algebra();
        CaptionLoss.Terms terms = loss.of(rollout, captions);
        Tensor crossEntropy = terms.crossEntropy();
        if (!algebra.training() && loss.labelSmoothing() > 0) {
            crossEntropy = new CaptionLoss(0, 0).of(rollout, captions).crossEntropy();
        }
        return List.of(terms.total(), crossEntropy, words(captions));
    }

    /** #{(n, r, t > 0): caption is not padding}, INT64 (). */
    static Tensor words(Tensor captions) {
        Tensor targets = captions.slice(2, 1, Long.MAX_VALUE);
        return targets.equalTo(captions.algebra().scalar(PADDING))
                .not()
                .to(DType.INT64)
                .sum(false);
    }
}
