package io.captioner.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.pack.AveragedModel;
import io.captioner.pack.ModelPackage;
import io.captioner.runtime.TinyPackage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ActivationRangesTest {
    private static final HostTensor RANGE = HostTensor.ofFloats(Shape.of(2), 0, 6);

    @Test
    void areKnownByTheirNames() {
        assertThat(ActivationRanges.is("activation_range/decoder.fc.weight@loop"))
                .isTrue();
        assertThat(ActivationRanges.is("member1.activation_range/encoder.bn2/Clip"))
                .isTrue();
        assertThat(ActivationRanges.is("decoder.my_activation_range/x")).isFalse();
        assertThat(ActivationRanges.is("decoder.fc.weight")).isFalse();
    }

    @Test
    void areLeftBehindWhereModelsBecomeTheirMean() {
        ModelPackage tiny = TinyPackage.model();
        ModelPackage quantised = tiny.withWeights(
                Weights.of(tiny.weights()).plus(Weights.of(Map.of(ActivationRanges.PREFIX + "x", RANGE))));
        assertThat(ActivationRanges.areIn(tiny.weights())).isFalse();
        assertThat(ActivationRanges.areIn(quantised.weights())).isTrue();
        assertThat(ActivationRanges.without(quantised.weights()).names())
                .isEqualTo(tiny.weights().names());
        assertThat(AveragedModel.of(List.of(quantised, tiny), "mean").weights().names())
                .isEqualTo(tiny.weights().names());
    }
}
