package io.captioner.metrics;

import io.captioner.DatasetException;
import io.captioner.OptionException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Intervals by drawing images anew, with replacement (Efron 1979; paired: Koehn 2004). Document frequencies stay those of all images.
 */
final class Bootstrap {
    private Bootstrap() {}

    static Interval interval(List<ImageScore> images, Metric metric, int samples, long seed) {
        double[] values = new double[check(samples)];
        SplittableRandom random = new SplittableRandom(seed);
        for (int s = 0; s < samples; s++) {
            values[s] = value(images, metric, draw(images.size(), random));
        }
        return interval(values);
    }

    static Comparison compare(Scores first, Scores second, Metric metric, int samples, long seed) {
        List<String> ids = first.images().stream().map(ImageScore::id).toList();
        if (!ids.equals(second.images().stream().map(ImageScore::id).toList())) {
            throw new DatasetException("the two results are not of the same images, or not in the same order: "
                    + first.images().size() + " and " + second.images().size() + " images; score both with the same references");
        }
        double[] differences = new double[check(samples)];
        SplittableRandom random = new SplittableRandom(seed);
        int below = 0;
        int above = 0;
        for (int s = 0; s < samples; s++) {
            int[] drawn = draw(ids.size(), random);
            differences[s] = value(first.images(), metric, drawn) - value(second.images(), metric, drawn);
            below += differences[s] <= 0 ? 1 : 0;
            above += differences[s] >= 0 ? 1 : 0;
        }
        // One more of each, so that no number of samples claims certainty.
        double pValue = Math.min(1, 2.0 * (Math.min(below, above) + 1) / (samples + 1));
        return new Comparison(
                metric,
                first.get(metric),
                second.get(metric),
                first.get(metric) - second.get(metric),
                interval(differences),
                pValue);
    }

    private static int check(int samples) {
        if (samples < 100 || samples > 1_000_000) {
            throw new OptionException("samples is " + samples + "; it must be between 100 and 1000000");
        }
        return samples;
    }

    private static int[] draw(int images, SplittableRandom random) {
        int[] drawn = new int[images];
        for (int i = 0; i < images; i++) {
            drawn[i] = random.nextInt(images);
        }
        return drawn;
    }

    private static double value(List<ImageScore> images, Metric metric, int[] drawn) {
        if (metric.bleuOrder() > 0) {
            long[] sums = new long[BleuCounts.SUMS];
            for (int i : drawn) {
                images.get(i).counts().addTo(sums);
            }
            return BleuCounts.bleu(metric.bleuOrder(), sums);
        }
        double sum = 0;
        for (int i : drawn) {
            sum += images.get(i).get(metric);
        }
        return sum / drawn.length;
    }

    private static Interval interval(double[] values) {
        Arrays.sort(values);
        int tail = (int) Math.floor(values.length * 0.025);
        return new Interval(values[tail], values[values.length - 1 - tail]);
    }
}
