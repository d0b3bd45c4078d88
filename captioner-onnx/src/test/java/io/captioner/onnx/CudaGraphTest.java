package io.captioner.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import io.captioner.fixtures.ParameterShapes;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.AttentionRnn;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.Cell;
import io.captioner.model.EfficientNetLite;
import io.captioner.model.MobileNetV2;
import io.captioner.model.MultiHeadAttention;
import io.captioner.model.PlainRnn;
import io.captioner.model.ResNet;
import io.captioner.model.ScaledDotAttention;
import io.captioner.model.TransformerDecoder;
import io.captioner.model.VariationalRnn;
import io.captioner.model.VisionTransformer;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Program;
import io.captioner.search.CaptionProgram;
import io.captioner.search.SamplingProgram;
import io.captioner.search.SearchForm;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a GPU would compute of our graphs: all of it, and what it would have to hand to the host meanwhile. */
class CudaGraphTest {
    private static final int WORDS = 11;
    private static final int EDGE = 64;
    private static CudaKernels kernels;

    @BeforeAll
    static void table() throws IOException {
        kernels = new CudaKernels();
    }

    private static CudaPlacement place(Program program) {
        GraphProto graph =
                Fixed.model(program, ParameterShapes.initial(program::bind, 3)).getGraph();
        return new CudaPlacement(graph, kernels);
    }

    private static CaptionProgram captions(EncoderArchitecture encoder, DecoderArchitecture decoder) {
        return CaptionProgram.fromPixels(
                new CaptionerArchitecture(encoder, decoder), ImageTransform.squash(EDGE), WORDS);
    }

    private static CaptionProgram small() {
        return captions(
                new EfficientNetLite(0),
                AttentionLstm.builder()
                        .embeddingSize(8)
                        .hiddenSize(8)
                        .attention(AdditiveAttention.relu(8))
                        .build());
    }

    @ParameterizedTest
    @EnumSource
    void aGpuHasAKernelForEveryNodeOfEverySearch(SearchForm form) {
        assertThat(place(small().in(form)).withoutKernel()).isEmpty();
    }

    static Stream<DecoderArchitecture> decoders() {
        return Stream.of(
                new AttentionRnn(Cell.GRU, 2, 8, 8, new ScaledDotAttention(8), true, 0, 0, 8, true),
                new AttentionRnn(Cell.RNN_TANH, 1, 8, 8, new MultiHeadAttention(8, 2), false, 0, 0, 8, false),
                new PlainRnn(Cell.LSTM, 1, 8, 8, PlainRnn.Picture.INITIAL_HIDDEN, 0, 0, 8, false),
                VariationalRnn.of(
                        new AttentionRnn(Cell.LSTM, 1, 8, 8, AdditiveAttention.tanh(8), false, 0, 0, 8, false), 3),
                TransformerDecoder.builder()
                        .width(8)
                        .heads(2)
                        .feedForward(16)
                        .layers(2)
                        .maxTokens(9)
                        .build());
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void aGpuHasAKernelForEveryNodeOfEveryDecoder(DecoderArchitecture decoder) {
        CudaPlacement placement = place(captions(new ResNet(18, 2, 2), decoder));
        assertThat(placement.withoutKernel()).isEmpty();
        assertThat(placement.hostReads()).isEmpty();
    }

    static Stream<EncoderArchitecture> encoders() {
        return Stream.of(
                new MobileNetV2(),
                new ResNet(50, 3, 3),
                new VisionTransformer(EDGE, 16, 2, 2, 16, 24, true, 0, 0),
                new VisionTransformer(EDGE, 16, 1, 2, 16, 24, false, 2, 2));
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void aGpuHasAKernelForEveryNodeOfEveryEncoder(EncoderArchitecture encoder) {
        assertThat(place(captions(encoder, AttentionLstm.builder().build())).withoutKernel())
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"PLAIN", "POOL"})
    void aWordIsWrittenWithoutReadingAnythingBackButWhetherToGoOn(SearchForm form) {
        CudaPlacement placement = place(small().in(form));
        assertThat(placement.nodes()).isGreaterThan(100);
        assertThat(placement.hostReads()).isEmpty();
    }

    @Test
    void trainingByRewardDrawsItsCaptionsWithoutReadingAnythingBack() {
        CudaPlacement placement = place(new SamplingProgram(small()));
        assertThat(placement.withoutKernel()).isEmpty();
        assertThat(placement.hostReads()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"RULES", "POOL_RULES", "GROUPS", "BANKS"})
    void rulesReadBackWhetherTheyApplyAndHowManyTheyKeep(SearchForm form) {
        assertThat(place(small().in(form)).hostReads()).isNotEmpty().isSubsetOf(List.of("Loop", "TopK"));
    }

    @Test
    void theTableKnowsWhatAGpuCannot() {
        assertThat(kernels.find("Where", "bool")).isNull();
        assertThat(kernels.find("Equal", "uint8")).isNull();
        assertThat(kernels.find("Unique", "float")).isNull();
        assertThat(kernels.find("TopK", "float").onHost()).containsExactly(1);
        assertThat(kernels.find("Shape", "float").gives()).isTrue();
    }
}
