package io.captioner.metrics;

import io.captioner.OptionException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a set of captions scores; see {@link Metric} for the ranges. Immutable and thread-safe.
 *
 * @param ciderD what coco-caption prints as "CIDEr"
 * @param meteor null where METEOR was not measured
 * @param images of each image, in the order of the references
 * @param signature one line that says how the numbers came to be: metrics, tokens, references, version
 */
public record Scores(
        double bleu1,
        double bleu2,
        double bleu3,
        double bleu4,
        double rougeL,
        double cider,
        double ciderD,
        @Nullable Double meteor,
        List<ImageScore> images,
        String signature) {
    /** How often an interval draws images anew where the caller does not say. */
    public static final int SAMPLES = 1000;

    public Scores {
        images = List.copyOf(images);
    }

    /**
     * The value of a metric.
     *
     * @throws OptionException for METEOR where it was not measured
     */
    public double get(Metric metric) {
        return switch (metric) {
            case BLEU_1 -> bleu1;
            case BLEU_2 -> bleu2;
            case BLEU_3 -> bleu3;
            case BLEU_4 -> bleu4;
            case ROUGE_L -> rougeL;
            case CIDER -> cider;
            case CIDER_D -> ciderD;
            case METEOR -> measuredMeteor();
        };
    }

    private double measuredMeteor() {
        if (meteor == null) {
            throw new OptionException("METEOR was not measured; name its data when captions are scored");
        }
        return meteor;
    }

    /** What was measured, in order: all metrics, or all but METEOR. */
    public List<Metric> metrics() {
        return Arrays.stream(Metric.values())
                .filter(metric -> metric != Metric.METEOR || meteor != null)
                .toList();
    }

    /** What was measured under its keys ({@code bleu1} to {@code ciderD}, {@code meteor}), in order: the top level of a JSON object. */
    public Map<String, Double> values() {
        Map<String, Double> values = new LinkedHashMap<>();
        for (Metric metric : metrics()) {
            values.put(metric.key(), get(metric));
        }
        return values;
    }

    /**
     * The 95% interval of a metric by drawing images anew; the same seed gives the same interval.
     *
     * @param samples 100 to 1,000,000
     */
    public Interval interval(Metric metric, int samples, long seed) {
        return Bootstrap.interval(images, metric, samples, seed);
    }

    /**
     * Compares these captions with others of the same images, by drawing the same images for both.
     *
     * @param samples 100 to 1,000,000
     * @throws io.captioner.DatasetException when the images are not the same
     */
    public Comparison compare(Scores other, Metric metric, int samples, long seed) {
        return Bootstrap.compare(this, other, metric, samples, seed);
    }

    /** The images that score highest, the best first. */
    public List<ImageScore> best(Metric metric, int count) {
        return ranked(
                Comparator.comparingDouble((ImageScore image) -> image.get(metric))
                        .reversed(),
                count);
    }

    /** The images that score lowest, the worst first. */
    public List<ImageScore> worst(Metric metric, int count) {
        return ranked(Comparator.comparingDouble(image -> image.get(metric)), count);
    }

    private List<ImageScore> ranked(Comparator<ImageScore> order, int count) {
        if (count < 0) {
            throw new OptionException("count is " + count + "; it must be 0 or more");
        }
        return images.stream().sorted(order).limit(count).toList();
    }

    /** A line for each metric with its value and its 95% interval, and the signature below. */
    public String table(long seed) {
        return metrics().stream()
                .map(metric -> {
                    Interval interval = interval(metric, SAMPLES, seed);
                    return String.format(
                            Locale.ROOT,
                            "%-8s %.4f  [%.4f, %.4f]",
                            metric.label(),
                            get(metric),
                            interval.low(),
                            interval.high());
                })
                .collect(Collectors.joining("\n", "", "\n" + signature + "\n"));
    }
}
