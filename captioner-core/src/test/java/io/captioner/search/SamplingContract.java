package io.captioner.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.captioner.GenerationOptions;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.reference.ReferenceBackend;
import io.captioner.spi.BackendProvider;
import io.captioner.text.Vocabulary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Drawn captions and captions with rules, on whichever backend extends this. */
public abstract class SamplingContract {
    private static final String DECODER = "attention_lstm_gated_unsorted";

    protected abstract BackendProvider backend();

    @Test
    void equalSeedsDrawEqualCaptionsOnEveryBackendAndInAnyBatch() throws IOException {
        try (FixtureSearches mine = new FixtureSearches(backend(), DECODER);
                FixtureSearches reference = new FixtureSearches(new ReferenceBackend(), DECODER)) {
            Request request =
                    request(GenerationOptions.builder().maxLength(8).samples(5).seed(11));
            List<List<Hypothesis>> together = mine.captions(mine.features, request);
            assertThat(ids(together)).isEqualTo(ids(reference.captions(mine.features, request)));
            for (int image = 0; image < together.size(); image++) {
                List<List<Hypothesis>> alone = mine.captions(mine.row(image), request);
                assertThat(ids(alone).get(0)).isEqualTo(ids(together).get(image));
            }
            assertThat(together.get(0)).hasSize(5);
            assertThat(new HashSet<>(ids(together).get(0))).hasSizeGreaterThan(1);
            Request other =
                    request(GenerationOptions.builder().maxLength(8).samples(5).seed(12));
            assertThat(ids(mine.captions(mine.features, other))).isNotEqualTo(ids(together));
        }
    }

    @Test
    void wordsAreDrawnAsOftenAsTheyAreProbable() throws IOException {
        try (FixtureSearches model = new FixtureSearches(backend(), DECODER)) {
            int draws = 0;
            double[] counts = new double[model.words];
            double[] probabilities = new double[model.words];
            for (int seed = 0; seed < 30; seed++) {
                Request request = request(
                        GenerationOptions.builder().maxLength(1).samples(64).seed(seed));
                for (Hypothesis drawn : model.captions(model.row(0), request).get(0)) {
                    Hypothesis.Token first = drawn.tokens().get(0);
                    counts[first.id()]++;
                    probabilities[first.id()] = Math.exp(first.logProbability());
                    draws++;
                }
            }
            assertThat(draws).isEqualTo(30 * 64);
            for (int word = 0; word < model.words; word++) {
                double deviation = Math.sqrt(probabilities[word] * (1 - probabilities[word]) / draws);
                assertThat(counts[word] / draws).isCloseTo(probabilities[word], within(4 * deviation + 1e-6));
            }
        }
    }

    @Test
    void aNarrowChoiceDrawsWhatGreedySearchFinds() throws IOException {
        try (FixtureSearches model = new FixtureSearches(backend(), DECODER)) {
            List<Integer> greedy = ids(model.captions(
                            model.features, request(GenerationOptions.builder().maxLength(8))))
                    .get(0)
                    .get(0);
            for (GenerationOptions.Builder options : List.of(
                    GenerationOptions.builder().topK(1),
                    GenerationOptions.builder().topP(1e-6),
                    GenerationOptions.builder().minP(1),
                    GenerationOptions.builder().temperature(1e-3))) {
                Request request = request(options.maxLength(8).samples(2));
                assertThat(ids(model.captions(model.features, request)).get(0)).containsExactly(greedy, greedy);
            }
        }
    }

    @Test
    void theSamplingProgramDrawsWordsAsOftenAsTheyAreProbable() throws IOException {
        try (FixtureSearches model = new FixtureSearches(backend(), DECODER)) {
            double[] probabilities = new double[model.words];
            for (int seed = 0; seed < 30; seed++) {
                Request request = request(
                        GenerationOptions.builder().maxLength(1).samples(64).seed(seed));
                for (Hypothesis drawn : model.captions(model.row(0), request).get(0)) {
                    Hypothesis.Token first = drawn.tokens().get(0);
                    probabilities[first.id()] = Math.exp(first.logProbability());
                }
            }
            int draws = 0;
            double[] counts = new double[model.words];
            HostTensor picture = model.row(0);
            for (int seed = 0; seed < 30; seed++) {
                SamplingProgram.Draw draw = new SamplingProgram.Draw(64, false, 1, 1, seed);
                for (long id : model.sampled(picture, draw, List.of()).toLongArray()) {
                    counts[(int) id]++;
                    draws++;
                }
            }
            assertThat(draws).isEqualTo(30 * 64);
            for (int word = 0; word < model.words; word++) {
                double deviation = Math.sqrt(probabilities[word] * (1 - probabilities[word]) / draws);
                assertThat(counts[word] / draws).isCloseTo(probabilities[word], within(4 * deviation + 1e-3));
            }
        }
    }

    @Test
    void theSamplingProgramWritesTheGreedyCaptionBesideTheSamples() throws IOException {
        try (FixtureSearches model = new FixtureSearches(backend(), DECODER);
                FixtureSearches reference = new FixtureSearches(new ReferenceBackend(), DECODER)) {
            List<List<List<Integer>>> greedy = ids(model.captions(
                    model.features, request(GenerationOptions.builder().maxLength(8))));
            SamplingProgram.Draw draw = new SamplingProgram.Draw(3, true, 8, 1, 5);
            HostTensor tokens = model.sampled(model.features, draw, List.of());
            assertThat(tokens.shape()).isEqualTo(Shape.of(tokens.shape().dim(0), greedy.size(), 4));
            assertThat(tokens.toLongArray())
                    .isEqualTo(
                            reference.sampled(model.features, draw, List.of()).toLongArray());
            Set<List<Integer>> samples = new HashSet<>();
            for (int image = 0; image < greedy.size(); image++) {
                List<Integer> expected = greedy.get(image).get(0);
                assertThat(row(tokens, image, 3)).isEqualTo(expected.subList(0, Math.min(8, expected.size())));
                for (int sample = 0; sample < 3; sample++) {
                    samples.add(row(tokens, image, sample));
                }
            }
            assertThat(samples).hasSizeGreaterThan(greedy.size());
            int banned = greedy.get(0).get(0).get(0);
            assertThat(model.sampled(model.features, draw, List.of(banned)).toLongArray())
                    .doesNotContain(banned);
        }
    }

    /** A caption of (turns, N, K), the end included. */
    private static List<Integer> row(HostTensor tokens, int image, int row) {
        List<Integer> ids = new ArrayList<>();
        int images = (int) tokens.shape().dim(1);
        int rows = (int) tokens.shape().dim(2);
        for (int turn = 0; turn < tokens.shape().dim(0); turn++) {
            int id = (int) tokens.longs().get((turn * images + image) * rows + row);
            if (id == Vocabulary.PADDING) {
                break;
            }
            ids.add(id);
        }
        return ids;
    }

    @Test
    void rulesHold() throws IOException {
        try (FixtureSearches model = new FixtureSearches(backend(), DECODER)) {
            for (int beam : new int[] {1, 3}) {
                GenerationOptions options = GenerationOptions.builder()
                        .beamWidth(beam)
                        .maxLength(7)
                        .minLength(5)
                        .noRepeatNgram(1)
                        .build();
                Request request = new Request(options, List.of(), List.of(List.of(5, 6)), List.of(5), -1);
                for (List<Hypothesis> image : model.captions(model.features, request)) {
                    List<Integer> words = image.get(0).words().stream()
                            .map(Hypothesis.Token::id)
                            .toList();
                    assertThat(words).startsWith(5).hasSizeBetween(5, 7).doesNotHaveDuplicates();
                    assertThat(words.get(1)).isNotEqualTo(6);
                    assertThat(image.get(0).tokens().get(0).logProbability()).isZero();
                }
            }
        }
    }

    @Test
    void aRuleThatLeavesNoWordEndsTheCaption() throws IOException {
        try (FixtureSearches model = new FixtureSearches(backend(), DECODER)) {
            GenerationOptions options = GenerationOptions.builder()
                    .maxLength(12)
                    .minLength(12)
                    .noRepeatNgram(1)
                    .build();
            Request request = new Request(options, List.of(4, 5, 6, 7, 8), List.of(), List.of(), -1);
            for (List<Hypothesis> image : model.captions(model.features, request)) {
                assertThat(image.get(0).words()).hasSizeLessThan(12);
            }
        }
    }

    private static Request request(GenerationOptions.Builder options) {
        // nothing is forbidden; the fixture's words have no names
        return new Request(options.build(), List.of(), List.of(), List.of(), -1);
    }

    private static List<List<List<Integer>>> ids(List<List<Hypothesis>> images) {
        return FixtureSearches.ids(images, Hypothesis::tokens);
    }
}
