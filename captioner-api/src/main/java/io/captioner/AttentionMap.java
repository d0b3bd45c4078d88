package io.captioner;

import java.util.Arrays;
import java.util.Objects;

/**
 * Where the model looked while it wrote a word: weights over a grid of places that covers the transformed picture.
 *
 * @param rows places from top to bottom
 * @param columns places from left to right
 * @param weights row-major, rows * columns of them, non-negative; their sum is 1, or less where the model also attends to something
 *     that is no place of the picture
 */
public record AttentionMap(int rows, int columns, float[] weights) {
    public AttentionMap {
        if (weights.length != rows * columns) {
            throw new IllegalArgumentException(
                    rows + " x " + columns + " places need " + rows * columns + " weights, not " + weights.length);
        }
        weights = weights.clone();
    }

    /** A copy. */
    @Override
    public float[] weights() {
        return weights.clone();
    }

    /**
     * The weight of one place.
     *
     * @param row from 0, the topmost
     * @param column from 0, the leftmost
     * @throws IndexOutOfBoundsException where there is no such place
     */
    public float weight(int row, int column) {
        Objects.checkIndex(row, rows);
        Objects.checkIndex(column, columns);
        return weights[row * columns + column];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AttentionMap map
                && rows == map.rows
                && columns == map.columns
                && Arrays.equals(weights, map.weights);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * rows + columns) + Arrays.hashCode(weights);
    }

    @Override
    public String toString() {
        return "AttentionMap[" + rows + " x " + columns + "]";
    }
}
