package io.captioner.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.OptionException;
import io.captioner.fixtures.ParameterShapes;
import io.captioner.model.PlainRnn.Picture;
import io.captioner.model.TransformerDecoder.Norm;
import io.captioner.model.TransformerDecoder.Positions;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.Shape;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Names, shapes, defaults and limits of the decoders beside {@link AttentionLstm}. */
class DecoderArchitecturesTest {
    @Test
    void anAttentionLstmIsAnAttentionRnnOfOneLstmLayer() {
        AttentionLstm classic = AttentionLstm.builder()
                .embeddingSize(4)
                .hiddenSize(4)
                .attention(AdditiveAttention.relu(3))
                .tiedOutput(true)
                .featureSize(5)
                .build();
        assertThat(shapes(AttentionRnn.of(Cell.LSTM, 1, classic))).isEqualTo(shapes(classic));
    }

    @Test
    void laterLayersAreNamedAsInPyTorchsStackedNetworks() {
        assertThat(shapes(AttentionRnn.builder()
                        .cell(Cell.GRU)
                        .layers(2)
                        .embeddingSize(4)
                        .hiddenSize(5)
                        .build()))
                .containsEntry("init_h.weight", Shape.of(10, 6))
                .containsEntry("decode_step.weight_ih", Shape.of(15, 10))
                .containsEntry("decode_step.weight_ih_l1", Shape.of(15, 5))
                .containsEntry("decode_step.bias_hh_l1", Shape.of(15))
                .doesNotContainKeys("init_c.weight", "decode_step.weight_ih_l2");
    }

    @Test
    void thePictureEntersAPlainDecoderInOneOfThreeWays() {
        PlainRnn.Builder builder = PlainRnn.builder().embeddingSize(4).hiddenSize(5);
        assertThat(shapes(builder.picture(Picture.INITIAL_STATE).build()))
                .containsKeys("init_h.weight", "init_c.weight")
                .doesNotContainKey("init_x.weight");
        assertThat(shapes(builder.picture(Picture.INITIAL_HIDDEN).build()))
                .containsKey("init_h.weight")
                .doesNotContainKey("init_c.weight");
        assertThat(shapes(builder.picture(Picture.FIRST_WORD).build()))
                .containsEntry("init_x.weight", Shape.of(4, 6))
                .containsEntry("decode_step.weight_ih", Shape.of(20, 4))
                .doesNotContainKey("init_h.weight");
    }

    @Test
    void aTransformerHasPyTorchsNames() {
        TransformerDecoder.Builder builder = TransformerDecoder.builder()
                .width(8)
                .heads(2)
                .feedForward(12)
                .layers(1)
                .maxTokens(9);
        assertThat(shapes(builder.build()))
                .containsEntry("position.weight", Shape.of(9, 8))
                .containsEntry("transformer.layers.0.multihead_attn.in_proj_weight", Shape.of(24, 8))
                .containsKeys("transformer.norm.weight", "fc.weight", "visual_projection.bias");
        assertThat(shapes(builder.norm(Norm.POST)
                        .positions(Positions.SINUSOID)
                        .tiedOutput(true)
                        .build()))
                .doesNotContainKeys("position.weight", "transformer.norm.weight", "fc.weight");
    }

    @Test
    void aLatentStandsBetweenWordAndContext() {
        AttentionLstm decoder = AttentionLstm.builder()
                .embeddingSize(4)
                .hiddenSize(5)
                .attention(AdditiveAttention.relu(3))
                .build();
        VariationalRnn latent = VariationalRnn.of(decoder, 2);
        assertThat(latent.latentSize()).isEqualTo(2);
        assertThat(decoder.latentSize()).isZero();
        Map<String, Shape> others = new HashMap<>(shapes(decoder));
        others.remove("decode_step.weight_ih");
        assertThat(shapes(latent))
                .containsAllEntriesOf(others)
                .containsEntry("decode_step.weight_ih", Shape.of(20, 4 + 2 + 6))
                .containsEntry("mu.weight", Shape.of(2, 6 + 4))
                .containsEntry("logvar.bias", Shape.of(2))
                .doesNotContainKey("discriminator.0.weight");
        assertThat(shapes(latent.adversarial(7)))
                .containsEntry("discriminator.0.weight", Shape.of(7, 2))
                .containsEntry("discriminator.2.weight", Shape.of(7, 7))
                .containsEntry("discriminator.4.weight", Shape.of(1, 7));
        assertThatThrownBy(() -> VariationalRnn.of(decoder, 0))
                .isInstanceOf(OptionException.class)
                .hasMessage("latent size is 0; it must be at least 1");
        assertThatThrownBy(() -> latent.adversarial(0)).isInstanceOf(OptionException.class);
    }

    @Test
    void whatDoesNotFitTogetherIsRefusedWithTheReason() {
        assertThatThrownBy(() -> PlainRnn.builder()
                        .cell(Cell.GRU)
                        .picture(Picture.INITIAL_HIDDEN)
                        .build())
                .isInstanceOf(OptionException.class)
                .hasMessage(
                        "GRU has no cell state that could start at zero; take INITIAL_STATE in place of INITIAL_HIDDEN");
        assertThatThrownBy(() -> new MultiHeadAttention(10, 4))
                .isInstanceOf(OptionException.class)
                .hasMessage("attention size is 10; it must be a multiple of the number of heads, 4");
        assertThatThrownBy(() -> TransformerDecoder.builder()
                        .width(9)
                        .heads(3)
                        .positions(Positions.SINUSOID)
                        .build())
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("must be even");
        assertThatThrownBy(() -> TransformerDecoder.builder().heads(7).build())
                .isInstanceOf(OptionException.class)
                .hasMessage("width is 512; it must be a multiple of the number of heads, 7");
        assertThatThrownBy(() -> TransformerDecoder.builder().maxTokens(1).build())
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("between 2 and 512");
        assertThatThrownBy(() -> AttentionRnn.builder().layers(0)).isInstanceOf(OptionException.class);
        assertThatThrownBy(() -> PlainRnn.builder()
                        .embeddingSize(4)
                        .hiddenSize(5)
                        .tiedOutput(true)
                        .build())
                .isInstanceOf(OptionException.class);
        assertThatThrownBy(() -> new ScaledDotAttention(0)).isInstanceOf(OptionException.class);
    }

    private static Map<String, Shape> shapes(DecoderArchitecture architecture) {
        return ParameterShapes.of(parameters -> architecture.bind(parameters, 6, 9));
    }
}
