package io.captioner.metrics;

import java.util.List;

/** ROUGE-L as coco-caption computes it (Lin 2004): the best precision and the best recall over the references, each on its own. */
final class RougeL {
    private static final double BETA = 1.2;

    private RougeL() {}

    static double score(Grams caption, List<Grams> references) {
        double precision = 0;
        double recall = 0;
        for (Grams reference : references) {
            double common = longestCommonSubsequence(caption.tokens, reference.tokens);
            precision = Math.max(precision, common / caption.tokens.length);
            recall = Math.max(recall, common / reference.tokens.length);
        }
        if (precision == 0 || recall == 0) {
            return 0;
        }
        // F = (1 + beta^2) P R / (R + beta^2 P)
        return (1 + BETA * BETA) * precision * recall / (recall + BETA * BETA * precision);
    }

    static int longestCommonSubsequence(int[] a, int[] b) {
        int[] row = new int[b.length + 1];
        for (int word : a) {
            int diagonal = 0;
            for (int j = 1; j <= b.length; j++) {
                int above = row[j];
                row[j] = word == b[j - 1] ? diagonal + 1 : Math.max(above, row[j - 1]);
                diagonal = above;
            }
        }
        return row[b.length];
    }
}
