package io.captioner.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.captioner.fixtures.ParameterShapes;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.EfficientNetLite;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import io.captioner.search.CaptionProgram;
import io.captioner.weights.Int8Tensor;
import io.captioner.weights.Safetensors;
import io.captioner.weights.Safetensors.Precision;
import io.captioner.weights.Weights;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights of a package on 8 bits go into integer operations as they are stored. */
class StoredInt8Test {
    private final CaptionProgram program = CaptionProgram.fromPixels(
            new CaptionerArchitecture(
                    new EfficientNetLite(0),
                    AttentionLstm.builder()
                            .embeddingSize(32)
                            .hiddenSize(64)
                            .featureSize(64)
                            .attention(AdditiveAttention.relu(64))
                            .build()),
            ImageTransform.squash(64),
            11);

    @TempDir
    Path folder;

    private Safetensors stored() {
        Random random = new Random(5);
        Map<String, HostTensor> weights =
                new LinkedHashMap<>(ParameterShapes.initial(program::bind, 3).toMap());
        weights.replaceAll((name, value) ->
                name.endsWith("weight") && value.shape().rank() == 1 ? factors(value.shape(), random) : value);
        Path file = folder.resolve("weights.safetensors");
        Safetensors.write(file, weights, Precision.INT8, Map.of());
        return Safetensors.open(file);
    }

    /** Of normalisations: some turn the sign of a channel, some take it away, some leave it. */
    private static HostTensor factors(Shape shape, Random random) {
        float[] factors = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = i % 7 == 0 ? 0 : i % 7 == 1 ? 1 : (float) random.nextGaussian();
        }
        return HostTensor.ofFloats(shape, factors);
    }

    private static Map<String, Range> ranges(GraphProto graph, StoredValues values) {
        Map<String, Range> all = new HashMap<>();
        new QuantizableGraph(graph, values).units().forEach(unit -> all.put(unit.output(), new Range(-1, 6)));
        new StoredProducts(graph, values)
                .byOutput()
                .values()
                .forEach(product -> all.put(product.rangeName(), new Range(-2, 2)));
        return all;
    }

    /** The stored values of the integer graph. */
    private Map<String, TensorProto> integer(WeightSource weights, long embedded, boolean signed) {
        ModelWriter writer = new ModelWriter(TracedGraph.trace(program, weights));
        ModelProto plain = writer.write(Map.of(), embedded);
        Map<String, Range> ranges = ranges(plain.getGraph(), writer.external());
        return Int8Graph.rewrite(plain, writer.external(), ranges, signed).getGraph().getInitializerList().stream()
                .collect(Collectors.toMap(TensorProto::getName, value -> value));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void areBitForBitWhatTheirNumbersIn32BitsAreRoundedTo(boolean signed) {
        Weights stored = Weights.of(stored());
        Map<String, TensorProto> direct = integer(stored, 0, signed);
        Map<String, TensorProto> rounded = integer(Weights.of(stored.toMap()), Long.MAX_VALUE, signed);
        assertThat(direct).containsOnlyKeys(rounded.keySet());
        direct.forEach((name, value) -> {
            if (value.hasRawData()) {
                assertThat(value).as(name).isEqualTo(rounded.get(name));
            }
        });
        assertThat(direct.values().stream().filter(TensorProto::hasRawData))
                .extracting(TensorProto::getName)
                .filteredOn(name -> name.endsWith(":int8"))
                .hasSizeGreaterThan(50);
    }

    @Test
    void standInAProductAsTheBytesOfTheFile() {
        Safetensors stored = stored();
        Map<String, TensorProto> direct = integer(stored, 0, true);
        String first = "decoder.init_h.weight";
        String second = "decoder.init_c.weight";
        TensorProto product = direct.get(first + "+" + second + ":int8"); // one below the other, transposed
        Int8Tensor matrix = Objects.requireNonNull(Int8Tensor.of(stored, first));
        int columns = matrix.rowSize();
        byte[] bytes = new byte[matrix.rows() * columns];
        matrix.read(0, matrix.rows(), bytes, 0);
        assertThat(product.getDimsList()).containsExactly((long) columns, 2L * matrix.rows());
        for (int row = 0; row < matrix.rows(); row++) {
            for (int column = 0; column < columns; column++) {
                assertThat(product.getRawData().byteAt(column * 2 * matrix.rows() + row))
                        .isEqualTo(bytes[row * columns + column]);
            }
        }
    }
}
