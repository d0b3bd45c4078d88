package io.captioner.nn;

/** The element types of the algebra. */
public enum DType {
    /** IEEE 754 single precision: parameters, activations, scores. */
    FLOAT32(4),
    /** Signed 64-bit integers: word ids, positions, indices. */
    INT64(8),
    /** Unsigned bytes: pixels as they come from a picture, 0..255. */
    UINT8(1),
    /** Truth values, one byte each (0 or 1). */
    BOOL(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }
}
