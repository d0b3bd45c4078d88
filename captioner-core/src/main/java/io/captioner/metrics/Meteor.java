package io.captioner.metrics;

import io.captioner.DatasetException;
import io.captioner.OptionException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * METEOR 1.5 for English (Denkowski and Lavie 2014), with the parameters of its ranking task: what pycocoevalcap and coco-caption print.
 * Its word lists, synonyms and paraphrases are METEOR's own files and no part of captioner; they are named by their folder. Immutable and
 * thread-safe; the paraphrases, 60 MB, are read anew for each scoring, in a few seconds, and only those that can match are kept.
 */
public final class Meteor {
    private final MeteorFiles files;
    private final EnumSet<MeteorStage> stages;
    private final MeteorText text;
    private final Set<String> functionWords;
    private final Synonyms synonyms;

    private Meteor(
            MeteorFiles files,
            EnumSet<MeteorStage> stages,
            MeteorText text,
            Set<String> functionWords,
            Synonyms synonyms) {
        this.files = files;
        this.stages = stages;
        this.text = text;
        this.functionWords = functionWords;
        this.synonyms = synonyms;
    }

    /**
     * Reads METEOR's data, with all stages that the folder has files for.
     *
     * @param folder METEOR's own, or pycocoevalcap's {@code meteor}: with {@code meteor-1.5.jar}, or what is in that jar ({@code
     *     function/english.words}, {@code synonym/english.synsets}, {@code synonym/english.exceptions}, {@code
     *     nonbreaking/english.prefixes}), and {@code data/paraphrase-en.gz}
     * @throws DatasetException when the folder has no list of function words, or a file is damaged
     */
    public static Meteor load(Path folder) {
        MeteorFiles files = MeteorFiles.in(folder);
        try {
            EnumSet<MeteorStage> stages = EnumSet.of(MeteorStage.EXACT, MeteorStage.STEM);
            Synonyms synonyms = Synonyms.NONE;
            if (files.has(MeteorFiles.SYNSETS)) {
                stages.add(MeteorStage.SYNONYM);
                synonyms = Synonyms.of(files.lines(MeteorFiles.SYNSETS), files.lines(MeteorFiles.EXCEPTIONS));
            }
            if (files.hasParaphrases()) {
                stages.add(MeteorStage.PARAPHRASE);
            }
            return new Meteor(
                    files,
                    stages,
                    new MeteorText(abbreviations(files.lines(MeteorFiles.ABBREVIATIONS))),
                    Set.copyOf(files.lines(MeteorFiles.FUNCTION_WORDS)),
                    synonyms);
        } catch (IOException e) {
            throw new DatasetException("METEOR's data in " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static Map<String, Boolean> abbreviations(List<String> lines) {
        return lines.stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .collect(Collectors.toMap(
                        line -> line.split("\\s+")[0],
                        line -> line.contains("#NUMERIC_ONLY#"),
                        (first, second) -> second));
    }

    /**
     * METEOR with these stages alone; {@link MeteorStage#EXACT} is always among them.
     *
     * @throws OptionException when the data of a stage are not there
     */
    public Meteor with(MeteorStage... wanted) {
        EnumSet<MeteorStage> kept = EnumSet.of(MeteorStage.EXACT);
        kept.addAll(Arrays.asList(wanted));
        if (!stages.containsAll(kept)) {
            throw new OptionException("METEOR's stages " + kept + " are wanted, but the data in " + files.folder()
                    + " are those of " + stages);
        }
        return new Meteor(files, kept, text, functionWords, synonyms);
    }

    /** The stages that run, in order. */
    public Set<MeteorStage> stages() {
        return EnumSet.copyOf(stages);
    }

    /** For example {@code meteor:1.5,en,rank,norm,exact+stem+synonym+paraphrase}. */
    String signature() {
        return "meteor:1.5,en,rank,norm,"
                + stages.stream().map(MeteorStage::label).collect(Collectors.joining("+"));
    }

    /** Splits captions and reads what of the data they need. */
    MeteorScorer over(Collection<List<String>> captions) {
        MeteorScorer.Words words = new MeteorScorer.Words(stages, functionWords, synonyms);
        Map<List<String>, MeteorScorer.Words.Sentence> sentences = words.sentences(captions, text);
        Paraphrases paraphrases = Paraphrases.NONE;
        if (stages.contains(MeteorStage.PARAPHRASE)) {
            try {
                paraphrases = Paraphrases.read(files.paraphrases(), words.ids());
            } catch (IOException e) {
                throw new DatasetException(
                        "METEOR's paraphrases in " + files.folder() + " cannot be read: " + e.getMessage(), e);
            }
        }
        return new MeteorScorer(stages, sentences, paraphrases);
    }
}
