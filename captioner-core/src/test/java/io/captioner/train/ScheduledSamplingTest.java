package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.OptionException;
import io.captioner.model.TransformerDecoder;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScheduledSamplingTest {
    @ParameterizedTest
    @EnumSource
    void risesFromNearNothingToTheMaximum(ScheduledSampling.Curve curve) {
        ScheduledSampling sampling = new ScheduledSampling(curve, 0.4);
        assertThat(sampling.probability(0, 101)).isCloseTo(0, within(0.0011));
        assertThat(sampling.probability(100, 101)).isCloseTo(0.4, within(0.0041));
        for (int step = 1; step <= 100; step++) {
            assertThat(sampling.probability(step, 101)).isGreaterThan(sampling.probability(step - 1, 101));
        }
    }

    @Test
    void theCurvesAreThoseOfThePaper() {
        assertThat(new ScheduledSampling(ScheduledSampling.Curve.LINEAR, 0.4).probability(25, 101))
                .isCloseTo(0.1, within(1e-12));
        assertThat(new ScheduledSampling(ScheduledSampling.Curve.EXPONENTIAL, 1).probability(50, 101))
                .isCloseTo(0.9, within(1e-12));
        assertThat(new ScheduledSampling(ScheduledSampling.Curve.INVERSE_SIGMOID, 1).probability(50, 101))
                .isCloseTo(0.5, within(1e-12));
    }

    @Test
    void masksDependOnSeedAndStepAlone() {
        ScheduledSampling sampling = new ScheduledSampling(ScheduledSampling.Curve.LINEAR, 0.5);
        Shape shape = Shape.of(20, 5, 20);
        HostTensor mask = sampling.mask(shape, 3, 100, 101);
        assertThat(mask.bytes()).isEqualTo(sampling.mask(shape, 3, 100, 101).bytes());
        assertThat(mask.bytes()).isNotEqualTo(sampling.mask(shape, 4, 100, 101).bytes());
        int own = 0;
        for (int i = 0; i < shape.size(); i++) {
            own += mask.bytes().get(i);
        }
        assertThat(own / (double) shape.size()).isCloseTo(0.5, within(0.05));
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> new ScheduledSampling(ScheduledSampling.Curve.LINEAR, 1.5))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("1.5");
        assertThatThrownBy(() ->
                        ScheduledSampling.check(TransformerDecoder.builder().build()))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("TransformerDecoder sees all real words");
    }
}
