package io.captioner.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.captioner.GenerationOptions;
import io.captioner.reference.ReferenceBackend;
import io.captioner.spi.BackendProvider;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Captions from drawn latents, by the fixtures' conditional variational decoder; each backend extends this. */
public abstract class LatentSearchContract {
    private static final String DECODER = "cvae_attention_lstm";

    protected abstract BackendProvider backend();

    @Test
    void otherSeedsGiveOtherCaptionsAndEqualSeedsEqualOnes() throws IOException {
        try (FixtureSearches model = new FixtureSearches(backend(), DECODER);
                FixtureSearches plainJava = new FixtureSearches(new ReferenceBackend(), DECODER)) {
            for (int width : new int[] {1, 3}) {
                Set<List<Integer>> found = new HashSet<>();
                for (long seed = 0; seed < 10; seed++) {
                    Request request =
                            request(GenerationOptions.builder().beamWidth(width).seed(seed));
                    List<List<List<Integer>>> captions = ids(model.captions(model.features, request));
                    assertThat(ids(model.captions(model.features, request))).isEqualTo(captions);
                    assertThat(ids(plainJava.captions(model.features, request))).isEqualTo(captions);
                    found.add(captions.get(1).get(0));
                }
                assertThat(found).as("width %d", width).hasSizeGreaterThan(2);
            }
        }
    }

    @Test
    void eachDrawnCaptionHasALatentOfItsOwn() throws IOException {
        try (FixtureSearches model = new FixtureSearches(backend(), DECODER);
                FixtureSearches plainJava = new FixtureSearches(new ReferenceBackend(), DECODER)) {
            // the likeliest words alone: only the latents are left to chance
            Request request =
                    request(GenerationOptions.builder().samples(8).topK(1).seed(5));
            List<List<List<Integer>>> captions = ids(model.captions(model.features, request));
            assertThat(new HashSet<>(captions.get(1))).hasSizeGreaterThan(2);
            assertThat(ids(plainJava.captions(model.features, request))).isEqualTo(captions);
            // the first of them is the greedy search's from the same seed
            Request greedy = request(GenerationOptions.builder().seed(5));
            assertThat(captions.get(1))
                    .contains(ids(model.captions(model.features, greedy)).get(1).get(0));
        }
    }

    @Test
    void noCaptionDependsOnTheOthers() throws IOException {
        try (FixtureSearches model = new FixtureSearches(backend(), DECODER)) {
            Request four = request(GenerationOptions.builder().samples(4).seed(5));
            Request eight = request(GenerationOptions.builder().samples(8).seed(5));
            List<List<List<Integer>>> all = ids(model.captions(model.features, eight));
            List<List<List<Integer>>> some = ids(model.captions(model.features, four));
            for (int image = 0; image < 3; image++) {
                assertThat(all.get(image)).containsAll(some.get(image));
                assertThat(ids(model.captions(model.row(image), eight)).get(0)).isEqualTo(all.get(image));
            }
        }
    }

    @Test
    void latentsAreStandardNormal() {
        float[] draws = Latents.drawn(1, 64, 200, 9).toFloatArray();
        double mean = IntStream.range(0, draws.length)
                .mapToDouble(i -> draws[i])
                .average()
                .orElseThrow();
        double square = IntStream.range(0, draws.length)
                .mapToDouble(i -> draws[i] * draws[i])
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(0, within(5 / Math.sqrt(draws.length)));
        assertThat(square).isCloseTo(1, within(5 * Math.sqrt(2.0 / draws.length)));
    }

    private static Request request(GenerationOptions.Builder options) {
        return new Request(options.maxLength(11).build(), List.of(), List.of(), List.of(), -1);
    }

    private static List<List<List<Integer>>> ids(List<List<Hypothesis>> images) {
        return FixtureSearches.ids(images, Hypothesis::words);
    }
}
