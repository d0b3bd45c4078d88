package io.captioner.metrics;

import io.captioner.DatasetException;
import io.captioner.OptionException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Intervals by drawing images anew, with replacement (Efron 1979; paired: Koehn 2004). Document frequencies stay those of all images.
 */
final class Bootstrap {
    private final Metric metric;
    private final int images;

    /** What adds up over images, {@code width} numbers each: counts for BLEU and METEOR, else the value. */
    private final double[] addends;

    private final int width;

    private Bootstrap(List<ImageScore> scores, Metric metric) {
        this.metric = metric;
        images = scores.size();
        width = metric == Metric.METEOR ? MeteorCounts.SUMS : metric.bleuOrder() > 0 ? BleuCounts.SUMS : 1;
        addends = new double[images * width];
        for (int i = 0; i < images; i++) {
            MeteorCounts meteor = scores.get(i).meteorCounts();
            if (metric.bleuOrder() > 0) {
                scores.get(i).counts().addTo(addends, i * width);
            } else if (metric == Metric.METEOR && meteor != null) {
                meteor.addTo(addends, i * width);
            } else {
                addends[i] = scores.get(i).get(metric);
            }
        }
    }

    static Interval interval(List<ImageScore> images, Metric metric, int samples, long seed) {
        return interval(new Bootstrap(images, metric).samples(samples, seed));
    }

    static Comparison compare(Scores first, Scores second, Metric metric, int samples, long seed) {
        List<String> ids = first.images().stream().map(ImageScore::id).toList();
        if (!ids.equals(second.images().stream().map(ImageScore::id).toList())) {
            throw new DatasetException("the two results are not of the same images, or not in the same order: "
                    + ids.size() + " and " + second.images().size() + " images; score both with the same references");
        }
        // The same seed draws the same images for both.
        double[] differences = new Bootstrap(first.images(), metric).samples(samples, seed);
        double[] others = new Bootstrap(second.images(), metric).samples(samples, seed);
        int below = 0;
        int above = 0;
        for (int s = 0; s < samples; s++) {
            differences[s] -= others[s];
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

    /** The metric of as many drawings; which images are drawn depends on the seed and the number of images alone. */
    private double[] samples(int samples, long seed) {
        if (samples < 100 || samples > 1_000_000) {
            throw new OptionException("samples is " + samples + "; it must be between 100 and 1000000");
        }
        SplittableRandom random = new SplittableRandom(seed);
        long[] seeds = random.longs(samples).toArray();
        return IntStream.range(0, samples)
                .parallel()
                .mapToDouble(s -> sample(new SplittableRandom(seeds[s])))
                .toArray();
    }

    private double sample(SplittableRandom random) {
        double[] sums = new double[width];
        for (int i = 0; i < images; i++) {
            int at = random.nextInt(images) * width;
            for (int k = 0; k < width; k++) {
                sums[k] += addends[at + k];
            }
        }
        if (metric == Metric.METEOR) {
            return MeteorCounts.score(sums);
        }
        return metric.bleuOrder() > 0 ? BleuCounts.bleu(metric.bleuOrder(), sums) : sums[0] / images;
    }

    private static Interval interval(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int tail = (int) Math.floor(sorted.length * 0.025);
        return new Interval(sorted[tail], sorted[sorted.length - 1 - tail]);
    }
}
