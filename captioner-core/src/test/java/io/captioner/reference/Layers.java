package io.captioner.reference;

import io.captioner.nn.Shape;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Products and normalisations, as their equations say. */
final class Layers {
    private Layers() {}

    /**
     * C[..., i, j] = sum over k of A[..., i, k] B[..., k, j].
     *
     * @param result the shape of C; A and B have its leading axes
     */
    static double[] products(double[] a, double[] b, Shape result) {
        int rows = (int) result.dim(-2);
        int columns = (int) result.dim(-1);
        double[] c = new double[(int) result.size()];
        int inner = c.length == 0 ? 0 : a.length / (c.length / columns);
        for (int row = 0; row < c.length / Math.max(columns, 1); row++) {
            int matrix = row / rows * inner * columns;
            for (int k = 0; k < inner; k++) {
                for (int column = 0; column < columns; column++) {
                    c[row * columns + column] += a[row * inner + k] * b[matrix + k * columns + column];
                }
            }
        }
        return c;
    }

    /** y[..., o] = b[o] + sum over k of x[..., k] W[o, k]. */
    static double[] linear(double[] x, ReferenceTensor weight, @Nullable ReferenceTensor bias, int results) {
        int out = (int) weight.dim(0);
        int inner = (int) weight.dim(1);
        double[] w = weight.data();
        double[] y = new double[results];
        for (int i = 0; i < results; i++) {
            y[i] = bias == null ? 0 : bias.data()[i % out];
            for (int k = 0; k < inner; k++) {
                y[i] += x[i / out * inner + k] * w[i % out * inner + k];
            }
        }
        return y;
    }

    /** (x - mean) / sqrt(var + epsilon) * scale + shift with the mean and variance of each channel in this batch, over N and places. */
    static double[] batchNorm(ReferenceTensor x, double[] scale, double[] shift, float epsilon) {
        int[] channel = channels(x, scale.length);
        double[] data = x.data();
        double count = (double) data.length / scale.length;
        double[] mean = new double[scale.length];
        double[] variance = new double[scale.length];
        for (int i = 0; i < data.length; i++) {
            mean[channel[i]] += data[i] / count;
        }
        for (int i = 0; i < data.length; i++) {
            variance[channel[i]] += (data[i] - mean[channel[i]]) * (data[i] - mean[channel[i]]) / count;
        }
        return batchNorm(x, mean, variance, scale, shift, epsilon);
    }

    /** (x - mean) / sqrt(var + epsilon) * scale + shift, each by the channel, axis 1 of x. */
    static double[] batchNorm(
            ReferenceTensor x, double[] mean, double[] variance, double[] scale, double[] shift, float epsilon) {
        int[] channel = channels(x, scale.length);
        return IntStream.range(0, channel.length)
                .mapToDouble(i -> {
                    int c = channel[i];
                    return (x.data()[i] - mean[c]) / Math.sqrt(variance[c] + epsilon) * scale[c] + shift[c];
                })
                .toArray();
    }

    /** The channel of each element of (N, C, ...). */
    private static int[] channels(ReferenceTensor x, int count) {
        long[] onAxis1 = new long[x.shape().rank()];
        Arrays.fill(onAxis1, 1);
        onAxis1[1] = count;
        return Positions.sources(Shape.of(onAxis1), x.shape());
    }

    /** (x - mean) / sqrt(var + epsilon) * scale + shift, mean and variance over each row of as many elements as scale has. */
    static double[] layerNorm(double[] x, double[] scale, double[] shift, float epsilon) {
        int size = scale.length;
        double[] result = new double[x.length];
        for (int start = 0; start < x.length; start += size) {
            double mean = 0;
            double variance = 0;
            for (int i = start; i < start + size; i++) {
                mean += x[i] / size;
            }
            for (int i = start; i < start + size; i++) {
                variance += (x[i] - mean) * (x[i] - mean) / size;
            }
            for (int i = start; i < start + size; i++) {
                result[i] = (x[i] - mean) / Math.sqrt(variance + epsilon) * scale[i - start] + shift[i - start];
            }
        }
        return result;
    }
}
