package io.captioner.confidence;

import io.captioner.DatasetException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Fits a {@link Confidence} and measures it on captions that were not fitted on. */
final class ConfidenceFit {
    private static final int FOLDS = 5;
    private static final int BINS = 10;
    private static final int FEWEST = 50;
    private static final long SEED = 1;

    private ConfidenceFit() {}

    /**
     * @param signs of each caption
     * @param scores CIDEr-D of each caption
     * @param good what counts as a good score
     * @throws DatasetException where captions are fewer than fifty, or all are good, or none is
     */
    static Confidence fit(List<Signs> signs, double[] scores, double good) {
        requireEnough(signs.size());
        double[][] inputs = signs.stream().map(ConfidenceFit::values).toArray(double[][]::new);
        boolean[] labels = new boolean[scores.length];
        int goodOnes = 0;
        for (int i = 0; i < scores.length; i++) {
            labels[i] = scores[i] >= good;
            goodOnes += labels[i] ? 1 : 0;
        }
        if (goodOnes < FOLDS || goodOnes > scores.length - FOLDS) {
            throw new DatasetException(goodOnes + " of " + scores.length + " captions have a CIDEr-D of " + good
                    + " or more: there is nothing to tell apart");
        }
        double[] unseen = unseen(inputs, labels);
        double[] w = LogisticRegression.fit(inputs, labels);
        return new Confidence(
                good, w[0], w[1], w[2], w[3], w[4], calibrationError(unseen, labels), separation(unseen, scores));
    }

    static void requireEnough(int photos) {
        if (photos < FEWEST) {
            throw new DatasetException("a confidence is fitted on " + FEWEST + " captioned photos at least, not "
                    + photos + ": give a larger split");
        }
    }

    /** The probability of each caption by a fit on the folds that it is not in. */
    private static double[] unseen(double[][] inputs, boolean[] labels) {
        int[] order = shuffled(inputs.length);
        double[] probabilities = new double[inputs.length];
        for (int fold = 0; fold < FOLDS; fold++) {
            int held = fold;
            int[] rest = IntStream.range(0, order.length)
                    .filter(i -> i % FOLDS != held)
                    .map(i -> order[i])
                    .toArray();
            double[][] some = Arrays.stream(rest).mapToObj(i -> inputs[i]).toArray(double[][]::new);
            boolean[] theirs = new boolean[rest.length];
            for (int i = 0; i < rest.length; i++) {
                theirs[i] = labels[rest[i]];
            }
            double[] w = LogisticRegression.fit(some, theirs);
            for (int i = held; i < order.length; i += FOLDS) {
                probabilities[order[i]] = LogisticRegression.probability(w, inputs[order[i]]);
            }
        }
        return probabilities;
    }

    private static int[] shuffled(int count) {
        int[] order = IntStream.range(0, count).toArray();
        Random random = new Random(SEED);
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = order[i];
            order[i] = order[j];
            order[j] = kept;
        }
        return order;
    }

    /** ECE = sum over bins b of n_b / n |share of good ones - mean probability|, bins of equal size (Naeini et al. 2015). */
    static double calibrationError(double[] probabilities, boolean[] good) {
        int n = probabilities.length;
        Integer[] order = IntStream.range(0, n).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(i -> probabilities[i]));
        double error = 0;
        for (int bin = 0; bin < BINS; bin++) {
            double difference = 0;
            for (int i = bin * n / BINS; i < (bin + 1) * n / BINS; i++) {
                difference += (good[order[i]] ? 1 : 0) - probabilities[order[i]];
            }
            error += Math.abs(difference) / n;
        }
        return error;
    }

    /** P(a caption of the best quarter has the higher probability than one of the worst), ties count half. */
    static double separation(double[] probabilities, double[] scores) {
        int n = scores.length;
        Integer[] order = IntStream.range(0, n).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(i -> scores[i]));
        double higher = 0;
        int quarter = n / 4;
        for (int worst = 0; worst < quarter; worst++) {
            for (int best = n - quarter; best < n; best++) {
                double difference = probabilities[order[best]] - probabilities[order[worst]];
                higher += difference > 0 ? 1 : difference == 0 ? 0.5 : 0;
            }
        }
        return higher / quarter / quarter;
    }

    private static double[] values(Signs signs) {
        double[] values = new double[Signs.COUNT];
        Arrays.setAll(values, signs::get);
        return values;
    }
}
