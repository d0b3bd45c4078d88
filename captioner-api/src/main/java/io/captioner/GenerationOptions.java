package io.captioner;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * How a caption is searched for. Immutable; every value is checked when it is set.
 *
 * @param beamWidth candidates kept at each word, 1 to 64; 1 is greedy search
 * @param maxLength most words of a caption, 1 to 512
 * @param lengthPenalty exponent of the length that divides the sum of log-probabilities, -10 to 10; 0 ranks by the sum alone, larger
 *     values favour longer captions
 * @param alternatives further candidates to return, 0 to beamWidth - 1
 * @param forbiddenWords never written; the unknown word is always forbidden
 */
public record GenerationOptions(
        int beamWidth, int maxLength, double lengthPenalty, int alternatives, Set<String> forbiddenWords) {
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

    /** Starts from beam width 1, 20 words, length penalty 0, no alternatives, no forbidden words. */
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
        return builder;
    }

    /** Builds options; values are as in {@link GenerationOptions}. */
    public static final class Builder {
        private int beamWidth = 1;
        private int maxLength = 20;
        private double lengthPenalty;
        private int alternatives;
        private Set<String> forbiddenWords = new LinkedHashSet<>();

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

        /** Words never to write; each must be in the model's vocabulary. Default none. */
        public Builder forbiddenWords(String... words) {
            this.forbiddenWords = new LinkedHashSet<>(Set.of(words));
            return this;
        }

        /** @throws OptionException where values do not go together */
        public GenerationOptions build() {
            return new GenerationOptions(beamWidth, maxLength, lengthPenalty, alternatives, forbiddenWords);
        }
    }
}
