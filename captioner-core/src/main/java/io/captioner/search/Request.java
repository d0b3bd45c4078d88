package io.captioner.search;

import io.captioner.GenerationOptions;
import io.captioner.GenerationOptions.BeamEnd;
import io.captioner.OptionException;
import io.captioner.nn.HostTensor;
import io.captioner.text.Tokenizer;
import io.captioner.text.Vocabulary;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What options ask for, with ids in place of words. Immutable and thread-safe.
 *
 * @param options as they were given
 * @param forbidden ids never to write
 * @param phrases ids never to write in a row, two or more each
 * @param prefix ids to begin with
 * @param lastWord what a caption that reaches the limit ends with, -1 for anything
 * @param mustSay constraints: of each, alternatives, of which one must be written
 * @param beamEnd when a beam search ends: as asked for, or, where nothing was asked for, as the model's makers did
 */
public record Request(
        GenerationOptions options,
        List<Integer> forbidden,
        List<List<Integer>> phrases,
        List<Integer> prefix,
        int lastWord,
        List<List<List<Integer>>> mustSay,
        BeamEnd beamEnd) {
    public Request {
        forbidden = List.copyOf(forbidden);
        phrases = List.copyOf(phrases);
        prefix = List.copyOf(prefix);
        mustSay = List.copyOf(mustSay);
        int least = mustSay.stream().mapToInt(Request::shortest).sum();
        if (least > options.maxLength()) {
            throw new OptionException("what must be said has " + least + " words; a caption has at most "
                    + options.maxLength() + ": raise the maximum length, or ask for less");
        }
    }

    /** Without words that must be said. */
    public Request(
            GenerationOptions options,
            List<Integer> forbidden,
            List<List<Integer>> phrases,
            List<Integer> prefix,
            int lastWord) {
        this(
                options,
                forbidden,
                phrases,
                prefix,
                lastWord,
                List.of(),
                options.rules().beamEnd());
    }

    /** @throws OptionException when a word is not in the vocabulary, or more must be said than a caption can hold */
    public static Request of(GenerationOptions options, Tokenizer vocabulary) {
        RequestWords words = new RequestWords(vocabulary);
        GenerationOptions.Rules rules = options.rules();
        List<Integer> forbidden = new ArrayList<>(vocabulary.special().never());
        List<List<Integer>> phrases = new ArrayList<>();
        for (String text : options.forbiddenWords()) {
            for (List<Integer> ids : words.anywhere("forbidden word", text)) {
                if (ids.size() == 1) {
                    forbidden.add(ids.get(0));
                } else {
                    phrases.add(ids);
                }
            }
        }
        List<Integer> prefix = words.first("word of the prefix", rules.prefix());
        if (prefix.size() > options.maxLength()) {
            throw new OptionException("the prefix has " + prefix.size() + " words; a caption has at most "
                    + options.maxLength() + ": shorten it, or raise the maximum length");
        }
        List<List<List<Integer>>> mustSay = rules.mustSay().stream()
                .map(alternatives -> words.oneOf(alternatives, forbidden))
                .toList();
        return new Request(
                options,
                forbidden,
                phrases,
                prefix,
                words.single("last word", rules.lastWord()),
                mustSay,
                end(options, vocabulary));
    }

    /** A model of Hugging Face's writes what it writes there only when it is searched as there. */
    private static BeamEnd end(GenerationOptions options, Tokenizer vocabulary) {
        BeamEnd asked = options.rules().beamEnd();
        boolean ours = vocabulary instanceof Vocabulary;
        if (ours || asked != BeamEnd.NARROWING || options.beamWidth() == 1) {
            return asked;
        }
        return vocabulary.special().earlyStopping() ? BeamEnd.EARLY : BeamEnd.HEURISTIC;
    }

    private static int shortest(List<List<Integer>> alternatives) {
        return alternatives.stream().mapToInt(List::size).min().orElse(0);
    }

    /** What search these options need. */
    public SearchForm form() {
        boolean noRules = options.plain() && phrases.isEmpty();
        if (!mustSay.isEmpty()) {
            return SearchForm.BANKS;
        }
        if (options.diversity().groups() > 1) {
            return SearchForm.GROUPS;
        }
        if (!pooled()) {
            return noRules ? SearchForm.PLAIN : SearchForm.RULES;
        }
        return noRules ? SearchForm.POOL : SearchForm.POOL_RULES;
    }

    /** Whether the end is one of Hugging Face's. */
    boolean pooled() {
        return beamEnd != BeamEnd.NARROWING && options.sampling().samples() == 0;
    }

    /** Turns at most: one token more than words, the end, unless that counts as a word. */
    public int maxTokens() {
        return pooled() ? options.maxLength() : options.maxLength() + 1;
    }

    /** Rows of a beam: of each group, where there are several. */
    int laneWidth() {
        return options.beamWidth() / options.diversity().groups();
    }

    /** Beams of a search for words that must be said: one for each number of words still missing. */
    int banks() {
        return 1 + mustSay.stream().mapToInt(Request::shortest).sum();
    }

    /** Whether a caption holds one alternative of each constraint. */
    boolean isSaid(List<Integer> ids) {
        return mustSay.stream()
                .allMatch(alternatives -> alternatives.stream()
                        .anyMatch(alternative -> Collections.indexOfSubList(ids, alternative) >= 0));
    }

    /** The inputs of a call of {@link CaptionProgram} in {@link #form}, or in another form that can do it. */
    public List<HostTensor> inputs(CaptionProgram program, HostTensor source) {
        return new RequestInputs(this, program).all(source);
    }
}
