package io.captioner.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.DatasetException;
import io.captioner.OptionException;
import io.captioner.metrics.ConsensusCaption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BaselinesTest {
    private static final List<List<String>> CAPTIONS = List.of(
            List.of("a", "dog", "runs"),
            List.of("a", "dog", "sleeps"),
            List.of("a", "dog", "runs"),
            List.of("the", "cat", "sleeps"));

    @Test
    void aMarkovModelIsADistributionOverSentences() {
        // all sentences of up to seven of two words: their probabilities add up to nearly all
        MarkovCaptions model = MarkovCaptions.train(List.of(List.of("x"), List.of("x", "y"), List.of("y", "x")), 2);
        double[] sum = {0};
        add(model, new ArrayList<>(), sum);
        assertThat(sum[0]).isBetween(0.98, 1.0 + 1e-9);
    }

    private static void add(MarkovCaptions model, List<String> words, double[] sum) {
        sum[0] += Math.exp(model.logProbability(words));
        if (words.size() < 12) {
            for (String word : List.of("x", "y")) {
                words.add(word);
                add(model, words, sum);
                words.remove(words.size() - 1);
            }
        }
    }

    @Test
    void ordersAreInterpolatedAfterWittenAndBell() {
        // order 1: p(w) = (c(w) + T / V) / (n + T), of "a b" and "a": a 2, b 1, end 2; n = 5, T = 3, V = 3
        MarkovCaptions model = MarkovCaptions.train(List.of(List.of("a", "b"), List.of("a")), 1);
        assertThat(model.logProbability(List.of("a"))).isCloseTo(Math.log(3 / 8.0) + Math.log(3 / 8.0), within(1e-12));
    }

    @Test
    void theMostProbableCaptionIsWhatIsSaidMost() {
        assertThat(MarkovCaptions.train(CAPTIONS, 3).mostProbable(20)).containsExactly("a", "dog", "runs");
        assertThat(MarkovCaptions.train(CAPTIONS, 3).mostProbable(1)).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void equalSeedsDrawEqualCaptionsAndOthersOthers() {
        MarkovCaptions model = MarkovCaptions.train(CAPTIONS, 3);
        Set<List<String>> drawn = new HashSet<>();
        for (int seed = 0; seed < 50; seed++) {
            assertThat(model.sample(seed, 20)).isEqualTo(model.sample(seed, 20)).hasSizeLessThanOrEqualTo(20);
            drawn.add(model.sample(seed, 20));
        }
        assertThat(drawn).hasSizeGreaterThan(2).contains(List.of("a", "dog", "runs"));
    }

    @Test
    void theNearestPicturesAgreeOnACaption() {
        List<float[]> features =
                List.of(new float[] {1, 0}, new float[] {2, 0.1f}, new float[] {0, 1}, new float[] {-1, 0});
        List<List<String>> captions = List.of(
                List.of("a brown dog runs", "two people talk"),
                List.of("a brown dog runs on grass"),
                List.of("a cat sleeps", "the cat sleeps on a bed"),
                List.of("snow"));
        NearestCaptions two = NearestCaptions.of(features, captions, 2, 3);
        assertThat(two.nearest(new float[] {5, 0.1f})).containsExactly(0, 1);
        assertThat(two.caption(new float[] {5, 0.1f})).isEqualTo("a brown dog runs");
        assertThat(NearestCaptions.of(features, captions, 1, 3).caption(new float[] {0, 2}))
                .isIn("a cat sleeps", "the cat sleeps on a bed");
    }

    @Test
    void consensusIsTheCaptionMostLikeTheOthers() {
        ConsensusCaption consensus = ConsensusCaption.of(List.of(
                List.of("a red bus", "a red bus on a street", "people wait"),
                List.of("a red bus on a road"),
                List.of("a small boat"),
                List.of("green hills")));
        assertThat(consensus.best(new int[] {0, 1}, 2)).isEqualTo("a red bus on a street");
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> MarkovCaptions.train(CAPTIONS, 0))
                .isInstanceOf(OptionException.class)
                .hasMessage("the order is 0; it must be between 1 and 9");
        assertThatThrownBy(() -> MarkovCaptions.train(List.of(), 2)).isInstanceOf(OptionException.class);
        assertThatThrownBy(() -> NearestCaptions.of(List.of(new float[1]), List.of(), 1, 1))
                .isInstanceOf(DatasetException.class);
        assertThatThrownBy(() -> NearestCaptions.of(List.of(new float[1]), List.of(List.of("a")), 0, 1))
                .isInstanceOf(OptionException.class);
    }
}
