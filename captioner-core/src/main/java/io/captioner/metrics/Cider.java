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

    /** A caption and the lengths of its TF-IDF vectors, one for each order. */
    record Vector(Grams grams, double[] norms) {}

    Vector vector(Grams caption) {
        return new Vector(caption, norms(caption));
    }

    Pair score(Grams caption, List<Grams> references) {
        Vector vector = vector(caption);
        double cider = 0;
        double ciderD = 0;
        for (Grams reference : references) {
            Pair pair = score(vector, vector(reference));
            cider += pair.cider();
            ciderD += pair.ciderD();
        }
        return new Pair(cider / references.size(), ciderD / references.size());
    }

    Pair score(Vector caption, Vector reference) {
        // exp(-(difference of lengths)^2 / (2 sigma^2)); coco-caption's length is the number of pairs of words.
        double difference = caption.grams.total(1) - reference.grams.total(1);
        double penalty = Math.exp(-difference * difference / (2 * SIGMA * SIGMA));
        double cider = 0;
        double ciderD = 0;
        for (int order = 0; order < Grams.ORDERS; order++) {
            double product = 0;
            double clipped = 0;
            for (int i = 0; i < caption.grams.ids[order].length; i++) {
                int id = caption.grams.ids[order][i];
                int count = reference.grams.count(order, id);
                if (count > 0) {
                    double weight = caption.grams.counts[order][i] * rarity(id);
                    double referenceWeight = count * rarity(id);
                    product += weight * referenceWeight;
                    clipped += Math.min(weight, referenceWeight) * referenceWeight;
                }
            }
            double norm = caption.norms[order] * reference.norms[order];
            if (norm != 0) {
                cider += product / norm;
                ciderD += clipped / norm * penalty;
            }
        }
        // the mean over orders, times 10
        return new Pair(cider * 10 / Grams.ORDERS, ciderD * 10 / Grams.ORDERS);
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
