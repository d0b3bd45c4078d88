package io.captioner.metrics;

import io.captioner.DatasetException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Scores captions against those of people, with the numbers of coco-caption and pycocoevalcap. */
public final class CaptionMetrics {
    private static final String VERSION = "1";

    private CaptionMetrics() {}

    /**
     * Scores one caption for each image.
     *
     * <p>Document frequencies for CIDEr are those of {@code references}, so that scores of different sets of images do not compare; one
     * image alone has CIDEr and CIDEr-D 0.
     *
     * @param references raw captions by people, one or more for each image
     * @param results one raw caption for each image of {@code references}; may be empty text
     * @throws DatasetException when there is no image, an image has no reference, or the images of both are not the same
     */
    public static Scores score(Map<String, List<String>> references, Map<String, String> results) {
        return score(references, results, null);
    }

    /**
     * Scores one caption for each image, as {@link #score(Map, Map)}, and by METEOR.
     *
     * @param meteor METEOR's data; null: METEOR is not measured
     */
    public static Scores score(
            Map<String, List<String>> references, Map<String, String> results, @Nullable Meteor meteor) {
        check(references, results);
        List<String> ids = List.copyOf(references.keySet());
        List<String> captions = ids.stream().map(id -> of(results, id)).toList();
        List<List<String>> people = ids.stream().map(id -> of(references, id)).toList();

        List<List<String>> captionTokens =
                captions.parallelStream().map(PtbTokenizer::tokenize).toList();
        List<List<List<String>>> peopleTokens = people.parallelStream()
                .map(texts -> texts.stream().map(PtbTokenizer::tokenize).toList())
                .toList();
        Grams.Table table = new Grams.Table();
        List<List<Grams>> peopleGrams = new ArrayList<>(ids.size());
        List<Grams> captionGrams = new ArrayList<>(ids.size());
        for (int i = 0; i < ids.size(); i++) {
            peopleGrams.add(peopleTokens.get(i).stream().map(table::of).toList());
            captionGrams.add(table.of(captionTokens.get(i)));
        }
        Cider cider = new Cider(peopleGrams, table.size());
        MeteorScorer meteorScorer = meteor == null ? null : meteor.over(all(captionTokens, peopleTokens));
        List<ImageScore> images = IntStream.range(0, ids.size())
                .parallel()
                .mapToObj(i -> image(
                        ids.get(i),
                        captions.get(i),
                        captionGrams.get(i),
                        peopleGrams.get(i),
                        cider,
                        meteorScorer == null ? null : meteorScorer.score(captionTokens.get(i), peopleTokens.get(i))))
                .toList();
        return corpus(images, meteor != null, signature(people, meteor));
    }

    private static List<List<String>> all(List<List<String>> captions, List<List<List<String>>> references) {
        return Stream.concat(captions.stream(), references.stream().flatMap(List::stream))
                .toList();
    }

    private static ImageScore image(
            String id,
            String caption,
            Grams grams,
            List<Grams> references,
            Cider cider,
            @Nullable MeteorCounts meteor) {
        BleuCounts counts = Bleu.count(grams, references);
        Cider.Pair pair = cider.score(grams, references);
        return new ImageScore(
                id,
                caption,
                counts.bleu(1),
                counts.bleu(2),
                counts.bleu(3),
                counts.bleu(4),
                RougeL.score(grams, references),
                pair.cider(),
                pair.ciderD(),
                counts,
                meteor);
    }

    private static Scores corpus(List<ImageScore> images, boolean meteor, String signature) {
        double[] sums = new double[BleuCounts.SUMS];
        images.forEach(image -> image.counts().addTo(sums, 0));
        return new Scores(
                BleuCounts.bleu(1, sums),
                BleuCounts.bleu(2, sums),
                BleuCounts.bleu(3, sums),
                BleuCounts.bleu(4, sums),
                mean(images, Metric.ROUGE_L),
                mean(images, Metric.CIDER),
                mean(images, Metric.CIDER_D),
                meteor ? meteor(images) : null,
                images,
                signature);
    }

    private static double meteor(List<ImageScore> images) {
        double[] sums = new double[MeteorCounts.SUMS];
        images.forEach(image -> Objects.requireNonNull(image.meteorCounts()).addTo(sums, 0));
        return MeteorCounts.score(sums);
    }

    private static double mean(List<ImageScore> images, Metric metric) {
        return images.stream().mapToDouble(image -> image.get(metric)).sum() / images.size();
    }

    private static String signature(List<List<String>> references, @Nullable Meteor meteor) {
        IntSummaryStatistics counts = references.stream().mapToInt(List::size).summaryStatistics();
        return "bleu:corpus,closest rougeL:beta1.2 cider,ciderD:n4,sigma6,df-references"
                + (meteor == null ? "" : " " + meteor.signature()) + " | tokens:" + PtbTokenizer.NAME
                + " | images:" + references.size() + " references:"
                + (counts.getMin() == counts.getMax() ? "" : counts.getMin() + "-") + counts.getMax() + " | version:"
                + VERSION;
    }

    private static void check(Map<String, List<String>> references, Map<String, String> results) {
        if (references.isEmpty()) {
            throw new DatasetException("there is nothing to score against: no image has references");
        }
        references.forEach((id, texts) -> {
            if (texts.isEmpty()) {
                throw new DatasetException("image " + id + " has no reference; every image needs one at least");
            }
        });
        missing("has references but no caption", references.keySet(), results.keySet());
        missing("has a caption but no references", results.keySet(), references.keySet());
    }

    private static void missing(String what, Set<String> wanted, Set<String> there) {
        List<String> missing = wanted.stream().filter(id -> !there.contains(id)).toList();
        if (!missing.isEmpty()) {
            throw new DatasetException("image " + missing.get(0) + " " + what
                    + (missing.size() == 1 ? "" : ", and so have " + (missing.size() - 1) + " more")
                    + "; captions and references must be of the same images");
        }
    }

    private static <T> T of(Map<String, T> map, String id) {
        return Objects.requireNonNull(map.get(id), id);
    }

    /** How varied captions are, one for each image. See {@link Diversity}. */
    public static Diversity diversity(Collection<String> captions) {
        return Diversity.of(captions);
    }

    /** How varied the captions of each image are among themselves. See {@link SetDiversity}. */
    public static SetDiversity setDiversity(Map<String, List<String>> captions) {
        return SetDiversity.of(captions);
    }

    /**
     * The share of captions that no caption of the training data says in the same words, 0 to 1.
     *
     * @throws DatasetException when there is no caption
     */
    public static double novel(Collection<String> captions, Collection<String> training) {
        return Diversity.novel(captions, training);
    }
}
