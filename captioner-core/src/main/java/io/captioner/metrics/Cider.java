package io.captioner.metrics;

import java.util.List;

/**
 * CIDEr and CIDEr-D (Vedantam et al. 2015) with document frequencies of the references that are scored against. Immutable and thread-safe
 * once it is made.
 */
final class Cider {
    /** Both of an image. */
    record Pair(double cider, double ciderD) {}

    private static final double SIGMA = 6;

    /** For each n-gram log(images) - log(images with it in a reference), the latter 1 at least. */
    private final double[] rarity;

    /** Of an n-gram that is in no reference. */
    private final double rarest;

    /** @param grams how many ids there are */
    Cider(List<List<Grams>> references, int grams) {
        int[] images = new int[grams];
        int[] last = new int[grams];
        for (int image = 0; image < references.size(); image++) {
            for (Grams reference : references.get(image)) {
                for (int[] ids : reference.ids) {
                    for (int id : ids) {
                        if (last[id] != image + 1) {
                            last[id] = image + 1;
                            images[id]++;
                        }
                    }
                }
            }
        }
        rarest = Math.log(references.size());
        rarity = new double[grams];
        for (int id = 0; id < grams; id++) {
            rarity[id] = rarest - Math.log(Math.max(1, images[id]));
        }
    }

    Pair score(Grams caption, List<Grams> references) {
        double cider = 0;
        double ciderD = 0;
        double[] norms = norms(caption);
        for (Grams reference : references) {
            double[] referenceNorms = norms(reference);
            // exp(-(difference of lengths)^2 / (2 sigma^2)); coco-caption's length is the number of pairs of words.
            double difference = caption.total(1) - reference.total(1);
            double penalty = Math.exp(-difference * difference / (2 * SIGMA * SIGMA));
            for (int order = 0; order < Grams.ORDERS; order++) {
                double product = 0;
                double clipped = 0;
                for (int i = 0; i < caption.ids[order].length; i++) {
                    int id = caption.ids[order][i];
                    double weight = caption.counts[order][i] * rarity(id);
                    double referenceWeight = reference.count(order, id) * rarity(id);
                    product += weight * referenceWeight;
                    clipped += Math.min(weight, referenceWeight) * referenceWeight;
                }
                double norm = norms[order] * referenceNorms[order];
                if (norm != 0) {
                    cider += product / norm;
                    ciderD += clipped / norm * penalty;
                }
            }
        }
        // The mean over orders and references, times 10.
        double scale = 10.0 / (Grams.ORDERS * references.size());
        return new Pair(cider * scale, ciderD * scale);
    }

    private double rarity(int id) {
        return id < rarity.length ? rarity[id] : rarest;
    }

    private double[] norms(Grams caption) {
        double[] norms = new double[Grams.ORDERS];
        for (int order = 0; order < Grams.ORDERS; order++) {
            for (int i = 0; i < caption.ids[order].length; i++) {
                double weight = caption.counts[order][i] * rarity(caption.ids[order][i]);
                norms[order] += weight * weight;
            }
            norms[order] = Math.sqrt(norms[order]);
        }
        return norms;
    }
}
