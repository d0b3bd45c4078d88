package io.captioner.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.ModelException;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.weights.Weights;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WeightMappingTest {
    private static final Weights STORED = Weights.of(Map.of(
            "vision.a", HostTensor.ofFloats(Shape.of(2), 1, 2),
            "vision.b", HostTensor.ofFloats(Shape.of(3), 1, 2, 3),
            "head", HostTensor.ofFloats(Shape.of(1), 1)));

    private final Map<String, Shape> required =
            new LinkedHashMap<>(Map.of("encoder.a", Shape.of(2), "encoder.b", Shape.of(4), "encoder.c", Shape.of(5)));

    @Test
    void saysWhatMatchedWhatIsMissingAndWhatIsLeftOver() {
        WeightMapping mapping = mapping();
        assertThat(mapping.toText().lines())
                .containsExactlyInAnyOrder(
                        "matched    encoder.a (2) <- vision.a",
                        "missing    tensor vision.b is (3) instead of (4)",
                        "missing    there is no tensor vision.c (5)",
                        "left over  head (1)",
                        "1 matched, 2 missing, 1 left over");
    }

    @Test
    void isRefusedWhileSomethingIsMissing() {
        assertThatThrownBy(() -> mapping().requireComplete("model.pth", ""))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("model.pth: the tensors do not fit the architecture")
                .hasMessageContaining("there is no tensor vision.c (5)");
        required.remove("encoder.b");
        required.remove("encoder.c");
        mapping().requireComplete("model.pth", "");
    }

    private WeightMapping mapping() {
        return WeightMapping.of(required, STORED, name -> name.replace("encoder.", "vision."));
    }
}
