package io.captioner.model;

import io.captioner.OptionException;
import io.captioner.nn.Encoder;
import io.captioner.nn.EncoderArchitecture.Grid;
import io.captioner.nn.Shape;
import io.captioner.nn.ShapeException;
import io.captioner.nn.Tensor;

/**
 * The places of a convolutional encoder.
 *
 * @param rows to pool to, or 0 for the convolutions' own
 * @param columns to pool to, or 0
 */
record FeatureGrid(int rows, int columns) {
    /** All encoders here halve the picture five times, rounding up. */
    private static final int REDUCTION = 32;

    private static final int LARGEST = 64;

    FeatureGrid {
        if (Math.min(rows, columns) < 0 || Math.max(rows, columns) > LARGEST || (rows == 0) != (columns == 0)) {
            throw new OptionException("grid is " + rows + " x " + columns + "; both must be between 1 and " + LARGEST
                    + ", or both 0 for the encoder's own grid");
        }
    }

    Grid of(int height, int width) {
        if (Math.min(height, width) < 1) {
            throw new OptionException("picture is " + height + " x " + width + "; both must be at least 1");
        }
        return or(new Grid(halved(height), halved(width)));
    }

    /** These places, or the encoder's own where none are wanted. */
    Grid or(Grid own) {
        return rows > 0 ? new Grid(rows, columns, own.leading()) : own;
    }

    private static int halved(int extent) {
        return (extent + REDUCTION - 1) / REDUCTION;
    }

    /** (N, D, h, w) to (N, L, D), L places in row-major order. */
    Tensor places(Tensor x) {
        Tensor pooled = rows > 0 ? x.adaptiveAvgPool2d(rows, columns) : x;
        return pooled.reshape(0, 0, -1).transpose(0, 2, 1);
    }

    /** The encoder that ends in these layers. */
    Encoder after(Layers layers) {
        return x -> places(layers.apply(x)); // (N, L, D)
    }

    /** Padding and pooling windows follow from the picture's size, which a graph must therefore know. */
    static void requireSize(Tensor pixels) {
        if (pixels.shape().rank() != 4
                || pixels.dim(1) != 3
                || pixels.dim(2) == Shape.UNKNOWN
                || pixels.dim(3) == Shape.UNKNOWN) {
            throw new ShapeException("pixels are " + pixels.shape() + "; they must be (N, 3, H, W) with H and W known");
        }
    }
}
