package io.captioner.search;

import io.captioner.image.ImageTransform;
import io.captioner.nn.Encoder;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import java.util.List;

/**
 * The encoder alone: {@code pixels} UINT8 (N, 3, H, W) to {@code features} FLOAT32 (N, L, D). Its parameters are named {@code encoder.*}.
 *
 * @param architecture of the encoder
 * @param transform that makes the pixels
 */
public record EncoderProgram(EncoderArchitecture architecture, ImageTransform transform) implements Program {
    @Override
    public List<Port> inputs() {
        return List.of(entry().port());
    }

    @Override
    public List<String> outputs() {
        return List.of("features");
    }

    @Override
    public Computation bind(Parameters parameters) {
        Encoder encoder = entry().bind(parameters);
        return inputs -> List.of(encoder.encode(inputs.get(0)));
    }

    private Entry entry() {
        return Entry.pixels(architecture, transform);
    }
}
