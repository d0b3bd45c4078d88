package io.captioner.cli;

import io.captioner.GenerationOptions;
import io.captioner.OptionException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How captions are searched for; what is left out is the model's own. */
final class SearchOptions {
    @Option(
            names = "--beam",
            paramLabel = "K",
            description = "Beam width, 1 (greedy) to 64; the model's own if left out.")
    @Nullable
    Integer beam;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description = "Words at most, 1 to 512; the model's own if left out.")
    @Nullable
    Integer maxLength;

    @Option(
            names = "--length-penalty",
            paramLabel = "P",
            description =
                    "Exponent of the length that divides the score, -10 to 10; more favours long captions. The model's own if left out.")
    @Nullable
    Double lengthPenalty;

    @Option(names = "--forbid", paramLabel = "WORD", split = ",", description = "Words never to write.")
    List<String> forbidden = List.of();

    @Option(
            names = "--must-say",
            paramLabel = "WORD[/WORD]",
            split = ",",
            description = "Words that each caption must say; one of several where they are divided by '/'.")
    List<String> mustSay = List.of();

    @Option(
            names = "--prefix",
            paramLabel = "TEXT",
            description = "What every caption begins with; the model goes on from there. For BLIP, its text prompt.")
    @Nullable
    String prefix;

    @Option(
            names = "--groups",
            paramLabel = "G",
            description =
                    "Divides the beam into G groups that keep away from each other; the beam width is a multiple of it.")
    @Nullable
    Integer groups;

    @Option(
            names = "--diversity-penalty",
            paramLabel = "P",
            description =
                    "What a word loses for each row of an earlier group that has just written it; 0.5 if left out.")
    @Nullable
    Double diversityPenalty;

    @Option(
            names = "--tags",
            paramLabel = "P",
            description =
                    "Captions say what the encoder's classifier is sure of, from this probability on, above 0 to 1; for models with tags. Off if left out.")
    @Nullable
    Double tags;

    @Option(
            names = "--tag-words",
            paramLabel = "FILE.json",
            description =
                    "What says a label of the classifier, over what the model has: {\"hotdog\": [\"hot dog\", \"food\"]}.")
    @Nullable
    Path tagWords;

    /** Refuses what no model can do, before one is loaded. */
    void check() {
        over(GenerationOptions.greedy(), 0);
    }

    /**
     * These options over a model's own.
     *
     * @param alternatives how many are wanted, or null for the model's own as far as the beam is wide enough
     */
    GenerationOptions over(GenerationOptions defaults, @Nullable Integer alternatives) {
        int width = beam == null ? roundedUp(defaults.beamWidth()) : beam;
        GenerationOptions.Builder builder = defaults.toBuilder().beamWidth(width);
        if (maxLength != null) {
            builder.maxLength(maxLength);
        }
        if (lengthPenalty != null) {
            builder.lengthPenalty(lengthPenalty);
        }
        if (alternatives == null) {
            builder.alternatives(Math.min(defaults.alternatives(), width - 1));
        } else if (alternatives < 0 || alternatives >= width) {
            throw new OptionException("--alternatives is " + alternatives + "; with beam width " + width
                    + " it must be between 0 and " + (width - 1)
                    + (alternatives < GenerationOptions.MAX_BEAM_WIDTH && alternatives > 0
                            ? "; add --beam " + (alternatives + 1)
                            : ""));
        } else {
            builder.alternatives(alternatives);
        }
        if (!forbidden.isEmpty()) {
            List<String> words = new ArrayList<>(defaults.forbiddenWords());
            words.addAll(forbidden);
            builder.forbiddenWords(words.stream().distinct().toArray(String[]::new));
        }
        mustSay.forEach(words -> builder.mustSayOneOf(words.split("/")));
        if (prefix != null) {
            builder.prefix(prefix);
        }
        if (groups != null) {
            builder.groups(groups);
        }
        if (diversityPenalty != null) {
            builder.diversityPenalty(diversityPenalty);
        }
        if (tags != null) {
            builder.tagThreshold(tags);
        }
        if (tagWords != null) {
            builder.tagWords(TagFiles.words("--tag-words", tagWords));
        }
        return builder.build();
    }

    /** The least width from this one on that groups can share. */
    private int roundedUp(int width) {
        int share = groups == null || groups < 1 ? 1 : groups;
        return (width + share - 1) / share * share;
    }
}
