package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.captioner.onnx.QuantizableGraph.Unit;
import io.captioner.weights.Int8Tensor;
import java.util.Arrays;

/**
 * A convolution with the batch normalisation behind it in its weights: W' = W gamma / sqrt(var + eps), b' = (b - mean) gamma / sqrt(var + eps)
 * + beta.
 *
 * @param kernels W'
 * @param bias (channels)
 */
record FoldedConvolution(Kernels kernels, float[] bias) {
    private static final int STEPS = 127;
    /** What a bias may reach, in its own steps, to leave room for the sum. */
    private static final double BIAS_STEPS = 1 << 30;

    private static final double SMALLEST_SCALE = 1e-20;

    static FoldedConvolution of(QuantizableGraph graph, Unit unit) {
        NodeProto conv = unit.main();
        String weight = conv.getInput(1);
        float[] bias = conv.getInputCount() > 2
                ? graph.floats(conv.getInput(2))
                : new float[Math.toIntExact(graph.stored(weight).getDims(0))];
        double[] factors = new double[bias.length];
        Arrays.fill(factors, 1);
        if (unit.norm() != null) {
            fold(graph, unit.norm(), factors, bias);
        }
        Int8Tensor stored = graph.rounded(weight);
        return new FoldedConvolution(
                stored == null ? new Kernels.Floats(graph.floats(weight), factors) : new Kernels.Bytes(stored, factors),
                bias);
    }

    private static void fold(QuantizableGraph graph, NodeProto norm, double[] factors, float[] bias) {
        float[] gamma = graph.floats(norm.getInput(1));
        float[] beta = graph.floats(norm.getInput(2));
        float[] mean = graph.floats(norm.getInput(3));
        float[] variance = graph.floats(norm.getInput(4));
        float epsilon = norm.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals("epsilon"))
                .map(AttributeProto::getF)
                .findFirst()
                .orElse(1e-5f);
        for (int c = 0; c < bias.length; c++) {
            factors[c] = gamma[c] / Math.sqrt((double) variance[c] + epsilon);
            bias[c] = (float) ((bias[c] - mean[c]) * factors[c] + beta[c]);
        }
    }

    int channels() {
        return bias.length;
    }

    /** The step of each channel's weights: from the largest magnitude to its negative in 255, never so small that the bias overflows. */
    float[] scales(float inputScale) {
        float[] scales = new float[channels()];
        for (int c = 0; c < channels(); c++) {
            double forBias = Math.abs(bias[c]) / (inputScale * BIAS_STEPS);
            scales[c] = (float) Math.max(Math.max(kernels.largest(c) / STEPS, forBias), SMALLEST_SCALE);
        }
        return scales;
    }

    /** The weights in those steps. */
    byte[] rounded(float[] scales) {
        byte[] rounded = new byte[channels() * kernels.size()];
        for (int c = 0; c < scales.length; c++) {
            kernels.round(c, scales[c], rounded, c * kernels.size());
        }
        return rounded;
    }

    /**
     * What rounding the weights takes from each channel on average: sum of (W - W rounded) E[x] (Nagel et al. 2019, section 4.2).
     *
     * @param means of the input's channels
     * @param groups of channels that do not see each other
     */
    float[] lost(float inputScale, double[] means, int groups) {
        float[] scales = scales(inputScale);
        byte[] rounded = rounded(scales);
        int inputs = means.length / groups; // that a channel sees
        int kernel = kernels.size() / inputs;
        float[] lost = new float[channels()];
        for (int c = 0; c < channels(); c++) {
            int from = c / (channels() / groups) * inputs;
            float[] weight = kernels.values(c);
            double sum = 0;
            for (int i = 0; i < weight.length; i++) {
                sum += (weight[i] - rounded[c * weight.length + i] * scales[c]) * means[from + i / kernel];
            }
            lost[c] = (float) sum;
        }
        return lost;
    }
}
