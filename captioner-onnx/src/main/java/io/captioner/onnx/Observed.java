package io.captioner.onnx;

import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;

/** What a calibration saw of one value. Not thread-safe. */
final class Observed {
    private final String name;
    private final Histogram histogram = new Histogram();
    private double[] sums = {};
    private long places;

    Observed(String name) {
        this.name = name;
    }

    /** Counts values of any shape. */
    void count(HostTensor value) {
        histogram.add(value.floats(), name);
    }

    /** Counts values (N, C, ...), and sums them for each channel. */
    void add(HostTensor value) {
        count(value);
        Shape shape = value.shape();
        int channels = Math.toIntExact(shape.dim(1));
        if (sums.length == 0) {
            sums = new double[channels];
        }
        float[] elements = value.toFloatArray();
        int size = Math.toIntExact(shape.size() / shape.dim(0) / channels);
        for (int row = 0; row * size < elements.length; row++) {
            float sum = 0;
            for (int i = row * size; i < (row + 1) * size; i++) {
                sum += elements[i];
            }
            sums[row % channels] += sum;
        }
        places += shape.dim(0) * size;
    }

    Range range() {
        return histogram.best();
    }

    /** The share of the sum of squares that is lost to rounding within {@link #range}. */
    double lost() {
        return histogram.lost();
    }

    /** Of each channel. */
    double[] means() {
        double[] means = sums.clone();
        for (int c = 0; c < means.length; c++) {
            means[c] /= places;
        }
        return means;
    }
}
