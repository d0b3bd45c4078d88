package io.captioner.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.GenerationOptions.BeamEnd;
import io.captioner.nn.Executable;
import io.captioner.spi.BackendProvider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Captions that must say certain words. Each backend extends this. */
public abstract class ConstraintContract {
    protected abstract BackendProvider backend();

    @ParameterizedTest
    @EnumSource(BeamEnd.class)
    void withoutAnythingToSayItIsTheBeam(BeamEnd end) {
        try (Model model = new Model(backend(), "a")) {
            for (int width : new int[] {1, 2, 5}) {
                for (double penalty : new double[] {0, 1}) {
                    GenerationOptions options = GenerationOptions.builder()
                            .beamWidth(width)
                            .maxLength(8)
                            .lengthPenalty(penalty)
                            .beamEnd(end)
                            .minLength(2)
                            .build();
                    SearchForm plain = end == BeamEnd.NARROWING ? SearchForm.RULES : SearchForm.POOL_RULES;
                    List<List<Hypothesis>> beam = model.find(plain, request(options, List.of()));
                    List<List<Hypothesis>> banks = model.find(SearchForm.BANKS, request(options, List.of()));
                    for (int image = 0; image < beam.size(); image++) {
                        assertThat(ids(banks.get(image))).isEqualTo(ids(beam.get(image)));
                        for (int rank = 0; rank < beam.get(image).size(); rank++) {
                            assertThat(banks.get(image).get(rank).score())
                                    .isCloseTo(beam.get(image).get(rank).score(), within(1e-4));
                        }
                    }
                }
            }
        }
    }

    /** Drawn constraints of one to three words, phrases and alternatives, at widths 1 to 4 and every length that can hold them. */
    @Test
    void saysTheWordsWhereverTheLengthAllowsIt() {
        Random random = new Random(5);
        for (String salt : List.of("a", "b", "e")) {
            try (Model model = new Model(backend(), salt)) {
                for (int i = 0; i < cases(); i++) {
                    List<List<List<Integer>>> mustSay = drawn(random);
                    int least = mustSay.stream()
                            .mapToInt(one ->
                                    one.stream().mapToInt(List::size).min().orElse(0))
                            .sum();
                    GenerationOptions options = GenerationOptions.builder()
                            .beamWidth(1 + random.nextInt(4))
                            .maxLength(least + random.nextInt(3))
                            .beamEnd(BeamEnd.values()[random.nextInt(4)])
                            .build();
                    Request request = request(options, mustSay);
                    for (List<Hypothesis> image : model.find(SearchForm.BANKS, request)) {
                        for (Hypothesis one : image) {
                            List<Integer> words = one.words().stream()
                                    .map(Hypothesis.Token::id)
                                    .toList();
                            assertThat(words).hasSizeLessThanOrEqualTo(options.maxLength());
                            for (List<List<Integer>> alternatives : mustSay) {
                                assertThat(alternatives)
                                        .as("%s says one of %s (%s)", words, alternatives, options)
                                        .anyMatch(some -> Collections.indexOfSubList(words, some) >= 0);
                            }
                        }
                    }
                }
            }
        }
    }

    /** How many constraints are drawn for each model. */
    protected int cases() {
        return 12;
    }

    private static List<List<List<Integer>>> drawn(Random random) {
        List<List<List<Integer>>> mustSay = new ArrayList<>();
        for (int constraint = 0; constraint <= random.nextInt(3); constraint++) {
            List<List<Integer>> alternatives = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(3); i++) {
                alternatives.add(IntStream.rangeClosed(0, random.nextInt(4) / 3)
                        .mapToObj(word -> 3 + random.nextInt(FilledGpt2.WORDS - 3))
                        .toList());
            }
            mustSay.add(alternatives);
        }
        return mustSay;
    }

    /** Against every caption there is: two words of a vocabulary of which each bank holds the likelier half. */
    @Test
    void findsTheBestOfAllCaptionsThatSayTheWord() {
        try (Model model = new Model(backend(), "a")) {
            GenerationOptions options = GenerationOptions.builder()
                    .beamWidth(7)
                    .maxLength(2)
                    .beamEnd(BeamEnd.EXHAUSTIVE)
                    .build();
            for (int word : new int[] {3, 6, 9}) {
                Hypothesis best = model.find(SearchForm.BANKS, request(options, List.of(List.of(List.of(word)))))
                        .get(0)
                        .get(0);
                assertThat(best.score()).isCloseTo(bestOfAll(model, word), within(1e-4));
            }
        }
    }

    /** Of two words, one of them this one; the end may be the second. Each is written by a search that has no choice. */
    private static double bestOfAll(Model model, int word) {
        double best = Double.NEGATIVE_INFINITY;
        for (int other = 0; other < FilledGpt2.WORDS; other++) {
            for (List<Integer> caption : List.of(List.of(word, other), List.of(other, word))) {
                if (caption.get(0) != 2) {
                    best = Math.max(best, logProbability(model, caption));
                }
            }
        }
        return best;
    }

    /** Of these words, all others being forbidden to a greedy search in which words keep their probability. */
    private static double logProbability(Model model, List<Integer> caption) {
        double sum = 0;
        for (int i = 0; i < caption.size(); i++) {
            GenerationOptions options = GenerationOptions.builder()
                    .beamWidth(7)
                    .maxLength(i + 1)
                    .beamEnd(BeamEnd.EXHAUSTIVE)
                    .build();
            Request request = new Request(options, List.of(), List.of(), caption.subList(0, i), -1);
            int next = caption.get(i);
            sum += model.find(SearchForm.POOL_RULES, request).get(0).stream()
                    .filter(one -> one.tokens().get(one.tokens().size() - 1).id() == next)
                    .mapToDouble(
                            one -> one.tokens().get(one.tokens().size() - 1).logProbability())
                    .findFirst()
                    .orElse(-100);
        }
        return sum;
    }

    @Test
    void rulesHoldBesides() {
        try (Model model = new Model(backend(), "e")) {
            GenerationOptions options = GenerationOptions.builder()
                    .beamWidth(3)
                    .maxLength(8)
                    .minLength(6)
                    .noRepeatNgram(1)
                    .build();
            Request request = new Request(
                    options,
                    List.of(5),
                    List.of(List.of(7, 8)),
                    List.of(4),
                    -1,
                    List.of(List.of(List.of(9)), List.of(List.of(5, 6), List.of(10, 11))),
                    options.rules().beamEnd());
            List<Integer> words = model.find(SearchForm.BANKS, request).get(0).get(0).words().stream()
                    .map(Hypothesis.Token::id)
                    .toList();
            assertThat(words)
                    .startsWith(4)
                    .hasSizeBetween(6, 8)
                    .doesNotHaveDuplicates()
                    .contains(9)
                    .containsSequence(10, 11)
                    .doesNotContain(5);
        }
    }

    private static Request request(GenerationOptions options, List<List<List<Integer>>> mustSay) {
        return new Request(
                options,
                List.of(),
                List.of(),
                List.of(),
                -1,
                mustSay,
                options.rules().beamEnd());
    }

    private static List<List<Integer>> ids(List<Hypothesis> hypotheses) {
        return hypotheses.stream()
                .map(one -> one.tokens().stream().map(Hypothesis.Token::id).toList())
                .toList();
    }

    /** One model in every form that a test wants. */
    private static final class Model implements AutoCloseable {
        private final Map<SearchForm, Executable> forms = new EnumMap<>(SearchForm.class);
        private final BackendProvider backend;
        private final String salt;

        Model(BackendProvider backend, String salt) {
            this.backend = backend;
            this.salt = salt;
        }

        List<List<Hypothesis>> find(SearchForm form, Request request) {
            CaptionProgram program = FilledGpt2.program().in(form);
            Executable executable = forms.computeIfAbsent(
                    form, wanted -> backend.compile(program, new FilledGpt2(salt).weights(), Device.cpu(), 1));
            BeamTrace trace = new BeamTrace(executable.run(request.inputs(program, FilledGpt2.pictures(2))));
            return List.of(trace.hypotheses(0, request, form), trace.hypotheses(1, request, form));
        }

        @Override
        public void close() {
            forms.values().forEach(Executable::close);
        }
    }
}
