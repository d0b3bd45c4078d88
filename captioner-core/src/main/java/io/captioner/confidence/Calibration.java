package io.captioner.confidence;

import io.captioner.Caption;
import io.captioner.DatasetException;
import io.captioner.metrics.CaptionMetrics;
import io.captioner.metrics.ImageScore;
import io.captioner.weights.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Measures how far a model's captions can be trusted, on photos with references that it was not trained on.
 *
 * <pre>{@code
 * Calibration calibration = Calibration.of(featuresOfTrainingPhotos, photos);
 * model.withReliability(calibration.reliability(), calibration.familiarity()).save(folder);
 * }</pre>
 *
 * <p>A caption is good where its CIDEr-D is at least the median that people reach: each reference is scored against the others of its photo,
 * and the median is over all of them.
 *
 * @param reliability what a package keeps
 * @param familiarity the tensors {@code familiarity.mean} and {@code familiarity.scale} of a package, (D) each
 * @param photos how many were captioned
 * @param good share of their captions that are good, 0 to 1
 * @param unlike share of the photos that are flagged as unlike the training photos
 */
public record Calibration(Reliability reliability, Weights familiarity, int photos, double good, double unlike) {
    /** This share of the photos is flagged; they are of the same world as the training photos, so each is a false alarm. */
    private static final double FALSE_ALARMS = 0.03;

    /**
     * A captioned photo.
     *
     * @param caption by the model, as it is searched for in use
     * @param references captions by people, two or more for some of the photos
     * @param features D numbers: the mean of the encoder's features over places
     */
    public record Photo(Caption caption, List<String> references, float[] features) {
        public Photo {
            references = List.copyOf(references);
        }
    }

    /**
     * Fits the confidence and the threshold of the flag.
     *
     * @param typical pooled features of photos that the model was trained on, D numbers each
     * @param photos that it was not trained on
     * @throws DatasetException where either are too few ({@link #requireEnough}), or nothing tells the captions apart
     */
    public static Calibration of(List<float[]> typical, List<Photo> photos) {
        requireSameSize(typical, photos);
        requireEnough(typical.size(), photos.stream().map(Photo::references).toList());
        Typical trained = Typical.of(typical);
        double[] unfamiliarity = photos.stream()
                .mapToDouble(photo -> trained.unfamiliarity(photo.features()))
                .toArray();
        List<Signs> signs = IntStream.range(0, photos.size())
                .mapToObj(i -> Signs.of(photos.get(i).caption().words(), unfamiliarity[i]))
                .toList();
        double[] scores = scores(photos);
        Confidence confidence = ConfidenceFit.fit(signs, scores, people(photos));
        Familiarity familiarity = new Familiarity(quantile(unfamiliarity, 1 - FALSE_ALARMS));
        return new Calibration(
                new Reliability(confidence, familiarity),
                trained.weights(),
                photos.size(),
                share(
                        Arrays.stream(scores)
                                .filter(score -> score >= confidence.good())
                                .count(),
                        photos),
                share(Arrays.stream(unfamiliarity).filter(familiarity::unlike).count(), photos));
    }

    /**
     * Refuses too little to calibrate on; known before anything is captioned.
     *
     * @param typical how many photos there are that the model was trained on; 20 or more
     * @param references captions by people of each photo that it was not trained on; of 50 photos or more, two or more for some of them
     * @throws DatasetException where there are fewer
     */
    public static void requireEnough(int typical, List<List<String>> references) {
        Typical.requireEnough(typical);
        ConfidenceFit.requireEnough(references.size());
        if (references.stream().allMatch(texts -> texts.size() < 2)) {
            throw new DatasetException("no photo has two references; what a good caption is, is learned from how far"
                    + " people agree: give a data set with several captions for each photo");
        }
    }

    private static void requireSameSize(List<float[]> typical, List<Photo> photos) {
        int channels = typical.isEmpty() ? 0 : typical.get(0).length;
        for (Photo photo : photos) {
            if (photo.features().length != channels) {
                throw new DatasetException("a photo has " + photo.features().length + " features and a training photo "
                        + channels + ": both must be seen by the same encoder");
            }
        }
    }

    /** CIDEr-D of each caption. */
    private static double[] scores(List<Photo> photos) {
        Map<String, List<String>> references = new LinkedHashMap<>();
        Map<String, String> captions = new LinkedHashMap<>();
        for (int i = 0; i < photos.size(); i++) {
            references.put(String.valueOf(i), photos.get(i).references());
            captions.put(String.valueOf(i), photos.get(i).caption().text());
        }
        return ciderD(references, captions);
    }

    /** The median CIDEr-D of a person's caption against those of the others. */
    private static double people(List<Photo> photos) {
        List<Double> all = new ArrayList<>();
        int most = photos.stream()
                .mapToInt(photo -> photo.references().size())
                .max()
                .orElse(0);
        for (int person = 0; person < most; person++) {
            Map<String, List<String>> others = new LinkedHashMap<>();
            Map<String, String> captions = new LinkedHashMap<>();
            for (int i = 0; i < photos.size(); i++) {
                List<String> references = new ArrayList<>(photos.get(i).references());
                if (references.size() > Math.max(1, person)) {
                    captions.put(String.valueOf(i), references.remove(person));
                    others.put(String.valueOf(i), references);
                }
            }
            if (!captions.isEmpty()) {
                Arrays.stream(ciderD(others, captions)).forEach(all::add);
            }
        }
        return quantile(all.stream().mapToDouble(Double::doubleValue).toArray(), 0.5);
    }

    private static double[] ciderD(Map<String, List<String>> references, Map<String, String> captions) {
        return CaptionMetrics.score(references, captions).images().stream()
                .mapToDouble(ImageScore::ciderD)
                .toArray();
    }

    /** The smallest value that this share of the values does not exceed. */
    static double quantile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }

    private static double share(long count, List<Photo> photos) {
        return (double) count / photos.size();
    }
}
