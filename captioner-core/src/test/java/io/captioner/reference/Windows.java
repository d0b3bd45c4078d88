package io.captioner.reference;

import io.captioner.nn.Convolution;
import io.captioner.nn.Shape;
import org.jspecify.annotations.Nullable;

/** What walks over pictures (N, C, H, W) in windows. */
final class Windows {
    private Windows() {}

    /** Elements from (inclusive) and to (exclusive) of window {@code i} of {@code windows} over {@code extent} elements. */
    @FunctionalInterface
    interface Bounds {
        int[] of(int i, int extent, int windows);
    }

    /** y[n, o, i, j] = b[o] + sum over c, u, v of x[n, g + c, i s + u - top, j s + v - left] w[o, c, u, v]; zeros outside. */
    static double[] convolve(ReferenceTensor x, ReferenceTensor w, @Nullable ReferenceTensor bias, Convolution how, Shape result) {
        int channels = (int) x.dim(1);
        int height = (int) x.dim(2);
        int width = (int) x.dim(3);
        int outputs = (int) w.dim(0);
        int inGroup = (int) w.dim(1);
        int kernelRows = (int) w.dim(2);
        int kernelColumns = (int) w.dim(3);
        int rows = (int) result.dim(2);
        int columns = (int) result.dim(3);
        double[] from = x.data();
        double[] weight = w.data();
        double[] y = new double[(int) result.size()];
        for (int n = 0; n < result.dim(0); n++) {
            for (int o = 0; o < outputs; o++) {
                int to = (n * outputs + o) * rows * columns;
                for (int i = 0; bias != null && i < rows * columns; i++) {
                    y[to + i] = bias.data()[o];
                }
                int group = o / (outputs / how.groups()) * inGroup;
                for (int c = 0; c < inGroup; c++) {
                    int plane = (n * channels + group + c) * height * width;
                    for (int u = 0; u < kernelRows; u++) {
                        for (int v = 0; v < kernelColumns; v++) {
                            double factor = weight[((o * inGroup + c) * kernelRows + u) * kernelColumns + v];
                            for (int i = 0; i < rows; i++) {
                                int row = i * how.stride() + u - how.top();
                                for (int j = 0; row >= 0 && row < height && j < columns; j++) {
                                    int column = j * how.stride() + v - how.left();
                                    if (column >= 0 && column < width) {
                                        y[to + i * columns + j] += factor * from[plane + row * width + column];
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        return y;
    }

    static double[] maximum(ReferenceTensor x, int kernel, int stride, int padding, Shape result) {
        int height = (int) x.dim(2);
        int width = (int) x.dim(3);
        int rows = (int) result.dim(2);
        int columns = (int) result.dim(3);
        double[] y = new double[(int) result.size()];
        for (int i = 0; i < y.length; i++) {
            int plane = i / (rows * columns) * height * width;
            int top = i / columns % rows * stride - padding;
            int left = i % columns * stride - padding;
            y[i] = Double.NEGATIVE_INFINITY;
            for (int row = Math.max(top, 0); row < Math.min(top + kernel, height); row++) {
                for (int column = Math.max(left, 0); column < Math.min(left + kernel, width); column++) {
                    y[i] = Math.max(y[i], x.data()[plane + row * width + column]);
                }
            }
        }
        return y;
    }

    static double[] mean(ReferenceTensor x, Shape result, Bounds bounds) {
        int height = (int) x.dim(2);
        int width = (int) x.dim(3);
        int rows = (int) result.dim(2);
        int columns = (int) result.dim(3);
        double[] y = new double[(int) result.size()];
        for (int i = 0; i < y.length; i++) {
            int plane = i / (rows * columns) * height * width;
            int[] vertical = bounds.of(i / columns % rows, height, rows);
            int[] horizontal = bounds.of(i % columns, width, columns);
            double sum = 0;
            for (int row = vertical[0]; row < vertical[1]; row++) {
                for (int column = horizontal[0]; column < horizontal[1]; column++) {
                    sum += x.data()[plane + row * width + column];
                }
            }
            y[i] = sum / ((vertical[1] - vertical[0]) * (horizontal[1] - horizontal[0]));
        }
        return y;
    }
}
