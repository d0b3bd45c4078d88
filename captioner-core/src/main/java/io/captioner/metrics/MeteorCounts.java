package io.captioner.metrics;

/**
 * What METEOR counts of a caption and its best reference; counts of images add up to those of a corpus. Index 0 is the caption, 1 the
 * reference.
 */
public final class MeteorCounts {
    private static final double ALPHA = 0.85;
    private static final double BETA = 0.2;
    private static final double GAMMA = 0.6;
    private static final double DELTA = 0.75;

    // Where numbers are, of each side: words, function words, then matched content and function words of each stage.
    private static final int LENGTH = 0;
    private static final int FUNCTION = 1;
    private static final int MATCHED = 2;
    private static final int STAGES = MeteorStage.values().length;
    private static final int SIDE = MATCHED + 2 * STAGES;
    private static final int CHUNKS = 2 * SIDE;
    static final int SUMS = CHUNKS + 1;

    private final int[] counts = new int[SUMS];

    MeteorCounts() {}

    void setLength(int side, int words, int functionWords) {
        counts[side * SIDE + LENGTH] = words;
        counts[side * SIDE + FUNCTION] = functionWords;
    }

    void addMatch(int side, MeteorStage stage, boolean functionWord) {
        counts[matched(side, stage.ordinal(), functionWord)]++;
    }

    /** To be called last. A caption that is its reference, word for word, has no chunks: nothing is in pieces. */
    void setChunks(int chunks) {
        counts[CHUNKS] = chunks == 1 && isWhole(0) && isWhole(1) ? 0 : chunks;
    }

    private boolean isWhole(int side) {
        int matched = 0;
        for (int i = 0; i < 2 * STAGES; i++) {
            matched += counts[side * SIDE + MATCHED + i];
        }
        return matched == counts[side * SIDE + LENGTH];
    }

    private static int matched(int side, int stage, boolean functionWord) {
        return side * SIDE + MATCHED + 2 * stage + (functionWord ? 1 : 0);
    }

    void addTo(double[] sums, int at) {
        for (int i = 0; i < SUMS; i++) {
            sums[at + i] += counts[i];
        }
    }

    /** METEOR of this caption alone, 0 to 1. */
    public double score() {
        double[] sums = new double[SUMS];
        addTo(sums, 0);
        return score(sums);
    }

    /** METEOR of counts that {@link #addTo} added up, 0 to 1. */
    static double score(double[] sums) {
        // P = weighted matches / weighted length of the caption, R of the reference
        double precision = share(sums, 0);
        double recall = share(sums, 1);
        // F = 1 / ((1 - alpha) / P + alpha / R)
        double mean = 1 / ((1 - ALPHA) / precision + ALPHA / recall);
        // penalty = gamma (chunks / matches)^beta
        double matches = (matches(sums, 0) + matches(sums, 1)) / 2;
        double penalty = GAMMA * Math.pow(sums[CHUNKS] / matches, BETA);
        double score = mean * (1 - penalty);
        return Double.isNaN(score) ? 0 : Math.max(0, score);
    }

    private static double matches(double[] sums, int side) {
        double matches = 0;
        for (int i = 0; i < 2 * STAGES; i++) {
            matches += sums[side * SIDE + MATCHED + i];
        }
        return matches;
    }

    /** A content word weighs delta, a function word 1 - delta. */
    private static double share(double[] sums, int side) {
        double matched = 0;
        for (MeteorStage stage : MeteorStage.values()) {
            matched += stage.weight()
                    * weighted(sums[matched(side, stage.ordinal(), false)], sums[matched(side, stage.ordinal(), true)]);
        }
        double function = sums[side * SIDE + FUNCTION];
        return matched / weighted(sums[side * SIDE + LENGTH] - function, function);
    }

    private static double weighted(double content, double function) {
        return DELTA * content + (1 - DELTA) * function;
    }
}
