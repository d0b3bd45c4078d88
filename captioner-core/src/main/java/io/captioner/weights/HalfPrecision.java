package io.captioner.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** IEEE 754 half precision, as Java 17 does not have it: one sign bit, five of exponent, ten of fraction. */
public final class HalfPrecision {
    /** Largest finite value. */
    public static final float MAX_VALUE = 65504f;

    private static final int CHUNK = 4096;

    /** All 65,536 values: a look-up is as fast for zeros, subnormals and infinities as for the rest. */
    private static final float[] VALUES = values();

    private HalfPrecision() {}

    private static float[] values() {
        float[] values = new float[1 << 16];
        for (int half = 0; half < values.length; half++) {
            values[half] = compute((short) half);
        }
        return values;
    }

    private static float compute(short half) {
        int exponent = half >> 10 & 0x1f;
        int fraction = half & 0x3ff;
        float magnitude = switch (exponent) {
            case 0 -> fraction * 0x1p-24f;
            case 31 -> Float.intBitsToFloat(0x7f800000 | fraction << 13);
            default -> Float.intBitsToFloat(exponent + 112 << 23 | fraction << 13);
        };
        return half < 0 ? -magnitude : magnitude;
    }

    /** The value of these sixteen bits; exact. */
    public static float toFloat(short half) {
        return VALUES[half & 0xffff];
    }

    /** The nearest half, ties to even; values that round beyond {@link #MAX_VALUE} become infinite. */
    public static short fromFloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > 0x7f800000) {
            return (short) (sign | 0x7e00 | magnitude >> 13 & 0x3ff); // NaN
        }
        if (magnitude >= 0x477ff000) {
            return (short) (sign | 0x7c00); // 65520 and above, infinity
        }
        if (magnitude < 0x38800000) {
            // Below 2^-14 a half counts in steps of 2^-24: Math.rint rounds ties to even. 1024 steps are the smallest
            // normal half.
            return (short) (sign | (int) Math.rint(Float.intBitsToFloat(magnitude) * 0x1p24));
        }
        // Half of the last place kept, less one where that is even: a carry out of the fraction rightly raises the
        // exponent.
        int rounded = magnitude + 0xfff + (magnitude >> 13 & 1);
        return (short) (sign | rounded - (112 << 23) >> 13);
    }

    /** Converts little-endian halves from the position to the limit of {@code halves} into {@code target}; both positions move on. */
    public static void toFloats(ByteBuffer halves, FloatBuffer target) {
        ShortBuffer source = halves.order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
        float[] table = VALUES;
        short[] in = new short[Math.min(CHUNK, source.remaining())];
        float[] out = new float[in.length];
        while (source.hasRemaining()) {
            int count = Math.min(in.length, source.remaining());
            source.get(in, 0, count);
            for (int i = 0; i < count; i++) {
                out[i] = table[in[i] & 0xffff];
            }
            target.put(out, 0, count);
        }
        halves.position(halves.limit());
    }

    /** Converts all that remains in {@code source} into little-endian halves, as {@link #fromFloat}; both positions move on. */
    public static void fromFloats(FloatBuffer source, ByteBuffer halves) {
        ShortBuffer target = halves.order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
        int count = source.remaining();
        while (source.hasRemaining()) {
            target.put(fromFloat(source.get()));
        }
        halves.position(halves.position() + 2 * count);
    }
}
