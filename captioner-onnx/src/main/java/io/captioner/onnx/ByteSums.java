package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.Arrays;
import java.util.Map;

/**
 * Whether sums of products of unsigned and signed bytes come out right on this processor: with AVX2 and no VNNI two products are added on 16
 * bits, where the largest overflow. Weights then have to be unsigned, which is right everywhere and takes twice the time and more.
 */
final class ByteSums {
    private static final int LENGTH = 64;
    private static final int COLUMNS = 16;
    private static final int LARGEST = 127;

    private ByteSums() {}

    /** Tries the largest values there are. */
    static boolean overflow(OrtEnvironment environment, SessionOptions options) throws OrtException {
        int[][] ones = new int[2][LENGTH];
        Arrays.stream(ones).forEach(row -> Arrays.fill(row, 1));
        try (OrtSession session = environment.createSession(model().toByteArray(), options);
                OnnxTensor input = OnnxTensor.createTensor(environment, ones);
                OrtSession.Result result = session.run(Map.of("x", input))) {
            int[][] sums = (int[][]) result.get(0).getValue();
            return Arrays.stream(sums).flatMapToInt(Arrays::stream).anyMatch(sum -> sum != LENGTH * 255 * LARGEST);
        }
    }

    /** y = (255 x) W with all of W 127; x are ones, of 32 bits as the runtime's Java part makes no unsigned bytes of arrays. */
    static ModelProto model() {
        byte[] weights = new byte[LENGTH * COLUMNS];
        Arrays.fill(weights, (byte) LARGEST);
        GraphProto.Builder graph = GraphProto.newBuilder()
                .setName("sums")
                .addInput(value("x", LENGTH))
                .addOutput(value("y", COLUMNS))
                .addInitializer(Initializers.ints("largest", 255))
                .addInitializer(Initializers.bytes("w", TensorProto.DataType.INT8, weights, LENGTH, COLUMNS))
                .addNode(NodeProto.newBuilder()
                        .setOpType("Mul")
                        .addInput("x")
                        .addInput("largest")
                        .addOutput("scaled"))
                .addNode(NodeProto.newBuilder()
                        .setOpType("Cast")
                        .addInput("scaled")
                        .addOutput("bytes")
                        .addAttribute(Attributes.of("to", TensorProto.DataType.UINT8.getNumber())))
                .addNode(NodeProto.newBuilder()
                        .setOpType("MatMulInteger")
                        .addInput("bytes")
                        .addInput("w")
                        .addOutput("y"));
        return ModelProto.newBuilder()
                .setIrVersion(ModelWriter.IR_VERSION)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(ModelWriter.OPERATOR_SET))
                .setGraph(graph)
                .build();
    }

    private static ValueInfoProto value(String name, int columns) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(2))
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(columns));
        return ModelWriter.info(name, TensorProto.DataType.INT32.getNumber(), shape);
    }
}
