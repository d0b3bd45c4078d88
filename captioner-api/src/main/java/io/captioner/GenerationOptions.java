package io.captioner;

import java.util.LinkedHashSet;
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
 */
public record GenerationOptions(
        int beamWidth,
        int maxLength,
        double lengthPenalty,
        int alternatives,
        Set<String> forbiddenWords,
        Sampling sampling,
        Rules rules) {
    /** Largest beam width. */
    public static final int MAX_BEAM_WIDTH = 64;

    /** Largest number of words of a caption. */
    public static final int MAX_LENGTH = 512;

    public GenerationOptions {
        check("beam width", beamWidth, 1, MAX_BEAM_WIDTH);
        check("maximum length", maxLength, 1, MAX_LENGTH);
        check("number of alternatives", alternatives, 0, beamWidth - 1);
        if (!(Math.abs(lengthPenalty) <= 10)) {
            throw new OptionException("length penalty is " + lengthPenalty + "; it must be between -10 and 10");
        }
        forbiddenWords = Set.copyOf(forbiddenWords);
        if (sampling.samples > 0 && beamWidth > 1) {
            throw new OptionException("beam width is " + beamWidth + " and samples are " + sampling.samples
                    + "; captions are either searched for or drawn: leave one of them out");
        }
        if (rules.beamEnd != BeamEnd.NARROWING && beamWidth > MAX_BEAM_WIDTH / 2) {
            throw new OptionException("beam width is " + beamWidth + "; it must be at most " + MAX_BEAM_WIDTH / 2
                    + " where the beam does not narrow");
        }
        if (rules.minLength > maxLength) {
            throw new OptionException(
                    "minimum length is " + rules.minLength + "; it must be at most the maximum length, " + maxLength);
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
            check("number of samples", samples, 0, MAX_BEAM_WIDTH);
            above("temperature", temperature, 0, 100);
            check("top k", topK, 0, Integer.MAX_VALUE);
            above("top p", topP, 0, 1);
            if (!(minP >= 0 && minP <= 1)) {
                throw new OptionException("min p is " + minP + "; it must be between 0 and 1");
            }
            above("typical p", typicalP, 0, 1);
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
     */
    public record Rules(
            int minLength,
            double repetitionPenalty,
            int noRepeatNgram,
            String prefix,
            String lastWord,
            BeamEnd beamEnd) {
        public static final Rules NONE = new Rules(0, 1, 0, "", "", BeamEnd.NARROWING);

        public Rules {
            check("minimum length", minLength, 0, MAX_LENGTH);
            above("repetition penalty", repetitionPenalty, 0, 100);
            check("size of n-grams not to repeat", noRepeatNgram, 0, MAX_LENGTH);
            prefix = prefix.strip();
            lastWord = lastWord.strip();
        }
    }

    /** When a beam search ends: as the classic captioners do it, or in one of the three ways of Hugging Face's {@code early_stopping}. */
    public enum BeamEnd {
        /** A caption that ends leaves the beam, which is one narrower then; the search ends when none is left. */
        NARROWING,
        /** As many captions as the beam is wide have ended ({@code early_stopping=True}). */
        EARLY,
        /** The best caption under way, at its present length, can no longer enter those that ended ({@code False}). */
        HEURISTIC,
        /** Not even at its most favourable length ({@code "never"}). */
        EXHAUSTIVE
    }

    /** Whether this is greedy or beam search without rules. */
    public boolean plain() {
        return sampling.samples == 0
                && rules.equals(Rules.NONE)
                && forbiddenWords.stream().noneMatch(word -> word.strip().contains(" "));
    }

    private static void above(String name, double value, double low, double high) {
        if (!(value > low && value <= high)) {
            throw new OptionException(name + " is " + value + "; it must be above " + low + " and at most " + high);
        }
    }

    private static void check(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new OptionException(name + " is " + value + "; it must be between " + min + " and " + max);
        }
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

    /** Starts from beam width 1, 20 words, length penalty 0, no alternatives, no forbidden words, no sampling and no rules. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from these options. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.beamWidth = beamWidth;
        builder.maxLength = maxLength;
        builder.lengthPenalty = lengthPenalty;
        builder.alternatives = alternatives;
        builder.forbiddenWords = new LinkedHashSet<>(forbiddenWords);
        builder.sampling = sampling;
        builder.rules = rules;
        return builder;
    }

    /** Builds options; values are as in {@link GenerationOptions}. */
    public static final class Builder {
        private int beamWidth = 1;
        private int maxLength = 20;
        private double lengthPenalty;
        private int alternatives;
        private Set<String> forbiddenWords = new LinkedHashSet<>();
        private Sampling sampling = Sampling.NONE;
        private Rules rules = Rules.NONE;

        private Builder() {}

        /** 1 to 64, default 1 (greedy). */
        public Builder beamWidth(int beamWidth) {
            check("beam width", beamWidth, 1, MAX_BEAM_WIDTH);
            this.beamWidth = beamWidth;
            return this;
        }

        /** 1 to 512 words, default 20. */
        public Builder maxLength(int maxLength) {
            check("maximum length", maxLength, 1, MAX_LENGTH);
            this.maxLength = maxLength;
            return this;
        }

        /** -10 to 10, default 0. */
        public Builder lengthPenalty(double lengthPenalty) {
            if (!(Math.abs(lengthPenalty) <= 10)) {
                throw new OptionException("length penalty is " + lengthPenalty + "; it must be between -10 and 10");
            }
            this.lengthPenalty = lengthPenalty;
            return this;
        }

        /** 0 to beamWidth - 1, default 0. */
        public Builder alternatives(int alternatives) {
            check("number of alternatives", alternatives, 0, MAX_BEAM_WIDTH - 1);
            this.alternatives = alternatives;
            return this;
        }

        /** Words, or phrases of words with spaces between them, never to write; each word must be in the model's vocabulary. Default none. */
        public Builder forbiddenWords(String... words) {
            this.forbiddenWords = new LinkedHashSet<>(Set.of(words));
            return this;
        }

        /** Captions to draw, up to 64; 0, the default, to search instead. The beam width stays 1 then. */
        public Builder samples(int samples) {
            this.sampling = new Sampling(
                    samples,
                    sampling.seed,
                    sampling.temperature,
                    sampling.topK,
                    sampling.topP,
                    sampling.minP,
                    sampling.typicalP);
            return this;
        }

        /** Of the drawing, and of the latents of a model that has any, in a search too; default 0. */
        public Builder seed(long seed) {
            this.sampling = new Sampling(
                    sampling.samples,
                    seed,
                    sampling.temperature,
                    sampling.topK,
                    sampling.topP,
                    sampling.minP,
                    sampling.typicalP);
            return this;
        }

        /** Above 0 to 100, default 1. */
        public Builder temperature(double temperature) {
            this.sampling = new Sampling(
                    sampling.samples,
                    sampling.seed,
                    temperature,
                    sampling.topK,
                    sampling.topP,
                    sampling.minP,
                    sampling.typicalP);
            return this;
        }

        /** Words to draw from; 0, the default, for all. */
        public Builder topK(int topK) {
            this.sampling = new Sampling(
                    sampling.samples,
                    sampling.seed,
                    sampling.temperature,
                    topK,
                    sampling.topP,
                    sampling.minP,
                    sampling.typicalP);
            return this;
        }

        /** Probability of the words to draw from, above 0 to 1, default 1. */
        public Builder topP(double topP) {
            this.sampling = new Sampling(
                    sampling.samples,
                    sampling.seed,
                    sampling.temperature,
                    sampling.topK,
                    topP,
                    sampling.minP,
                    sampling.typicalP);
            return this;
        }

        /** Least share of the likeliest word's probability, 0 to 1, default 0. */
        public Builder minP(double minP) {
            this.sampling = new Sampling(
                    sampling.samples,
                    sampling.seed,
                    sampling.temperature,
                    sampling.topK,
                    sampling.topP,
                    minP,
                    sampling.typicalP);
            return this;
        }

        /** Probability of the typical words to draw from, above 0 to 1, default 1. */
        public Builder typicalP(double typicalP) {
            this.sampling = new Sampling(
                    sampling.samples,
                    sampling.seed,
                    sampling.temperature,
                    sampling.topK,
                    sampling.topP,
                    sampling.minP,
                    typicalP);
            return this;
        }

        /** Words at least, default 0. */
        public Builder minLength(int minLength) {
            this.rules = new Rules(
                    minLength,
                    rules.repetitionPenalty,
                    rules.noRepeatNgram,
                    rules.prefix,
                    rules.lastWord,
                    rules.beamEnd);
            return this;
        }

        /** Above 0 to 100, default 1 (none). */
        public Builder repetitionPenalty(double repetitionPenalty) {
            this.rules = new Rules(
                    rules.minLength,
                    repetitionPenalty,
                    rules.noRepeatNgram,
                    rules.prefix,
                    rules.lastWord,
                    rules.beamEnd);
            return this;
        }

        /** No so many words in a row twice; 0, the default, for no such rule. */
        public Builder noRepeatNgram(int noRepeatNgram) {
            this.rules = new Rules(
                    rules.minLength,
                    rules.repetitionPenalty,
                    noRepeatNgram,
                    rules.prefix,
                    rules.lastWord,
                    rules.beamEnd);
            return this;
        }

        /** Words that every caption begins with; each must be in the model's vocabulary. Default none. */
        public Builder prefix(String prefix) {
            this.rules = new Rules(
                    rules.minLength,
                    rules.repetitionPenalty,
                    rules.noRepeatNgram,
                    prefix,
                    rules.lastWord,
                    rules.beamEnd);
            return this;
        }

        /** Last word of a caption that reaches the maximum length. Default none. */
        public Builder lastWord(String lastWord) {
            this.rules = new Rules(
                    rules.minLength,
                    rules.repetitionPenalty,
                    rules.noRepeatNgram,
                    rules.prefix,
                    lastWord,
                    rules.beamEnd);
            return this;
        }

        /** Default {@link BeamEnd#NARROWING}; with another one the beam width is at most 32. */
        public Builder beamEnd(BeamEnd end) {
            this.rules = new Rules(
                    rules.minLength, rules.repetitionPenalty, rules.noRepeatNgram, rules.prefix, rules.lastWord, end);
            return this;
        }

        /** @throws OptionException where values do not go together */
        public GenerationOptions build() {
            return new GenerationOptions(
                    beamWidth, maxLength, lengthPenalty, alternatives, forbiddenWords, sampling, rules);
        }
    }
}
