package io.captioner.search;

import io.captioner.image.ImageTransform;
import io.captioner.model.Staged;
import io.captioner.nn.DType;
import io.captioner.nn.Encoder;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;

/**
 * Where a picture enters a captioner, and how that becomes features: as pixels, as what an encoder's earlier stages made of them, or as
 * features. Programs that differ in nothing else share their code by it. Immutable and thread-safe.
 */
public final class Entry {
    private final Port port;
    private final Rest rest;

    private Entry(Port port, Rest rest) {
        this.port = port;
        this.rest = rest;
    }

    /** {@code pixels} UINT8 (N, 3, H, W) as {@code transform} makes them; the whole encoder follows. */
    public static Entry pixels(EncoderArchitecture encoder, ImageTransform transform) {
        return new Entry(pixelPort(transform), parameters -> {
            Encoder bound = encoder.bind(parameters.scope("encoder"));
            return pixels -> bound.encode(transform.normalise(pixels));
        });
    }

    /** {@code pixels} UINT8 (N, 3, H, W) as {@code transform} makes them. */
    static Port pixelPort(ImageTransform transform) {
        return new Port("pixels", DType.UINT8, Shape.of(Shape.UNKNOWN, 3, transform.height(), transform.width()));
    }

    /**
     * {@code activations} FLOAT32 (N, ...), what goes into a stage; that stage and those after it follow.
     *
     * @param stage 0 to the number of stages
     * @param activations their shape for one picture, without N
     */
    public static Entry stage(Staged encoder, int stage, Shape activations) {
        encoder.fromStage(stage); // refuses one that is not there
        long[] dims = new long[activations.rank() + 1];
        dims[0] = Shape.UNKNOWN;
        System.arraycopy(activations.toArray(), 0, dims, 1, activations.rank());
        return new Entry(
                new Port("activations", DType.FLOAT32, Shape.of(dims)),
                parameters -> encoder.bindFrom(parameters.scope("encoder"), stage));
    }

    /** {@code features} FLOAT32 (N, L, D); no part of the encoder follows. */
    public static Entry features(int places, int featureSize) {
        return new Entry(
                new Port("features", DType.FLOAT32, Shape.of(Shape.UNKNOWN, places, featureSize)),
                parameters -> features -> features);
    }

    /** The input. */
    public Port port() {
        return port;
    }

    /**
     * What makes features (N, L, D) of the input.
     *
     * @param parameters of the whole captioner: the encoder's are named {@code encoder.*} in it
     */
    public Encoder bind(Parameters parameters) {
        return rest.bind(parameters);
    }

    private interface Rest {
        Encoder bind(Parameters parameters);
    }
}
