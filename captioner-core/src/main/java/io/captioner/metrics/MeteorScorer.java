package io.captioner.metrics;

import io.captioner.metrics.MeteorAligner.Match;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** METEOR of captions whose words are known. Immutable and thread-safe. */
final class MeteorScorer {
    private static final int CAPTION = 0;
    private static final int REFERENCE = 1;

    private final EnumSet<MeteorStage> stages;
    private final Map<List<String>, Words.Sentence> sentences;
    private final Paraphrases paraphrases;

    MeteorScorer(EnumSet<MeteorStage> stages, Map<List<String>, Words.Sentence> sentences, Paraphrases paraphrases) {
        this.stages = stages;
        this.sentences = sentences;
        this.paraphrases = paraphrases;
    }

    /** What each stage knows of each word that is there. */
    static final class Words {
        /**
         * A caption; each list has a place for each word.
         *
         * @param ids equal where words are
         * @param stems equal where stems are
         * @param synonyms sets of synonyms, ascending
         * @param function whether it is a function word
         */
        record Sentence(int[] ids, int[] stems, int[][] synonyms, boolean[] function) {}

        private record Word(int id, int stem, int[] synonyms, boolean function) {}

        private final EnumSet<MeteorStage> stages;
        private final Set<String> functionWords;
        private final Synonyms dictionary;
        private final Map<String, Word> words = new HashMap<>();
        private final Map<String, Integer> stems = new HashMap<>();

        Words(EnumSet<MeteorStage> stages, Set<String> functionWords, Synonyms dictionary) {
            this.stages = stages;
            this.functionWords = functionWords;
            this.dictionary = dictionary;
        }

        Map<List<String>, Sentence> sentences(Collection<List<String>> captions, MeteorText text) {
            Map<List<String>, Sentence> sentences = new HashMap<>();
            for (List<String> caption : captions) {
                sentences.computeIfAbsent(caption, tokens -> sentence(text.words(String.join(" ", tokens))));
            }
            return sentences;
        }

        private Sentence sentence(List<String> tokens) {
            List<Word> found = tokens.stream()
                    .map(token -> words.computeIfAbsent(token, this::word))
                    .toList();
            boolean[] function = new boolean[found.size()];
            for (int i = 0; i < function.length; i++) {
                function[i] = found.get(i).function();
            }
            return new Sentence(
                    found.stream().mapToInt(Word::id).toArray(),
                    found.stream().mapToInt(Word::stem).toArray(),
                    found.stream().map(Word::synonyms).toArray(int[][]::new),
                    function);
        }

        private Word word(String word) {
            String stem = stages.contains(MeteorStage.STEM) ? EnglishStemmer.stem(word) : word;
            return new Word(
                    words.size(),
                    stems.computeIfAbsent(stem, unused -> stems.size()),
                    stages.contains(MeteorStage.SYNONYM) ? dictionary.of(word) : new int[0],
                    functionWords.contains(word));
        }

        Map<String, Integer> ids() {
            Map<String, Integer> ids = new HashMap<>();
            words.forEach((word, known) -> ids.put(word, known.id()));
            return Collections.unmodifiableMap(ids);
        }
    }

    /** The counts of the reference that is closest; tokens must be of the captions that this was made for. */
    MeteorCounts score(List<String> caption, List<List<String>> references) {
        @Nullable MeteorCounts best = null;
        double score = -1;
        for (List<String> reference : references) {
            MeteorCounts counts = count(sentence(caption), sentence(reference));
            if (counts.score() > score) {
                best = counts;
                score = counts.score();
            }
        }
        return Objects.requireNonNull(best, "every image has a reference");
    }

    private Words.Sentence sentence(List<String> tokens) {
        return Objects.requireNonNull(sentences.get(tokens), "the scorer was made for other captions");
    }

    private MeteorCounts count(Words.Sentence caption, Words.Sentence reference) {
        @Nullable Match[] alignment = aligner(caption, reference).best();
        MeteorCounts counts = new MeteorCounts();
        setLength(counts, CAPTION, caption);
        setLength(counts, REFERENCE, reference);
        int chunks = 0;
        int at = 0;
        int captionEnd = -1;
        while (at < alignment.length) {
            Match match = alignment[at];
            if (match == null) {
                captionEnd = -1;
                at++;
                continue;
            }
            // a chunk is of words that follow each other in both
            chunks += match.captionStart() == captionEnd ? 0 : 1;
            captionEnd = match.captionStart() + match.captionLength();
            at += match.length();
            for (int i = match.captionStart(); i < captionEnd; i++) {
                counts.addMatch(CAPTION, match.stage(), caption.function()[i]);
            }
            for (int i = match.start(); i < at; i++) {
                counts.addMatch(REFERENCE, match.stage(), reference.function()[i]);
            }
        }
        counts.setChunks(chunks);
        return counts;
    }

    private static void setLength(MeteorCounts counts, int side, Words.Sentence sentence) {
        int function = 0;
        for (boolean isFunction : sentence.function()) {
            function += isFunction ? 1 : 0;
        }
        counts.setLength(side, sentence.ids().length, function);
    }

    /** All matches of all stages; of equal sentences those of equal words alone. */
    private MeteorAligner aligner(Words.Sentence caption, Words.Sentence reference) {
        MeteorAligner aligner = new MeteorAligner(caption.ids().length, reference.ids().length);
        boolean equal = Arrays.equals(caption.ids(), reference.ids());
        for (MeteorStage stage : equal ? EnumSet.of(MeteorStage.EXACT) : stages) {
            if (stage == MeteorStage.PARAPHRASE) {
                addParaphrases(caption.ids(), reference.ids(), aligner);
            } else {
                addWords(stage, caption, reference, aligner);
            }
        }
        return aligner;
    }

    private static void addWords(
            MeteorStage stage, Words.Sentence caption, Words.Sentence reference, MeteorAligner aligner) {
        for (int j = 0; j < reference.ids().length; j++) {
            for (int i = 0; i < caption.ids().length; i++) {
                boolean same = caption.ids()[i] == reference.ids()[j];
                boolean matched = switch (stage) {
                    case EXACT -> same;
                    case STEM -> !same && caption.stems()[i] == reference.stems()[j];
                    default ->
                        !same && haveCommon(caption.synonyms()[i], reference.synonyms()[j]);
                };
                if (matched) {
                    aligner.add(new Match(stage, j, 1, i, 1));
                }
            }
        }
    }

    private static boolean haveCommon(int[] one, int[] other) {
        int i = 0;
        int j = 0;
        while (i < one.length && j < other.length) {
            if (one[i] == other[j]) {
                return true;
            }
            if (one[i] < other[j]) {
                i++;
            } else {
                j++;
            }
        }
        return false;
    }

    /** Phrases of the reference whose paraphrase is in the caption, then the other way round. */
    private void addParaphrases(int[] caption, int[] reference, MeteorAligner aligner) {
        for (int j = 0; j < reference.length; j++) {
            int start = j;
            paraphrases.forEach(reference, start, (length, paraphrase) -> {
                for (int i = 0; i + paraphrase.length <= caption.length; i++) {
                    if (begins(caption, i, paraphrase)) {
                        aligner.add(new Match(MeteorStage.PARAPHRASE, start, length, i, paraphrase.length));
                    }
                }
            });
        }
        for (int i = 0; i < caption.length; i++) {
            int start = i;
            paraphrases.forEach(caption, start, (length, paraphrase) -> {
                for (int j = 0; j + paraphrase.length <= reference.length; j++) {
                    if (begins(reference, j, paraphrase)) {
                        aligner.add(new Match(MeteorStage.PARAPHRASE, j, paraphrase.length, start, length));
                    }
                }
            });
        }
    }

    private static boolean begins(int[] words, int at, int[] phrase) {
        for (int i = 0; i < phrase.length; i++) {
            if (words[at + i] != phrase[i]) {
                return false;
            }
        }
        return true;
    }
}
