package io.captioner.pack;

import io.captioner.fixtures.Stepwise;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.Encoder;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.List;

/** Parts of a captioner as programs of their own, to compare each with what transformers computed. */
final class CaptionerParts {
    private CaptionerParts() {}

    /** Pictures (N, 3, 32, 32) to features (N, L, D). */
    record Encode(ModelPackage model) implements Program {
        @Override
        public List<Port> inputs() {
            return List.of(pixels());
        }

        @Override
        public List<String> outputs() {
            return List.of("features");
        }

        @Override
        public Computation bind(Parameters parameters) {
            Encoder encoder = model.architecture().encoder().bind(parameters.scope("encoder"));
            return inputs -> List.of(encoder.encode(inputs.get(0)));
        }
    }

    private static Program.Port pixels() {
        return new Program.Port("pixels", DType.FLOAT32, Shape.of(Shape.UNKNOWN, 3, 32, 32));
    }

    /** Pictures and captions (N, R, 10) to logits (N, R, 9, V), in one go or word by word. */
    record Predict(ModelPackage model, boolean wordByWord) implements Program {
        @Override
        public List<Port> inputs() {
            return List.of(pixels(), new Port("captions", DType.INT64, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN, 10)));
        }

        @Override
        public List<String> outputs() {
            return List.of("logits");
        }

        @Override
        public Computation bind(Parameters parameters) {
            Encoder encoder = model.architecture().encoder().bind(parameters.scope("encoder"));
            Decoder decoder = model.architecture()
                    .decoder()
                    .bind(
                            parameters.scope("decoder"),
                            model.architecture().encoder().featureSize(),
                            model.vocabulary().size());
            return inputs -> {
                Tensor features = encoder.encode(inputs.get(0));
                return List.of(
                        wordByWord
                                ? Stepwise.of(decoder)
                                        .teacherForced(features, inputs.get(1))
                                        .logits()
                                : decoder.teacherForced(features, inputs.get(1)).logits());
            };
        }
    }
}
