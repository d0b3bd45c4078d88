package io.captioner.search;

import io.captioner.GenerationOptions;
import io.captioner.OptionException;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** A {@link Request} as the inputs of a {@link CaptionProgram}, whichever its form is. */
final class RequestInputs {
    private final Request request;
    private final CaptionProgram program;
    private final GenerationOptions options;
    private final int vocabularySize;

    RequestInputs(Request request, CaptionProgram program) {
        this.request = request;
        this.program = program;
        this.options = request.options();
        this.vocabularySize = program.vocabularySize();
    }

    List<HostTensor> all(HostTensor source) {
        SearchForm form = program.form();
        List<HostTensor> plain = program.inputs(source, options, request.forbidden());
        List<HostTensor> inputs = new ArrayList<>(plain.subList(0, 4));
        // at least two turns are made
        inputs.set(2, HostTensor.scalar((long) Math.max(2, request.maxTokens())));
        if (form.rules()) {
            inputs.addAll(rules());
        }
        if (form.pool()) {
            if (2 * request.laneWidth() > vocabularySize) {
                throw new OptionException("beam width is " + options.beamWidth()
                        + "; it must be at most half of the model's " + vocabularySize + " words");
            }
            inputs.set(1, HostTensor.scalar((long) request.laneWidth()));
            inputs.add(HostTensor.scalar((float) options.lengthPenalty()));
            inputs.add(HostTensor.scalar((long) request.beamEnd().ordinal()));
            inputs.add(HostTensor.scalar((long) request.prefix().size()));
            inputs.add(HostTensor.scalar((long) request.maxTokens()));
        }
        if (form == SearchForm.GROUPS) {
            inputs.add(HostTensor.scalar((long) options.diversity().groups()));
            inputs.add(HostTensor.scalar((float) options.diversity().penalty()));
        }
        if (form == SearchForm.BANKS) {
            inputs.addAll(banks());
        }
        inputs.addAll(plain.subList(4, plain.size())); // a latent comes last
        return inputs;
    }

    private List<HostTensor> rules() {
        GenerationOptions.Sampling sampling = options.sampling();
        int turns = Math.max(2, request.maxTokens());
        long[] forced = new long[turns + 1];
        Arrays.fill(forced, -1);
        for (int turn = 0; turn < request.prefix().size(); turn++) {
            forced[turn] = request.prefix().get(turn);
        }
        if (request.lastWord() >= 0) {
            forced[options.maxLength() - 1] = request.lastWord();
        }
        int topK = sampling.topK() == 0 ? vocabularySize : Math.min(sampling.topK(), vocabularySize);
        return List.of(
                HostTensor.ofLongs(Shape.of(turns + 1), forced),
                HostTensor.ofLongs(
                        Shape.of(turns + 1), LongStream.rangeClosed(0, turns).toArray()),
                table(request.phrases(), true),
                HostTensor.scalar((long) options.rules().minLength()),
                HostTensor.scalar((float) options.rules().repetitionPenalty()),
                HostTensor.scalar((long) options.rules().noRepeatNgram()),
                HostTensor.ofBooleans(Shape.of(), sampling.samples() > 0),
                HostTensor.scalar((float) sampling.temperature()),
                HostTensor.scalar((long) topK),
                HostTensor.scalar((float) sampling.topP()),
                HostTensor.scalar((float) sampling.minP()),
                HostTensor.scalar((float) sampling.typicalP()),
                noise(turns));
    }

    /** Rows of ids, at least one row and two columns; -1 before the ids, or behind them. */
    private static HostTensor table(List<List<Integer>> phrases, boolean before) {
        int rows = Math.max(1, phrases.size());
        int width = Stream.concat(Stream.of(2), phrases.stream().map(ids -> ids.size() + (before ? 0 : 1)))
                .mapToInt(size -> size)
                .max()
                .getAsInt();
        long[] table = new long[rows * width];
        Arrays.fill(table, -1);
        for (int row = 0; row < phrases.size(); row++) {
            List<Integer> phrase = phrases.get(row);
            int from = before ? (row + 1) * width - phrase.size() : row * width;
            for (int i = 0; i < phrase.size(); i++) {
                table[from + i] = phrase.get(i);
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

    private List<HostTensor> banks() {
        // nothing to say is said by an alternative without words
        List<List<List<Integer>>> constraints =
                request.mustSay().isEmpty() ? List.of(List.of(List.of())) : request.mustSay();
        List<List<Integer>> alternatives =
                constraints.stream().flatMap(List::stream).toList();
        long[] members = new long[alternatives.size() * constraints.size()];
        int alternative = 0;
        for (int constraint = 0; constraint < constraints.size(); constraint++) {
            for (int i = 0; i < constraints.get(constraint).size(); i++) {
                members[alternative++ * constraints.size() + constraint] = 1;
            }
        }
        float[] sizes = new float[alternatives.size()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = alternatives.get(i).size();
        }
        float[] bias = new float[vocabularySize];
        // one at least: padding, which is never written
        long[] wanted = request.banks() == 1
                ? new long[] {program.special().padding()}
                : alternatives.stream()
                        .flatMap(List::stream)
                        .distinct()
                        .mapToLong(id -> id)
                        .toArray();
        for (long id : wanted) {
            bias[(int) id] = BeamSearch.NEVER;
        }
        int banks = request.banks();
        return List.of(
                HostTensor.ofLongs(Shape.of(banks), LongStream.range(0, banks).toArray()),
                HostTensor.ofLongs(
                        Shape.of(banks * options.beamWidth()),
                        LongStream.range(0, (long) banks * options.beamWidth()).toArray()),
                HostTensor.ofLongs(Shape.of(wanted.length), wanted),
                HostTensor.ofFloats(Shape.of(vocabularySize), bias),
                table(alternatives, false),
                HostTensor.ofFloats(Shape.of(sizes.length), sizes),
                HostTensor.ofLongs(Shape.of(sizes.length, constraints.size()), members));
    }
}
