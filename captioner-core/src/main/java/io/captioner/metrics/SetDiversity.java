package io.captioner.metrics;

import io.captioner.DatasetException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How varied several captions of one image are among themselves (Shetty et al. 2017).
 *
 * @param div1 different words / words of an image's captions, the mean over images; 0 to 1
 * @param div2 different pairs of words / words, likewise
 * @param mBleu1 BLEU-1 of each caption against the image's others, the mean over captions; 0 to 1, lower is more varied; so on to mBleu4
 * @param images of each image, in the order given
 */
public record SetDiversity(
        double div1,
        double div2,
        double mBleu1,
        double mBleu2,
        double mBleu3,
        double mBleu4,
        Map<String, Image> images) {
    /** Of one image. */
    public record Image(double div1, double div2) {}

    static SetDiversity of(Map<String, List<String>> captions) {
        if (captions.isEmpty()) {
            throw new DatasetException("there is no image whose captions could be compared");
        }
        int each = captions.values().iterator().next().size();
        Grams.Table table = new Grams.Table();
        List<List<Grams>> sets = new ArrayList<>();
        Map<String, Image> images = new LinkedHashMap<>();
        captions.forEach((id, texts) -> {
            if (texts.size() < 2 || texts.size() != each) {
                throw new DatasetException("image " + id + " has " + texts.size()
                        + " captions; every image needs two at least, and all the same number");
            }
            List<Grams> grams =
                    texts.stream().map(PtbTokenizer::tokenize).map(table::of).toList();
            sets.add(grams);
            long words = Diversity.total(grams, 0);
            images.put(
                    id,
                    new Image(
                            Diversity.ratio(Diversity.different(grams, 0), words),
                            Diversity.ratio(Diversity.different(grams, 1), words)));
        });
        double[] mBleu = mBleu(sets, each);
        return new SetDiversity(
                images.values().stream().mapToDouble(Image::div1).sum() / images.size(),
                images.values().stream().mapToDouble(Image::div2).sum() / images.size(),
                mBleu[0],
                mBleu[1],
                mBleu[2],
                mBleu[3],
                images);
    }

    private static double[] mBleu(List<List<Grams>> sets, int each) {
        double[] mBleu = new double[Grams.ORDERS];
        for (int j = 0; j < each; j++) {
            double[] sums = new double[BleuCounts.SUMS];
            for (List<Grams> set : sets) {
                List<Grams> others = new ArrayList<>(set);
                Grams caption = others.remove(j);
                Bleu.count(caption, others).addTo(sums, 0);
            }
            for (int order = 0; order < Grams.ORDERS; order++) {
                mBleu[order] += BleuCounts.bleu(order + 1, sums) / each;
            }
        }
        return mBleu;
    }
}
