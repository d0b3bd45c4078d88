package io.captioner.metrics;

import java.util.List;

/** BLEU as coco-caption counts it (Papineni et al. 2002; closest reference length). */
final class Bleu {
    private Bleu() {}

    static BleuCounts count(Grams caption, List<Grams> references) {
        int[] matches = new int[Grams.ORDERS];
        for (int order = 0; order < Grams.ORDERS; order++) {
            int[] ids = caption.ids[order];
            for (int i = 0; i < ids.length; i++) {
                int most = 0;
                for (Grams reference : references) {
                    most = Math.max(most, reference.count(order, ids[i]));
                }
                matches[order] += Math.min(most, caption.counts[order][i]);
            }
        }
        return new BleuCounts(
                caption.length, closest(caption.length, references), matches[0], matches[1], matches[2], matches[3]);
    }

    private static int closest(int length, List<Grams> references) {
        int best = references.get(0).length;
        for (Grams reference : references) {
            int closer = Integer.compare(Math.abs(reference.length - length), Math.abs(best - length));
            if (closer < 0 || closer == 0 && reference.length < best) {
                best = reference.length;
            }
        }
        return best;
    }
}
