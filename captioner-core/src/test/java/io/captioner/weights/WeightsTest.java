package io.captioner.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.ModelException;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WeightsTest {
    private final Weights weights = Weights.of(Map.of("a", HostTensor.scalar(1f), "b", HostTensor.scalar(2f)));

    @Test
    void laterWeightsReplaceEarlierOnes() {
        Weights joined = weights.plus(Weights.of(Map.of("b", HostTensor.scalar(3f), "c", HostTensor.scalar(4f))));
        assertThat(joined.names()).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(joined.read("b").toFloatArray()).containsExactly(3f);
        assertThat(weights.read("b").toFloatArray()).containsExactly(2f);
    }

    @Test
    void namesGainAndLoseAPrefix() {
        Weights encoder = weights.prefixed("encoder.");
        assertThat(encoder.names()).containsExactlyInAnyOrder("encoder.a", "encoder.b");
        assertThat(encoder.shape("encoder.a")).isEqualTo(Shape.of());
        assertThat(encoder.plus(weights).under("encoder.").names()).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void viewsSelectAndRename() {
        assertThat(weights.filtered(name -> name.equals("a")).names()).containsExactly("a");
        assertThat(weights.toMap()).hasSize(2);
        assertThatThrownBy(() -> weights.renamed(name -> "same"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("two tensors would be named same");
        assertThatThrownBy(() -> weights.read("c"))
                .isInstanceOf(ModelException.class)
                .hasMessage("there is no tensor c");
    }

    @Test
    void hashTellsWeightsApart() {
        assertThat(weights.hash())
                .isEqualTo(weights.prefixed("x.").under("x.").hash())
                .matches("[0-9a-f]{64}");
        assertThat(weights.hash())
                .isNotEqualTo(weights.plus(Weights.of(Map.of("a", HostTensor.scalar(2f))))
                        .hash());
        assertThat(weights.hash()).isNotEqualTo(weights.prefixed("x.").hash());
    }
}
