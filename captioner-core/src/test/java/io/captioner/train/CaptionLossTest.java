package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.OptionException;
import io.captioner.nn.Decoder.Rollout;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.reference.ReferenceAlgebra;
import io.captioner.reference.ReferenceTensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class CaptionLossTest {
    private static final Offset<Double> NEAR = within(1e-6);

    private final ReferenceAlgebra algebra = new ReferenceAlgebra();

    // One picture, two captions: start a end, start b; three words and two places.
    private final Tensor captions = algebra.constant(HostTensor.ofLongs(Shape.of(1, 2, 3), 1, 3, 2, 1, 3, 0));
    private final Tensor probabilities = floats(
            Shape.of(1, 2, 2, 4),
            .1f,
            .2f,
            .3f,
            .4f,
            .1f,
            .1f,
            .7f,
            .1f,
            .25f,
            .25f,
            .25f,
            .25f,
            .9f,
            .05f,
            .03f,
            .02f);
    private final Tensor alphas = floats(Shape.of(1, 2, 2, 2), .5f, .5f, .8f, .2f, 1f, 0f, .3f, .7f);
    private final Rollout rollout = new Rollout(probabilities.log(), alphas);

    @Test
    void crossEntropyIsTheMeanOverRealNextWords() {
        double expected = -(Math.log(.4) + Math.log(.7) + Math.log(.25)) / 3;
        CaptionLoss.Terms terms = new CaptionLoss(0, 0).of(rollout, captions);
        assertThat(value(terms.crossEntropy())).isCloseTo(expected, NEAR);
        assertThat(value(terms.total())).isCloseTo(expected, NEAR);
    }

    @Test
    void smoothingSpreadsAShareOverAllWordsAndIsNoPartOfTheReportedCrossEntropy() {
        double plain = -(Math.log(.4) + Math.log(.7) + Math.log(.25)) / 3;
        double even = -(Math.log(.1 * .2 * .3 * .4) + Math.log(.1 * .1 * .7 * .1) + 4 * Math.log(.25)) / 4 / 3;
        CaptionLoss.Terms terms = new CaptionLoss(0.1, 0).of(rollout, captions);
        assertThat(value(terms.total())).isCloseTo(0.9 * plain + 0.1 * even, NEAR);
        assertThat(value(terms.crossEntropy())).isCloseTo(plain, NEAR);
    }

    @Test
    void attentionIsSummedOverRealWordsAlone() {
        // first caption: (1.3, .7); second: only its first word is real: (1, 0)
        double expected = (.3 * .3 + .3 * .3 + 0 + 1) / 4;
        CaptionLoss.Terms terms = new CaptionLoss(0, 2).of(rollout, captions);
        assertThat(value(terms.doublyStochastic())).isCloseTo(expected, NEAR);
        assertThat(value(terms.total())).isCloseTo(value(terms.crossEntropy()) + 2 * expected, NEAR);
    }

    @Test
    void aCaptionThatIsAllPaddingCountsNowhere() {
        Tensor padded = algebra.constant(HostTensor.ofLongs(Shape.of(1, 2, 3), 1, 3, 2, 0, 0, 0));
        CaptionLoss.Terms terms = new CaptionLoss(0.1, 1).of(rollout, padded);
        assertThat(value(terms.crossEntropy())).isCloseTo(-(Math.log(.4) + Math.log(.7)) / 2, NEAR);
        assertThat(value(terms.doublyStochastic())).isCloseTo(.09, NEAR);
    }

    @Test
    void aBatchOfNothingButPaddingHasLossZero() {
        Tensor padding = algebra.constant(HostTensor.ofLongs(Shape.of(1, 2, 3), 0, 0, 0, 0, 0, 0));
        assertThat(value(new CaptionLoss(0.1, 1).of(rollout, padding).total())).isZero();
    }

    @Test
    void wrongSettingsAreRefused() {
        assertThatThrownBy(() -> new CaptionLoss(1, 0))
                .isInstanceOf(OptionException.class)
                .hasMessage("label smoothing is 1.0; it must be at least 0 and below 1");
        assertThatThrownBy(() -> new CaptionLoss(0, -1)).isInstanceOf(OptionException.class);
        assertThatThrownBy(() -> new CaptionLoss(Double.NaN, 0)).isInstanceOf(OptionException.class);
    }

    private Tensor floats(Shape shape, float... values) {
        return algebra.constant(HostTensor.ofFloats(shape, values));
    }

    private static double value(Tensor scalar) {
        assertThat(scalar.shape()).isEqualTo(Shape.of());
        return ((ReferenceTensor) scalar).toHost().toFloatArray()[0];
    }
}
