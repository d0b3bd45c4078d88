package io.captioner;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a caption is searched for, or, with {@link Builder#samples}, drawn. Rules and their meanings are those of Hugging Face's {@code generate}.
 * Immutable; every value is checked when it is set.
 *
 * @param beamWidth candidates kept at each word, 1 to 64; 1 is greedy search
 * @param maxLength most words of a caption, 1 to 512
 * @param lengthPenalty exponent of the length that divides the sum of log-probabilities, -10 to 10; 0 ranks by the sum alone, larger
 *     values favour longer captions
 * @param alternatives further candidates to return, 0 to beamWidth - 1; of samples all are returned
 * @param forbiddenWords never written, words or phrases of words with spaces between them; padding, start and the unknown word are always forbidden
 * @param sampling how words are drawn, if they are
 * @param rules what a caption must and must not be
 * @param diversity whether the beams of a search keep away from each other
 * @param guidance whether a caption must say what the model's classifier is sure of
 */
public record GenerationOptions(
        int beamWidth,
        int maxLength,
        double lengthPenalty,
        int alternatives,
        Set<String> forbiddenWords,
        Sampling sampling,
        Rules rules,
        Diversity diversity,
        Guidance guidance) {
    /** Largest beam width. */
    public static final int MAX_BEAM_WIDTH = 64;

    /** Largest number of words of a caption. */
    public static final int MAX_LENGTH = 512;

    private static final int MAX_MUST_SAY = 8;

    private static final GenerationOptions DEFAULT =
            new GenerationOptions(1, 20, 0, 0, Set.of(), Sampling.NONE, Rules.NONE, Diversity.NONE, Guidance.NONE);

    public GenerationOptions {
        Limits.between("beam width", beamWidth, 1, MAX_BEAM_WIDTH);
        Limits.between("maximum length", maxLength, 1, MAX_LENGTH);
        Limits.between("number of alternatives", alternatives, 0, beamWidth - 1);
        Limits.between("length penalty", lengthPenalty, -10, 10);
        forbiddenWords = Set.copyOf(forbiddenWords);
        if (sampling.samples > 0 && beamWidth > 1) {
            throw new OptionException("beam width is " + beamWidth + " and samples are " + sampling.samples
                    + "; captions are either searched for or drawn: leave one of them out");
        }
        if (rules.minLength > maxLength) {
            throw new OptionException(
                    "minimum length is " + rules.minLength + "; it must be at most the maximum length, " + maxLength);
        }
        if (beamWidth % diversity.groups != 0) {
            throw new OptionException("beam width is " + beamWidth + " and groups are " + diversity.groups
                    + "; the beam width must be a multiple of the groups");
        }
        if (!rules.mustSay.isEmpty() && (sampling.samples > 0 || diversity.groups > 1)) {
            throw new OptionException("words that must be said are searched for by one beam; leave out "
                    + (sampling.samples > 0 ? "samples" : "groups"));
        }
        if (guidance.on() && (sampling.samples > 0 || diversity.groups > 1)) {
            throw new OptionException("what a tag asks to be said is searched for by one beam; leave out "
                    + (sampling.samples > 0 ? "samples" : "groups") + ", or the threshold of tags");
        }
        if (guidance.on() && rules.mustSay.size() == MAX_MUST_SAY) {
            throw new OptionException("number of words that must be said is " + MAX_MUST_SAY
                    + ", and a tag asks for one more; ask for one less");
        }
    }

    /**
     * How words are drawn. Equal seeds give equal captions of a picture, on either backend and in any batch.
     *
     * @param samples captions to draw, 0 (none: search) to 64; the best is the caption, the others its alternatives
     * @param seed any number; a model with a latent ({@link io.captioner.nn.LatentDecoder}) draws it by this in a search too
     * @param temperature divides the logits, above 0 to 100; below 1 the likely becomes likelier
     * @param topK draws from so many of the likeliest words; 0 for all
     * @param topP draws from the fewest likeliest words whose probabilities reach it, above 0 to 1 (all)
     * @param minP draws from words at least so probable, as a share of the likeliest's probability; 0 (all) to 1
     * @param typicalP draws from the most typical words whose probabilities reach it, above 0 to 1 (all)
     */
    public record Sampling(
            int samples, long seed, double temperature, int topK, double topP, double minP, double typicalP) {
        public static final Sampling NONE = new Sampling(0, 0, 1, 0, 1, 0, 1);

        public Sampling {
            Limits.between("number of samples", samples, 0, MAX_BEAM_WIDTH);
            Limits.above("temperature", temperature, 0, 100);
            Limits.between("top k", topK, 0, Integer.MAX_VALUE);
            Limits.above("top p", topP, 0, 1);
            Limits.between("min p", minP, 0, 1);
            Limits.above("typical p", typicalP, 0, 1);
        }
    }

    /**
     * What a caption must and must not be.
     *
     * @param minLength words at least, 0 to the maximum length
     * @param repetitionPenalty makes words that were used less likely where above 1, likelier where below; above 0 to 100, 1 for none
     * @param noRepeatNgram no n words in a row twice, 0 for no such rule
     * @param prefix words that every caption begins with, with spaces between them; they count as words, and their log-probability is 0
     * @param lastWord what a caption of the maximum length must end with in place of the end, empty for none
     * @param beamEnd when a beam search ends
     * @param mustSay at most 8 sets of words or phrases; a caption says one of each, wherever its length allows it
     */
    public record Rules(
            int minLength,
            double repetitionPenalty,
            int noRepeatNgram,
            String prefix,
            String lastWord,
            BeamEnd beamEnd,
            List<Set<String>> mustSay) {
        public static final Rules NONE = new Rules(0, 1, 0, "", "", BeamEnd.NARROWING, List.of());

        public Rules {
            Limits.between("minimum length", minLength, 0, MAX_LENGTH);
            Limits.above("repetition penalty", repetitionPenalty, 0, 100);
            Limits.between("size of n-grams not to repeat", noRepeatNgram, 0, MAX_LENGTH);
            prefix = prefix.strip();
            lastWord = lastWord.strip();
            mustSay = mustSay.stream().map(Set::copyOf).toList();
            Limits.between("number of words that must be said", mustSay.size(), 0, MAX_MUST_SAY);
            if (mustSay.stream()
                    .anyMatch(words -> words.isEmpty() || words.stream().anyMatch(String::isBlank))) {
                throw new OptionException("a word that must be said is empty; name one");
            }
        }

        /** Whether a caption may be anything; when the search ends is not looked at. */
        boolean none() {
            return minLength == 0
                    && repetitionPenalty == 1
                    && noRepeatNgram == 0
                    && prefix.isEmpty()
                    && lastWord.isEmpty()
                    && mustSay.isEmpty();
        }
    }

    /**
     * Diverse beam search (Vijayakumar et al. 2016): the beam is divided into groups that search one after the other, and a word loses a
     * penalty for each row of an earlier group that has just written it. Hugging Face's {@code num_beam_groups} and {@code
     * diversity_penalty}.
     *
     * @param groups 1 (none) to the beam width, which is a multiple of them
     * @param penalty taken from a word's log-probability, 0 (none) to 100
     */
    public record Diversity(int groups, double penalty) {
        public static final Diversity NONE = new Diversity(1, 0.5);

        public Diversity {
            Limits.between("number of groups", groups, 1, MAX_BEAM_WIDTH);
            Limits.between("diversity penalty", penalty, 0, 100);
        }
    }

    /**
     * Guidance by tags: the classifier that a package may have names what it is sure of, and the caption says it, or one of the words that say it,
     * by constrained beam search (Anderson et al. 2017).
     *
     * @param threshold probability from which a tag is sure, above 0 to 1; 0 for no guidance
     * @param words what says a label, or one of the names in it that commas divide, over what the package has: words or phrases, of which one is
     *     said; none, so that the label is never asked for. Those that the model cannot say are left out
     */
    public record Guidance(double threshold, Map<String, List<String>> words) {
        public static final Guidance NONE = new Guidance(0, Map.of());

        public Guidance {
            Limits.between("threshold of tags", threshold, 0, 1);
            Map<String, List<String>> copy = new LinkedHashMap<>();
            words.forEach((label, said) -> copy.put(label, List.copyOf(said)));
            words = Collections.unmodifiableMap(copy);
            words.forEach((label, said) -> {
                if (said.stream().anyMatch(String::isBlank)) {
                    throw new OptionException("a word that says the tag \"" + label + "\" is empty; leave it out");
                }
            });
        }

        /** Whether there is any. */
        public boolean on() {
            return threshold > 0;
        }
    }

    /**
     * When a beam search ends: as the classic captioners do it, or in one of the three ways of Hugging Face's {@code early_stopping}, in which
     * the end counts among the words of the maximum length.
     */
    public enum BeamEnd {
        /**
         * A caption that ends leaves the beam, which is one narrower then; the search ends when none is left. Models imported from Hugging Face
         * are searched as there instead.
         */
        NARROWING,
        /** As many captions as the beam is wide have ended ({@code early_stopping=True}). */
        EARLY,
        /** The best caption under way, at its present length, can no longer enter those that ended ({@code False}). */
        HEURISTIC,
        /** Not even at its most favourable length ({@code "never"}). */
        EXHAUSTIVE
    }

    /**
     * Whether this is greedy or beam search without rules, whenever the search ends; guidance, which makes its rules for each picture, is
     * not looked at.
     */
    public boolean plain() {
        return sampling.samples == 0
                && rules.none()
                && diversity.groups == 1
                && forbiddenWords.stream().noneMatch(word -> word.strip().contains(" "));
    }

    /** Greedy search, at most 20 words. */
    public static GenerationOptions greedy() {
        return builder().build();
    }

    /** Beam search of this width, at most 20 words. */
    public static GenerationOptions beam(int width) {
        return builder().beamWidth(width).build();
    }

    /** Draws so many captions, at most 20 words each. */
    public static GenerationOptions sample(int samples, long seed) {
        return builder().samples(samples).seed(seed).build();
    }

    /** Starts from beam width 1, 20 words, length penalty 0, no alternatives, no forbidden words, no sampling, no rules and no guidance. */
    public static Builder builder() {
        return new Builder(DEFAULT);
    }

    /** A builder that starts from these options. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * Builds options. A value outside of its range is refused at once, by an {@link OptionException} that names it and the limits; what must go
     * together is looked at in {@link #build}. Not thread-safe.
     */
    public static final class Builder extends GenerationSettings {
        private Builder(GenerationOptions of) {
            super(of);
        }

        @Override
        Builder self() {
            return this;
        }

        /** @throws OptionException where values do not go together */
        public GenerationOptions build() {
            return options();
        }
    }
}
