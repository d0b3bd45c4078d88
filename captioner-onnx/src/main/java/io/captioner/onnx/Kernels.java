package io.captioner.onnx;

import io.captioner.weights.Int8Tensor;

/** The kernels of a convolution's channels, each times a factor of its own. */
interface Kernels {
    /** Elements of a channel's kernels. */
    int size();

    /** The kernels of a channel: a copy. */
    float[] values(int channel);

    /** The largest magnitude in a channel. */
    float largest(int channel);

    /**
     * Writes a channel in steps of this scale, each rounded to the nearest.
     *
     * @param at where in {@code steps} it begins
     */
    void round(int channel, float scale, byte[] steps, int at);

    /**
     * In 32 bits.
     *
     * @param weight (channels, ...)
     */
    record Floats(float[] weight, double[] factors) implements Kernels {
        @Override
        public int size() {
            return weight.length / factors.length;
        }

        @Override
        public float[] values(int channel) {
            float[] values = new float[size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (weight[channel * values.length + i] * factors[channel]);
            }
            return values;
        }

        @Override
        public float largest(int channel) {
            float largest = 0;
            for (float value : values(channel)) {
                largest = Math.max(largest, Math.abs(value));
            }
            return largest;
        }

        @Override
        public void round(int channel, float scale, byte[] steps, int at) {
            float[] values = values(channel);
            for (int i = 0; i < values.length; i++) {
                steps[at + i] = (byte) Math.rint(values[i] / scale);
            }
        }
    }

    /**
     * As they are stored on 8 bits, with the results of {@link Floats} bit for bit. Where the scale asked for is that of the row times its
     * factor, the bytes are the steps already: what rounding to 32 bits on the way moves them by is far from half a step.
     */
    record Bytes(Int8Tensor weight, double[] factors) implements Kernels {
        private static final int STEPS = 127;

        @Override
        public int size() {
            return weight.rowSize();
        }

        private float value(int step, int channel) {
            return (float) (step * weight.scale(channel) * factors[channel]);
        }

        @Override
        public float[] values(int channel) {
            byte[] bytes = new byte[size()];
            weight.read(channel, channel + 1, bytes, 0);
            float[] values = new float[bytes.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = value(bytes[i], channel);
            }
            return values;
        }

        @Override
        public float largest(int channel) {
            return Math.abs(value(weight.largest(channel), channel));
        }

        @Override
        public void round(int channel, float scale, byte[] steps, int at) {
            weight.read(channel, channel + 1, steps, at);
            boolean same = scale == Math.abs(value(STEPS, channel)) / STEPS;
            if (same && factors[channel] > 0) {
                return;
            }
            for (int i = at; i < at + size(); i++) {
                steps[i] = (byte) (same ? -steps[i] : Math.rint(value(steps[i], channel) / scale));
            }
        }
    }
}
