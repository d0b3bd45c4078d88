package io.captioner.report;

import io.captioner.report.Chart.Mark;
import io.captioner.report.Chart.Point;
import io.captioner.train.EpochMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** The charts of a training. */
final class TrainingCharts {
    /** A caption of this length or longer is counted with the last column. */
    private static final int LONGEST = 30;

    private TrainingCharts() {}

    static Chart loss(TrainingLog log) {
        List<Point> train = points(log, "training", EpochMetrics::crossEntropy);
        List<Point> dev = points(log, "dev", EpochMetrics::devLoss);
        // the first steps are far above all others and would flatten the rest
        double shown = 1.15 * DoubleStream.concat(ys(train), ys(dev)).max().orElse(10);
        List<Point> steps = log.steps().stream()
                .filter(point -> train.isEmpty() || point.y() <= shown)
                .toList();
        Chart chart = new Chart(
                "Loss",
                "How surprised the model is by each word that people wrote; lower is better. Training has dropout on, dev has not. Where dev rises while"
                        + " training falls, photos are learned by heart.",
                Axis.whole("epoch", 0, log.start().epochs()),
                Axis.of("nats a word", DoubleStream.concat(ys(steps), DoubleStream.concat(ys(train), ys(dev)))));
        chart.line("training, within epochs", "blue thin", Mark.NONE, steps).line("training", "blue", Mark.FULL, train);
        if (!dev.isEmpty()) {
            chart.line("dev", "orange dashed", Mark.HOLLOW, dev);
        }
        log.best().filter(best -> best.devLoss() != null).ifPresent(best -> chart.mark(best.epoch(), "best"));
        return chart;
    }

    static Chart scores(TrainingLog log) {
        List<Point> cider = points(log, "CIDEr-D", EpochMetrics::devCiderD);
        List<Point> bleu = points(log, "BLEU-4", EpochMetrics::devBleu4);
        Chart chart = new Chart(
                        "Captions of dev photos, scored",
                        "How much the captions have in common with people's: CIDEr-D counts telling words most, BLEU-4 runs of words up to four. Higher is"
                                + " better.",
                        Axis.whole("epoch", 0, log.start().epochs()),
                        Axis.fromZero("score", DoubleStream.concat(ys(cider), ys(bleu))))
                .line("CIDEr-D", "green", Mark.FULL, cider)
                .line("BLEU-4", "pink dashed", Mark.HOLLOW, bleu);
        log.best().ifPresent(best -> chart.mark(best.epoch(), "best"));
        return chart;
    }

    static Chart lengths(TrainingData data, List<String> said) {
        List<Point> train = shares(data.trainLengths());
        List<Point> dev = shares(data.devLengths());
        Chart chart = new Chart(
                "Length of captions",
                String.format(
                        Locale.ROOT,
                        "People write %.1f words on average in the train split%s.",
                        TrainingData.meanLength(data.trainLengths()),
                        said.isEmpty()
                                ? ""
                                : String.format(
                                        Locale.ROOT, ", the model %.1f on the photos shown here", meanLength(said))),
                Axis.whole(
                        "words of a caption",
                        0,
                        Math.min(LONGEST, Math.max(data.trainLengths().lastKey(), meanLength(said) + 1)) + 1),
                Axis.fromZero("% of captions", DoubleStream.concat(ys(train), ys(dev))));
        boolean both = !dev.isEmpty();
        chart.columns("train", "blue", both ? -0.42 : -0.4, both ? 0.42 : 0.8, train);
        if (both) {
            chart.columns("dev", "orange", 0, 0.42, dev);
        }
        return said.isEmpty() ? chart : chart.mark(meanLength(said), "model");
    }

    static Chart coverage(TrainingData data, int known) {
        List<Point> points = new ArrayList<>();
        long sum = 0;
        double next = 1;
        for (int rank = 1; rank <= data.counts().size(); rank++) {
            sum += data.counts().get(rank - 1);
            if (rank >= next || rank == data.counts().size()) {
                points.add(new Point(rank, 100d * sum / Math.max(1, data.occurrences())));
                next = rank * 1.12;
            }
        }
        return new Chart(
                        "What the vocabulary covers",
                        String.format(
                                Locale.ROOT,
                                "The %,d words that the model knows make %.1f %% of what people wrote in the train split, and %.1f %% in the dev split. It never"
                                        + " writes the others.",
                                known,
                                100 * data.coverage(known),
                                100 * (1 - data.devUnknown())),
                        Axis.logarithmic(
                                "most frequent words (logarithmic)",
                                data.counts().size()),
                        new Axis("% of all words in captions", 0, 100, 20, false))
                .line("covered", "blue", Mark.NONE, points)
                .mark(Math.min(known, data.counts().size()), "known");
    }

    static Chart frequency(TrainingData data, int known) {
        List<Point> points = new ArrayList<>();
        double next = 1;
        for (int rank = 1; rank <= data.counts().size(); rank++) {
            if (rank >= next || rank == data.counts().size()) {
                points.add(new Point(rank, data.counts().get(rank - 1)));
                next = rank * 1.12;
            }
        }
        return new Chart(
                        "How often words occur",
                        String.format(
                                Locale.ROOT,
                                "Of %,d different words in the train split %,d stand there once. A word must be seen again and again, on different photos, before the"
                                        + " model uses it well.",
                                data.counts().size(),
                                data.once()),
                        Axis.logarithmic(
                                "rank of the word (logarithmic)", data.counts().size()),
                        Axis.logarithmic(
                                "times in the train split (logarithmic)",
                                data.counts().isEmpty() ? 1 : data.counts().get(0)))
                .line("words", "green", Mark.NONE, points)
                .mark(Math.min(known, data.counts().size()), "known");
    }

    private static List<Point> points(TrainingLog log, String name, Function<EpochMetrics, @Nullable Double> value) {
        List<Point> points = new ArrayList<>();
        for (EpochMetrics epoch : log.epochs()) {
            Double y = value.apply(epoch);
            if (y != null) {
                points.add(new Point(
                        epoch.epoch(), y, String.format(Locale.ROOT, "epoch %d, %s: %.3f", epoch.epoch(), name, y)));
            }
        }
        return points;
    }

    /** Percent of the captions of each length. */
    private static List<Point> shares(Map<Integer, Integer> lengths) {
        double captions = lengths.values().stream().mapToInt(Integer::intValue).sum();
        Map<Integer, Integer> shown = new TreeMap<>();
        lengths.forEach((length, count) -> shown.merge(Math.min(length, LONGEST), count, Integer::sum));
        return shown.entrySet().stream()
                .map(entry -> new Point(
                        entry.getKey(),
                        100 * entry.getValue() / captions,
                        entry.getKey() + (entry.getKey() == LONGEST ? " words or more: " : " words: ")
                                + entry.getValue() + " captions"))
                .toList();
    }

    private static double meanLength(List<String> captions) {
        return captions.stream()
                .mapToInt(caption -> caption.isBlank() ? 0 : caption.strip().split("\\s+").length)
                .average()
                .orElse(0);
    }

    private static DoubleStream ys(List<Point> points) {
        return points.stream().mapToDouble(Point::y);
    }
}
