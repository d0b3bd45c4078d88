package io.captioner.train;

import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the dev split says of a session's weights, or of their average where there is one.
 *
 * @param program over the session's weights, whose second and third outputs are cross entropy and words
 * @param captions null where no captions are written
 */
record DevEvaluation(
        Recipe recipe,
        Program program,
        TrainingLoop.Split split,
        @Nullable DevCaptions captions) {
    /** @param written null where no captions are written */
    record Result(double loss, DevCaptions.@Nullable Written written) {
        @Nullable
        Double ciderD() {
            return written == null ? null : (Double) written.ciderD();
        }

        @Nullable
        Double bleu4() {
            return written == null ? null : (Double) written.bleu4();
        }

        List<EpochMetrics.Sample> samples() {
            return written == null ? List.of() : written.samples();
        }

        /** What is compared from epoch to epoch: the higher, the better. */
        double score(DevMeasure measure) {
            return measure == DevMeasure.CIDER_D && written != null ? written.ciderD() : -loss;
        }
    }

    Result measure(TrainingSession session) {
        return session.averaged(() -> new Result(loss(session), captions == null ? null : captions.write(session)));
    }

    /** Mean negative log-probability of a word, over all captions of the split. */
    private double loss(TrainingSession session) {
        List<List<BatchPlan.Item>> plan =
                BatchPlan.evaluation(split.captions(), recipe.batchImages(), recipe.captionsPerImage());
        double sum = 0;
        double words = 0;
        try (Batches<List<HostTensor>> batches = Batches.of(split.pictures(), plan, split::load)) {
            while (batches.hasNext()) {
                List<HostTensor> outputs = session.run(program, batches.next());
                double count = TrainingLoop.number(outputs.get(2));
                sum += TrainingLoop.number(outputs.get(1)) * count;
                words += count;
            }
        }
        return sum / Math.max(1, words);
    }
}
