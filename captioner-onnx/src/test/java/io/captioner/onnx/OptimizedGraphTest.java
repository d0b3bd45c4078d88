package io.captioner.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.captioner.fixtures.ParameterShapes;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.EfficientNetLite;
import io.captioner.search.CaptionProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a captioner's graph when ONNX Runtime has optimised it: the search in one loop, and nothing done twice. */
class OptimizedGraphTest {
    private static final int EMBEDDING = 8;
    private static final int HIDDEN = 12;

    @TempDir
    static Path folder;

    private static GraphProto graph;

    @BeforeAll
    static void optimise() throws IOException, OrtException {
        CaptionProgram program = CaptionProgram.fromPixels(
                new CaptionerArchitecture(
                        new EfficientNetLite(0),
                        AttentionLstm.builder()
                                .embeddingSize(EMBEDDING)
                                .hiddenSize(HIDDEN)
                                .attention(AdditiveAttention.relu(16))
                                .build()),
                ImageTransform.squash(64),
                11);
        ModelWriter writer = new ModelWriter(TracedGraph.trace(program, ParameterShapes.initial(program::bind, 3)));
        ModelProto model = writer.write(Map.of(), 0);
        Path file = folder.resolve("optimised.onnx");
        OrtRuntime runtime = OrtRuntime.get();
        Map<String, OnnxTensorLike> values = new HashMap<>();
        for (var value : writer.external().read(model.getGraph()).entrySet()) {
            values.put(
                    value.getKey(),
                    OnnxTensor.createTensor(
                            runtime.environment(),
                            value.getValue().bytes(),
                            value.getValue().shape().toArray(),
                            OnnxJavaType.FLOAT));
        }
        try (SessionOptions options = runtime.options(1)) {
            options.setOptimizedModelFilePath(file.toString());
            options.addExternalInitializers(values);
            runtime.environment().createSession(model.toByteArray(), options).close();
        }
        values.values().forEach(OnnxTensorLike::close);
        graph = ModelProto.parseFrom(Files.readAllBytes(file)).getGraph();
    }

    private static Map<String, Long> count(GraphProto graph) {
        return graph.getNodeList().stream().collect(Collectors.groupingBy(NodeProto::getOpType, Collectors.counting()));
    }

    private static GraphProto body() {
        return graph.getNodeList().stream()
                .filter(node -> node.getOpType().equals("Loop"))
                .flatMap(node -> node.getAttributeList().stream())
                .filter(attribute -> attribute.getName().equals("body"))
                .findFirst()
                .orElseThrow()
                .getG();
    }

    private static List<NodeProto> nodes(GraphProto graph, String operation) {
        return graph.getNodeList().stream()
                .filter(node -> node.getOpType().equals(operation))
                .toList();
    }

    @Test
    void hasNormalisationPaddingAndActivationInItsConvolutions() {
        assertThat(count(graph)).doesNotContainKeys("BatchNormalization", "Clip", "Pad", "Constant");
    }

    @Test
    void changesTheLayoutOnceBehindTheEncoder() {
        assertThat(count(graph).getOrDefault("Transpose", 0L)).isLessThanOrEqualTo(1);
        assertThat(count(body())).doesNotContainKeys("Transpose", "Expand", "Shape");
    }

    @Test
    void looksUpWordsThatAreMultipliedWithTheirGateWeightsAlready() {
        Set<String> stored = graph.getInitializerList().stream()
                .map(value -> value.getName())
                .collect(Collectors.toSet());
        assertThat(nodes(body(), "Gather"))
                .singleElement()
                .satisfies(words -> assertThat(words.getInput(0))
                        .satisfies(table -> assertThat(stored).contains(table)));
        String table = nodes(body(), "Gather").get(0).getInput(0);
        assertThat(graph.getInitializerList())
                .filteredOn(value -> value.getName().equals(table))
                .singleElement()
                .satisfies(value -> assertThat(value.getDimsList()).containsExactly(11L, 4L * HIDDEN));
    }

    @Test
    void multipliesSevenTimesAWordAndProjectsTheFeaturesBefore() {
        // W_h h, v . e, alpha a, W_beta h, z's and h's part of the gates, W_o h
        long products =
                nodes(body(), "MatMul").size() + nodes(body(), "FusedMatMul").size();
        assertThat(products).isEqualTo(7);
    }

    @Test
    void copiesNothingButTheWordThatIsWrittenAndGoesOn() {
        assertThat(count(graph)).doesNotContainKey("Identity");
        assertThat(count(body()).getOrDefault("Identity", 0L)).isLessThanOrEqualTo(1);
    }
}
