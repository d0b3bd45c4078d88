package io.captioner;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What the model says of a picture.
 *
 * @param text the caption, for example {@code a dog is running through the grass}
 * @param words its words in order, without the end of the sentence
 * @param score what candidates are ranked by: the sum of log-probabilities, the end's included, divided by length to the power of the
 *     length penalty; at most 0, higher is better
 * @param finish why the caption ends where it ends
 * @param alternatives further candidates, best first; as many as were asked for, or fewer where the search found fewer
 * @param modelId which model wrote it, for example {@code captioner-default-1}
 * @param confidence probability, 0 to 1, that this caption agrees with what people say of the photo at least as well as the typical person
 *     does, as measured on the photos that the model was calibrated on; empty where the model was not calibrated, and of an ensemble
 * @param unlikeTraining whether the picture is unlike the photos that the model was trained on: a drawing, say, or noise. Whatever the
 *     caption and its confidence say of such a picture, do not rely on it. False where the model was not calibrated
 */
public record Caption(
        String text,
        List<Word> words,
        double score,
        Finish finish,
        List<Alternative> alternatives,
        String modelId,
        OptionalDouble confidence,
        boolean unlikeTraining) {

    public Caption {
        words = List.copyOf(words);
        alternatives = List.copyOf(alternatives);
    }

    /** A caption of a model that was not calibrated. */
    public Caption(
            String text,
            List<Word> words,
            double score,
            Finish finish,
            List<Alternative> alternatives,
            String modelId) {
        this(text, words, score, finish, alternatives, modelId, OptionalDouble.empty(), false);
    }

    /** Why a caption ends. */
    public enum Finish {
        /** The model ended the sentence. */
        END,
        /** The limit of words was reached. */
        LENGTH
    }

    /**
     * One word.
     *
     * @param text as it stands in the vocabulary; a piece of a word where the model writes pieces
     * @param logProbability natural logarithm of the model's probability for it, given the picture and the words before; at most 0
     * @param attention where the model looked as it wrote it; all places alike where it has no attention
     */
    public record Word(String text, double logProbability, AttentionMap attention) {}

    /**
     * Another candidate.
     *
     * @param text the caption
     * @param words its words
     * @param score comparable with {@link Caption#score}
     * @param finish why it ends
     */
    public record Alternative(String text, List<Word> words, double score, Finish finish) {
        public Alternative {
            words = List.copyOf(words);
        }
    }

    /** {@link #text}. */
    @Override
    public String toString() {
        return text;
    }
}
