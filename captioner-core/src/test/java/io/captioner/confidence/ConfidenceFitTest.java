package io.captioner.confidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.DatasetException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConfidenceFitTest {
    /**
     * The coefficients of scikit-learn's LogisticRegression(penalty=None) for this small table of hours studied and exams passed (Wikipedia,
     * "Logistic regression"): intercept -4.0777, slope 1.5046.
     */
    @Test
    void regressionHasThePublishedCoefficients() {
        double[] hours = {
            0.5, 0.75, 1, 1.25, 1.5, 1.75, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 4, 4.25, 4.5, 4.75, 5, 5.5
        };
        int[] passed = {0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1};
        double[][] inputs = new double[hours.length][];
        boolean[] good = new boolean[hours.length];
        for (int i = 0; i < hours.length; i++) {
            inputs[i] = new double[] {hours[i]};
            good[i] = passed[i] == 1;
        }

        double[] w = LogisticRegression.fit(inputs, good);

        assertThat(w[0]).isCloseTo(-4.0777, within(2e-3));
        assertThat(w[1]).isCloseTo(1.5046, within(2e-3));
    }

    @Test
    void separableClassesHaveFiniteWeights() {
        double[] w =
                LogisticRegression.fit(new double[][] {{0}, {1}, {2}, {3}}, new boolean[] {false, false, true, true});

        assertThat(w[1]).isPositive().isFinite();
    }

    @Test
    void whatDrawsTheScoresIsFoundAgain() {
        Random random = new Random(7);
        List<Signs> signs = new ArrayList<>();
        double[] scores = new double[2000];
        for (int i = 0; i < scores.length; i++) {
            Signs sign = new Signs(
                    -1.5 + random.nextGaussian() * 0.4,
                    -4 + random.nextGaussian(),
                    8 + random.nextInt(5),
                    1 + random.nextDouble());
            signs.add(sign);
            // a good caption with p = sigmoid(3 + 2 * mean)
            double p = 1 / (1 + Math.exp(-(3 + 2 * sign.meanLogProbability())));
            scores[i] = random.nextDouble() < p ? 1 + random.nextDouble() : random.nextDouble();
        }

        Confidence confidence = ConfidenceFit.fit(signs, scores, 1);

        assertThat(confidence.meanLogProbability()).isCloseTo(2, within(0.4));
        assertThat(confidence.leastLogProbability()).isCloseTo(0, within(0.15));
        assertThat(confidence.words()).isCloseTo(0, within(0.1));
        assertThat(confidence.calibrationError()).isLessThan(0.04);
        assertThat(confidence.separation()).isBetween(0.65, 0.85);
        assertThat(confidence.of(new Signs(-0.5, -4, 10, 1))).isCloseTo(0.88, within(0.05));
        assertThat(confidence.of(new Signs(-3, -4, 10, 1))).isCloseTo(0.05, within(0.04));
    }

    @Test
    void measuresOfSmallTables() {
        // a bin each: |1 - .9|, |0 - .2| over ten captions, the others exact
        double[] p = {0.9, 0.2, 1, 1, 1, 1, 0, 0, 0, 0};
        boolean[] good = {true, false, true, true, true, true, false, false, false, false};
        assertThat(ConfidenceFit.calibrationError(p, good)).isCloseTo((0.1 + 0.2) / 10, within(1e-12));

        assertThat(ConfidenceFit.separation(new double[] {0.1, 0.5, 0.5, 0.9}, new double[] {0, 1, 2, 3}))
                .isEqualTo(1);
        assertThat(ConfidenceFit.separation(new double[] {0.4, 0.4, 0.4, 0.4}, new double[] {0, 1, 2, 3}))
                .isEqualTo(0.5);
        assertThat(ConfidenceFit.separation(
                        new double[] {0.3, 0.1, 0.5, 0.5, 0.2, 0.9, 0.4, 0.8}, new double[] {0, 1, 2, 3, 4, 5, 6, 7}))
                .as("of worst .3, .1 against best .4, .8, all are higher")
                .isEqualTo(1);
    }

    @Test
    void tooLittleToFitOnIsRefused() {
        Signs sign = new Signs(-1, -2, 9, 1);
        assertThatThrownBy(() -> ConfidenceFit.fit(List.of(sign), new double[] {1}, 0.5))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("50");
        assertThatThrownBy(() -> ConfidenceFit.fit(Collections.nCopies(60, sign), new double[60], 0.5))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("nothing to tell apart");
    }
}
