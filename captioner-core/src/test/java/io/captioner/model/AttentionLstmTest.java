package io.captioner.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.OptionException;
import io.captioner.fixtures.Fixtures;
import io.captioner.fixtures.ParameterShapes;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.weights.Safetensors;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AttentionLstmTest {
    @Test
    void theBuilderStartsFromTheDefaultsItDocuments() {
        assertThat(AttentionLstm.builder().build())
                .isEqualTo(new AttentionLstm(512, 512, AdditiveAttention.relu(512), true, 0.5, 0, 0, false));
    }

    @Test
    void optionsDecideWhichParametersThereAre() {
        assertThat(shapes(AttentionLstm.builder()
                        .embeddingSize(4)
                        .hiddenSize(5)
                        .attention(AdditiveAttention.tanh(3))
                        .gate(false)
                        .build()))
                .containsEntry("attention.W_c.weight", Shape.of(3, 6))
                .containsEntry("decode_step.weight_ih", Shape.of(20, 10))
                .containsEntry("fc.weight", Shape.of(9, 5))
                .doesNotContainKeys("f_beta.weight", "feature_proj.weight");
        assertThat(shapes(AttentionLstm.builder()
                        .embeddingSize(5)
                        .hiddenSize(5)
                        .attention(AdditiveAttention.relu(3))
                        .featureSize(7)
                        .tiedOutput(true)
                        .build()))
                .containsEntry("feature_proj.weight", Shape.of(7, 6))
                .containsEntry("attention.encoder_att.weight", Shape.of(3, 7))
                .containsEntry("init_h.weight", Shape.of(5, 7))
                .containsEntry("f_beta.weight", Shape.of(7, 5))
                .containsEntry("fc.bias", Shape.of(9))
                .doesNotContainKey("fc.weight");
    }

    @Test
    void embeddingAndOutputStartSmallAndTheOutputsBiasAtZero() {
        var initial =
                ParameterShapes.initial(p -> AttentionLstm.builder().build().bind(p, 6, 50), 1);
        for (String name : new String[] {"embedding.weight", "fc.weight"}) {
            float[] values = initial.read(name).toFloatArray();
            for (float value : values) {
                assertThat(value).isBetween(-0.1f, 0.1f);
            }
            assertThat(values).as(name).contains(values[0]).isNotEqualTo(new float[values.length]);
        }
        assertThat(initial.read("fc.bias").toFloatArray()).containsOnly(0f);
    }

    @Test
    void namesAndShapesAreThoseOfACaptionerTrainedWithPyTorch() {
        Safetensors stored =
                Safetensors.open(Fixtures.beside("peers").resolve("model").resolve("weights.safetensors"));
        AttentionLstm architecture = AttentionLstm.builder()
                .attention(AdditiveAttention.relu(256))
                .featureSize(512)
                .tiedOutput(true)
                .build();
        int words = (int) stored.shape("decoder.embedding.weight").dim(0);
        Map<String, Shape> asked = ParameterShapes.of(parameters -> {
            new EfficientNetLite(2).bind(parameters.scope("encoder"));
            architecture.bind(parameters.scope("decoder"), 1280, words);
        });
        assertThat(asked.keySet()).containsExactlyInAnyOrderElementsOf(stored.names());
        asked.forEach((name, shape) -> assertThat(shape).as(name).isEqualTo(stored.shape(name)));
    }

    @Test
    void anAttentionOfOnesOwnIsBoundUnderTheDecodersName() {
        AttentionLstm architecture = AttentionLstm.builder()
                .attention((Parameters parameters, int features, int hidden) -> {
                    parameters.parameter("mine", Shape.of(features, hidden), Initializer.ZEROS);
                    return AdditiveAttention.relu(2).bind(parameters, features, hidden);
                })
                .build();
        assertThat(shapes(architecture)).containsEntry("attention.mine", Shape.of(6, 512));
    }

    @Test
    void wrongHyperParametersAreRefusedByNameValueAndLimit() {
        AttentionLstm.Builder builder = AttentionLstm.builder();
        assertThatThrownBy(() -> builder.hiddenSize(0))
                .isInstanceOf(OptionException.class)
                .hasMessage("hidden size is 0; it must be at least 1");
        assertThatThrownBy(() -> builder.dropout(1))
                .isInstanceOf(OptionException.class)
                .hasMessage("dropout is 1.0; it must be at least 0 and below 1");
        assertThatThrownBy(() -> builder.embeddingDropout(Double.NaN)).isInstanceOf(OptionException.class);
        assertThatThrownBy(() -> builder.featureSize(-1)).isInstanceOf(OptionException.class);
        assertThatThrownBy(() ->
                        builder.embeddingSize(4).hiddenSize(5).tiedOutput(true).build())
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("4 and 5");
        assertThatThrownBy(() -> AdditiveAttention.tanh(0)).isInstanceOf(OptionException.class);
    }

    private static Map<String, Shape> shapes(AttentionLstm architecture) {
        return ParameterShapes.of(parameters -> architecture.bind(parameters, 6, 9));
    }
}
