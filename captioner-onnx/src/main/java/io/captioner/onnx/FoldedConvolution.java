package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.captioner.onnx.QuantizableGraph.Unit;

/**
 * A convolution with the batch normalisation behind it in its weights: W' = W gamma / sqrt(var + eps), b' = (b - mean) gamma / sqrt(var + eps)
 * + beta.
 *
 * @param weight (channels, ...)
 * @param bias (channels)
 */
record FoldedConvolution(float[] weight, float[] bias) {
    private static final int STEPS = 127;
    /** What a bias may reach, in its own steps, to leave room for the sum. */
    private static final double BIAS_STEPS = 1 << 30;

    private static final double SMALLEST_SCALE = 1e-20;

    static FoldedConvolution of(QuantizableGraph graph, Unit unit) {
        NodeProto conv = unit.main();
        float[] weight = graph.floats(conv.getInput(1));
        float[] bias = conv.getInputCount() > 2
                ? graph.floats(conv.getInput(2))
                : new float[Math.toIntExact(graph.stored(conv.getInput(1)).getDims(0))];
        FoldedConvolution folded = new FoldedConvolution(weight, bias);
        if (unit.norm() != null) {
            folded.fold(graph, unit.norm());
        }
        return folded;
    }

    private void fold(QuantizableGraph graph, NodeProto norm) {
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
            double factor = gamma[c] / Math.sqrt((double) variance[c] + epsilon);
            for (int i = c * fanIn(); i < (c + 1) * fanIn(); i++) {
                weight[i] = (float) (weight[i] * factor);
            }
            bias[c] = (float) ((bias[c] - mean[c]) * factor + beta[c]);
        }
    }

    int channels() {
        return bias.length;
    }

    /** Weights of one output channel. */
    int fanIn() {
        return weight.length / bias.length;
    }

    /** The step of each channel's weights: from the largest magnitude to its negative in 255, never so small that the bias overflows. */
    float[] scales(float inputScale) {
        float[] scales = new float[channels()];
        for (int c = 0; c < channels(); c++) {
            float largest = 0;
            for (int i = c * fanIn(); i < (c + 1) * fanIn(); i++) {
                largest = Math.max(largest, Math.abs(weight[i]));
            }
            double forBias = Math.abs(bias[c]) / (inputScale * BIAS_STEPS);
            scales[c] = (float) Math.max(Math.max(largest / STEPS, forBias), SMALLEST_SCALE);
        }
        return scales;
    }

    /** The weights in those steps. */
    byte[] rounded(float[] scales) {
        byte[] rounded = new byte[weight.length];
        int size = fanIn();
        for (int c = 0; c < scales.length; c++) {
            float scale = scales[c];
            for (int i = c * size; i < (c + 1) * size; i++) {
                rounded[i] = (byte) Math.rint(weight[i] / scale);
            }
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
        int kernel = fanIn() / inputs;
        float[] lost = new float[channels()];
        for (int c = 0; c < channels(); c++) {
            int from = c / (channels() / groups) * inputs;
            double sum = 0;
            for (int i = 0; i < fanIn(); i++) {
                int at = c * fanIn() + i;
                sum += (weight[at] - rounded[at] * scales[c]) * means[from + i / kernel];
            }
            lost[c] = (float) sum;
        }
        return lost;
    }
}
