package io.captioner.nn;

/**
 * The hyper-parameters of an encoder. A record, so that it can be saved in a model package; its compact constructor validates.
 */
public interface EncoderArchitecture {
    /** D: channels of a feature vector. */
    int featureSize();

    /** The places that a picture of this size gives; L = rows * columns (+ 1 where a class token is kept first). */
    Grid grid(int height, int width);

    /** Makes the encoder, with its weights under their PyTorch names in {@code parameters}: all are asked for here, none when it runs. */
    Encoder bind(Parameters parameters);

    /** Rows and columns of places, and how many places that belong to no part of the picture stand before them. */
    record Grid(int rows, int columns, int leading) {
        public Grid(int rows, int columns) {
            this(rows, columns, 0);
        }

        /** L. */
        public int places() {
            return leading + rows * columns;
        }
    }
}
