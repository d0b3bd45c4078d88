package io.captioner.baseline;

import io.captioner.DatasetException;
import io.captioner.OptionException;
import io.captioner.metrics.ConsensusCaption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Says of a picture what people said of those that look most alike: of all their captions the one that agrees most with the others (Devlin,
 * Gupta, Girshick, Mitchell and Zitnick 2015, "Exploring nearest neighbor approaches for image captioning"). It writes nothing new.
 * Immutable and thread-safe.
 */
public final class NearestCaptions {
    private final float[][] features;
    private final ConsensusCaption consensus;
    private final int neighbours;
    private final int agreeing;

    private NearestCaptions(float[][] features, ConsensusCaption consensus, int neighbours, int agreeing) {
        this.features = features;
        this.consensus = consensus;
        this.neighbours = neighbours;
        this.agreeing = agreeing;
    }

    /**
     * @param features of each training picture, all of one length; compared by their cosine
     * @param captions of each training picture
     * @param neighbours how many pictures are asked, at least 1
     * @param agreeing with how many other captions one must agree, at least 1: a caption of a common kind wins, and need not agree with all
     */
    public static NearestCaptions of(
            List<float[]> features, List<List<String>> captions, int neighbours, int agreeing) {
        if (features.isEmpty() || features.size() != captions.size()) {
            throw new DatasetException("there are features of " + features.size() + " pictures and captions of "
                    + captions.size() + "; both are wanted of the same, one at least");
        }
        if (neighbours < 1 || agreeing < 1) {
            throw new OptionException("neighbours are " + neighbours + " and agreeing captions " + agreeing
                    + "; both must be at least 1");
        }
        return new NearestCaptions(
                features.stream().map(NearestCaptions::normalised).toArray(float[][]::new),
                ConsensusCaption.of(captions),
                Math.min(neighbours, features.size()),
                agreeing);
    }

    /** The caption for a picture with these features. */
    public String caption(float[] picture) {
        return consensus.best(nearest(picture), agreeing);
    }

    /** The training pictures that look most alike, the nearest first. */
    int[] nearest(float[] picture) {
        float[] query = normalised(picture);
        double[] cosines = new double[features.length];
        for (int i = 0; i < features.length; i++) {
            cosines[i] = cosine(features[i], query);
        }
        return IntStream.range(0, features.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -cosines[i]))
                .limit(neighbours)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static double cosine(float[] one, float[] other) {
        float sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += one[i] * other[i];
        }
        return sum;
    }

    private static float[] normalised(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        float scale = squares == 0 ? 0 : (float) (1 / Math.sqrt(squares));
        float[] scaled = new float[vector.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = vector[i] * scale;
        }
        return scaled;
    }
}
