package io.captioner.search;

import io.captioner.GenerationOptions;
import io.captioner.OptionException;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.text.Tokenizer;
import io.captioner.text.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What options ask for, with ids in place of words. Immutable and thread-safe.
 *
 * @param options as they were given
 * @param forbidden ids never to write
 * @param phrases ids never to write in a row, two or more each
 * @param prefix ids to begin with
 * @param lastWord what a caption that reaches the limit ends with, -1 for anything
 */
public record Request(
        GenerationOptions options,
        List<Integer> forbidden,
        List<List<Integer>> phrases,
        List<Integer> prefix,
        int lastWord) {
    public Request {
        forbidden = List.copyOf(forbidden);
        phrases = List.copyOf(phrases);
        prefix = List.copyOf(prefix);
    }

    /** @throws OptionException when a word is not in the vocabulary, or the prefix is longer than a caption may be */
    public static Request of(GenerationOptions options, Tokenizer vocabulary) {
        List<Integer> forbidden = new ArrayList<>(vocabulary.special().never());
        List<List<Integer>> phrases = new ArrayList<>();
        for (String words : options.forbiddenWords()) {
            List<Integer> ids = ids("forbidden word", words, vocabulary);
            if (ids.size() == 1) {
                forbidden.add(ids.get(0));
            } else {
                phrases.add(ids);
            }
        }
        String begins = options.rules().prefix();
        List<Integer> prefix = vocabulary instanceof Vocabulary
                ? ids("word of the prefix", begins, vocabulary)
                : vocabulary.ids(begins); // any text can be written in pieces of words
        if (prefix.size() > options.maxLength()) {
            throw new OptionException("the prefix has " + prefix.size() + " words; a caption has at most "
                    + options.maxLength() + ": shorten it, or raise the maximum length");
        }
        List<Integer> last = ids("last word", options.rules().lastWord(), vocabulary);
        if (last.size() > 1) {
            throw new OptionException("last word is \"" + options.rules().lastWord() + "\"; it must be one word");
        }
        return new Request(options, forbidden, phrases, prefix, last.isEmpty() ? -1 : last.get(0));
    }

    private static List<Integer> ids(String what, String words, Tokenizer vocabulary) {
        List<Integer> ids = new ArrayList<>();
        for (String word : words.strip().split("\\s+")) {
            if (word.isEmpty()) {
                continue;
            }
            if (!vocabulary.contains(word)) {
                throw new OptionException(what + " \"" + word + "\" is not among the model's " + vocabulary.size()
                        + " words; leave it out");
            }
            ids.add(vocabulary.id(word));
        }
        return ids;
    }

    /** Turns at most: one token more than words, the end. */
    public int maxTokens() {
        return options.maxLength() + 1;
    }

    /** Rows that go on in a beam that does not narrow, else 0. */
    int kept() {
        return options.rules().beamEnd() == GenerationOptions.BeamEnd.NARROWING
                        || options.sampling().samples() > 0
                ? 0
                : options.beamWidth();
    }

    /** The inputs of a call of {@link CaptionProgram}, or, where options are not {@link GenerationOptions#plain}, of its form with rules. */
    public List<HostTensor> inputs(CaptionProgram program, HostTensor source) {
        List<HostTensor> inputs = new ArrayList<>(program.inputs(source, options, forbidden));
        int vocabularySize = (int) inputs.get(3).shape().dim(0);
        if (kept() > 0) {
            inputs.set(1, HostTensor.scalar((long) Math.min(2 * kept(), vocabularySize)));
        }
        if (!options.plain()) {
            inputs.addAll(4, rules(vocabularySize)); // before a latent, which comes last
        }
        return inputs;
    }

    private List<HostTensor> rules(int vocabularySize) {
        GenerationOptions.Sampling sampling = options.sampling();
        // the program makes two turns at least
        int turns = Math.max(2, maxTokens());
        long[] forced = new long[turns + 1];
        Arrays.fill(forced, -1);
        for (int turn = 0; turn < prefix.size(); turn++) {
            forced[turn] = prefix.get(turn);
        }
        if (lastWord >= 0) {
            forced[options.maxLength() - 1] = lastWord;
        }
        int topK = sampling.topK() == 0 ? vocabularySize : Math.min(sampling.topK(), vocabularySize);
        return List.of(
                HostTensor.ofLongs(Shape.of(turns + 1), forced),
                HostTensor.ofLongs(
                        Shape.of(turns + 1), LongStream.rangeClosed(0, turns).toArray()),
                phraseTable(),
                HostTensor.scalar((long) options.rules().minLength()),
                HostTensor.scalar((float) options.rules().repetitionPenalty()),
                HostTensor.scalar((long) options.rules().noRepeatNgram()),
                HostTensor.ofBooleans(Shape.of(), sampling.samples() > 0),
                HostTensor.scalar((float) sampling.temperature()),
                HostTensor.scalar((long) topK),
                HostTensor.scalar((float) sampling.topP()),
                HostTensor.scalar((float) sampling.minP()),
                HostTensor.scalar((float) sampling.typicalP()),
                HostTensor.scalar((long) kept()),
                noise(turns));
    }

    private HostTensor phraseTable() {
        int rows = Math.max(1, phrases.size());
        int width = Stream.concat(Stream.of(2), phrases.stream().map(List::size))
                .mapToInt(size -> size)
                .max()
                .getAsInt();
        long[] table = new long[rows * width];
        Arrays.fill(table, -1);
        for (int row = 0; row < phrases.size(); row++) {
            List<Integer> phrase = phrases.get(row);
            for (int i = 0; i < phrase.size(); i++) {
                table[(row + 1) * width - phrase.size() + i] = phrase.get(i);
            }
        }
        return HostTensor.ofLongs(Shape.of(rows, width), table);
    }

    /** Each row has a generator of its own, the same for every picture: no caption depends on how many others are made with it. */
    private HostTensor noise(int turns) {
        int rows = Math.max(1, options.sampling().samples());
        long[] numbers = new long[turns * rows * 4];
        SplittableRandom seeds = new SplittableRandom(options.sampling().seed());
        for (int row = 0; row < rows; row++) {
            SplittableRandom random = seeds.split();
            for (int turn = 0; turn < turns; turn++) {
                for (int i = 0; i < 4; i++) {
                    numbers[(turn * rows + row) * 4 + i] = random.nextLong(Rules.PRIME);
                }
            }
        }
        return HostTensor.ofLongs(Shape.of(turns, rows, 4), numbers);
    }
}
