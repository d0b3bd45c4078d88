package io.captioner.cli;

import io.captioner.OptionException;
import io.captioner.model.Staged;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.train.Trainer;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of an encoder is trained, as a recipe says it.
 *
 * @param number how many stages of {@link Which#LAST}, the first one of {@link Which#FROM}, else 0
 */
record TrainedStages(Which which, int number) {
    static final TrainedStages NONE = new TrainedStages(Which.NONE, 0);
    static final TrainedStages ALL = new TrainedStages(Which.ALL, 0);

    /** What a recipe may say. */
    static final String LIMITS =
            "\"frozen\", \"last:N\" for the last N stages, \"all\" or the number of the first stage that is trained";

    private static final Pattern STAGES = Pattern.compile("last:(?<last>[1-9]\\d?)|(?<from>\\d{1,2})");

    enum Which {
        NONE,
        LAST,
        FROM,
        ALL
    }

    /** @param text in lower case */
    static Optional<TrainedStages> parse(String text) {
        switch (text) {
            case "frozen" -> {
                return Optional.of(NONE);
            }
            case "all" -> {
                return Optional.of(ALL);
            }
            default -> {
                Matcher stages = STAGES.matcher(text);
                if (!stages.matches()) {
                    return Optional.empty();
                }
                String last = stages.group("last");
                return Optional.of(
                        last != null
                                ? new TrainedStages(Which.LAST, Integer.parseInt(last))
                                : new TrainedStages(Which.FROM, Integer.parseInt(stages.group("from"))));
            }
        }
    }

    /**
     * Refuses stages that an encoder does not have.
     *
     * @param where it was read
     */
    void requireIn(EncoderArchitecture encoder, String where) {
        if (first(encoder) < 0 || first(encoder) > stages(encoder)) {
            throw new OptionException(where + ": trainEncoder is " + this + "; "
                    + encoder.getClass().getSimpleName() + " has " + stages(encoder) + " stages, numbered from 0");
        }
    }

    /** Tells a trainer of an encoder that has these stages. */
    Trainer.Builder apply(Trainer.Builder trainer, EncoderArchitecture encoder) {
        return switch (which) {
            case NONE -> trainer.freezeEncoder();
            case ALL -> trainer.trainEncoder();
            case LAST, FROM -> trainer.fineTuneEncoder(first(encoder));
        };
    }

    /** The first stage of {@link Which#LAST} and {@link Which#FROM}, else 0. */
    private int first(EncoderArchitecture encoder) {
        return which == Which.LAST ? stages(encoder) - number : number;
    }

    private static int stages(EncoderArchitecture encoder) {
        return encoder instanceof Staged staged ? staged.stages().size() : 0;
    }

    /** As recipes say it. */
    @Override
    public String toString() {
        return switch (which) {
            case NONE -> "frozen";
            case ALL -> "all";
            case LAST -> "last:" + number;
            case FROM -> String.valueOf(number);
        };
    }
}
