package io.captioner.baseline;

import io.captioner.Device;
import io.captioner.data.FeatureCache;
import io.captioner.data.FeatureCache.Picture;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.pack.ModelPackage;
import io.captioner.search.EncoderProgram;
import io.captioner.spi.BackendProvider;
import io.captioner.weights.ActivationRanges;
import io.captioner.weights.Weights;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What an encoder sees of pictures, averaged over their places. */
public final class PooledFeatures {
    private static final int TOGETHER = 16;

    private PooledFeatures() {}

    /**
     * The features of pictures by the encoder of a model; those in the cache are not made again.
     *
     * @param cache a folder; 2 D bytes a picture
     * @param threads of the runtime; 0: its own choice
     * @return for each picture D numbers
     */
    public static List<float[]> of(
            List<Path> pictures,
            ModelPackage model,
            BackendProvider backend,
            Device device,
            int threads,
            Path cache,
            FeatureCache.Progress progress) {
        try (Executable encoder = backend.compile(
                new EncoderProgram(model.architecture().encoder(), model.transform()),
                model.weights(),
                device,
                threads)) {
            String hash = "mean of " + model.architecture().encoder() + "\n"
                    + Weights.of(model.weights())
                            .filtered(name -> name.startsWith("encoder.") || ActivationRanges.is(name))
                            .hash();
            FeatureCache features = FeatureCache.build(
                    cache,
                    new FeatureCache.Source(
                            hash,
                            model.transform(),
                            TOGETHER,
                            pixels -> mean(encoder.run(List.of(pixels)).get(0))),
                    pictures.stream().map(Picture::new).toList(),
                    progress);
            List<float[]> rows = new ArrayList<>();
            for (int i = 0; i < pictures.size(); i++) {
                rows.add(features.read(i).toFloatArray());
            }
            return rows;
        }
    }

    /** (N, L, D) to (N, 1, D). */
    private static HostTensor mean(HostTensor features) {
        int pictures = (int) features.shape().dim(0);
        int places = (int) features.shape().dim(1);
        int channels = (int) features.shape().dim(2);
        FloatBuffer values = features.floats();
        float[] means = new float[pictures * channels];
        for (int n = 0; n < pictures; n++) {
            for (int l = 0; l < places; l++) {
                for (int d = 0; d < channels; d++) {
                    means[n * channels + d] += values.get((n * places + l) * channels + d) / places;
                }
            }
        }
        return HostTensor.ofFloats(Shape.of(pictures, 1, channels), means);
    }
}
