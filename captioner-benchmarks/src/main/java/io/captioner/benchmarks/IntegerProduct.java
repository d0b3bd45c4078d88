package io.captioner.benchmarks;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** Products of unsigned by signed bytes on ONNX Runtime, which the algebra has not. */
final class IntegerProduct {
    private static final int UINT8 = 2;
    private static final int INT8 = 3;
    private static final int INT32 = 6;

    private final int edge;
    private final int products;
    private final int threads;

    IntegerProduct(int edge, int products, int threads) {
        this.edge = edge;
        this.products = products;
        this.threads = threads;
    }

    /** Multiplications a second in the fastest round. */
    double perSecond(int rounds) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            try (OrtSession session = environment.createSession(model().toByteArray(), options);
                    OnnxTensor x = OnnxTensor.createTensor(
                            environment,
                            ByteBuffer.allocateDirect(edge * edge),
                            new long[] {edge, edge},
                            OnnxJavaType.UINT8)) {
                double best = Double.POSITIVE_INFINITY;
                for (int round = 0; round <= rounds; round++) {
                    long start = System.nanoTime();
                    session.run(Map.of("x", x)).close();
                    best = Math.min(best, (System.nanoTime() - start) / 1e9);
                }
                return products * Math.pow(edge, 3) / best;
            }
        }
    }

    /** The largest element of each product, so that next to nothing is copied out. */
    private ModelProto model() {
        GraphProto.Builder graph = GraphProto.newBuilder().setName("products").addInput(value("x", UINT8, edge, edge));
        for (int i = 0; i < products; i++) {
            graph.addInitializer(TensorProto.newBuilder()
                    .setName("w" + i)
                    .setDataType(INT8)
                    .addDims(edge)
                    .addDims(edge)
                    .setRawData(ByteString.copyFrom(new byte[edge * edge])));
            graph.addNode(node("MatMulInteger", "y" + i, "x", "w" + i));
            graph.addNode(node("ReduceMax", "z" + i, "y" + i));
            graph.addOutput(value("z" + i, INT32, 1, 1));
        }
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
                .setGraph(graph)
                .build();
    }

    private static NodeProto node(String operation, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(operation)
                .setName(output)
                .addAllInput(List.of(inputs))
                .addOutput(output)
                .build();
    }

    private static ValueInfoProto value(String name, int type, long rows, long columns) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(rows));
        shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(columns));
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape)))
                .build();
    }
}
