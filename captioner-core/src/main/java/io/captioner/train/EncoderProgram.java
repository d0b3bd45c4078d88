package io.captioner.train;

import io.captioner.image.ImageTransform;
import io.captioner.nn.DType;
import io.captioner.nn.Encoder;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import java.util.List;

/**
 * A frozen encoder: pixels UINT8 (N, 3, H, W) give features FLOAT32 (N, L, D).
 *
 * @param encoder whose weights are named {@code encoder.*}
 * @param transform gives the size of the pixels and their normalisation
 */
record EncoderProgram(EncoderArchitecture encoder, ImageTransform transform) implements Program {
    @Override
    public List<Port> inputs() {
        return List.of(
                new Port("pixels", DType.UINT8, Shape.of(Shape.UNKNOWN, 3, transform.height(), transform.width())));
    }

    @Override
    public List<String> outputs() {
        return List.of("features");
    }

    @Override
    public Computation bind(Parameters parameters) {
        Encoder bound = encoder.bind(parameters.scope("encoder"));
        return inputs -> List.of(bound.encode(transform.normalise(inputs.get(0))));
    }
}
