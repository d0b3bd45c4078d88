package io.captioner.onnx;

import io.captioner.ModelException;

/** What 8 bits stand for: x = scale * (q - zero), q in 0 to 255. Zero is among the values, so that padding is exact. */
record Range(float min, float max) {
    static final int STEPS = 255;

    Range {
        if (!(min <= 0 && max >= 0 && max - min > 0 && Float.isFinite(max - min))) {
            throw new ModelException("a range of activations is " + min + " to " + max
                    + "; it must be finite, hold 0 and be wider than it; quantise the model again");
        }
    }

    float scale() {
        return (max - min) / STEPS;
    }

    int zero() {
        return Math.round(-min / scale());
    }
}
