package io.captioner.cli;

import io.captioner.onnx.Int8Quantizer;
import io.captioner.pack.ModelPackage;
import io.captioner.weights.Safetensors.Precision;
import org.jspecify.annotations.Nullable;

/** In what precision a command writes a model that it changes beside its weights. */
final class Precisions {
    private Precisions() {}

    /** What was asked for, else that of the model: int8 where it is quantised, float16 where not. */
    static Precision of(@Nullable Precision asked, ModelPackage model) {
        if (asked != null) {
            return asked;
        }
        return Int8Quantizer.isQuantized(model) ? Precision.INT8 : Precision.FLOAT16;
    }
}
