package io.captioner.search;

import io.captioner.image.ImageTransform;
import io.captioner.model.Staged;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The encoder's stages before one of them: {@code pixels} UINT8 (N, 3, H, W) to {@code activations} FLOAT32 (N, ...), what goes into that
 * stage. {@link Entry#stage} goes on from there.
 *
 * @param encoder whose parameters are named {@code encoder.*}
 * @param transform that makes the pixels
 * @param stage 0 to the number of stages
 */
public record StageProgram(Staged encoder, ImageTransform transform, int stage) implements Program {
    public StageProgram {
        encoder.fromStage(stage); // refuses one that is not there
    }

    @Override
    public List<Port> inputs() {
        return List.of(Entry.pixelPort(transform));
    }

    @Override
    public List<String> outputs() {
        return List.of("activations");
    }

    @Override
    public Computation bind(Parameters parameters) {
        UnaryOperator<Tensor> stages = encoder.bindUntil(parameters.scope("encoder"), stage);
        return inputs -> List.of(stages.apply(transform.normalise(inputs.get(0))));
    }
}
