package io.captioner.runtime;

import io.captioner.Backend;
import io.captioner.Device;
import io.captioner.ImageInput;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.pack.ModelPackage;
import io.captioner.search.EncoderProgram;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.IntStream;

/** Five pictures, each of another colour above and black below, and what the encoder of {@link TinyPackage} sees in them. */
final class TinyPictures {
    static final int COUNT = 5;
    /** D of the encoder. */
    static final int FEATURES = 6;

    private TinyPictures() {}

    static List<ImageInput> all() {
        return IntStream.range(0, COUNT)
                .mapToObj(i -> ImageInput.of(picture(50 * i << 16 | 255 - 40 * i << 8 | 90)))
                .toList();
    }

    private static BufferedImage picture(int colour) {
        BufferedImage picture = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < 128; pixel++) {
            picture.setRGB(pixel % 16, pixel / 16, colour);
        }
        return picture;
    }

    /** Features of each, averaged over places, (5, 6). */
    static float[][] meanFeatures(Backend backend) {
        ModelPackage model = TinyPackage.model();
        EncoderProgram program = new EncoderProgram(model.architecture().encoder(), model.transform());
        try (Executable encoder = Backends.find(backend).compile(program, model.weights(), Device.cpu(), 1)) {
            HostTensor features =
                    encoder.run(List.of(model.transform().apply(all()))).get(0);
            int places = (int) features.shape().dim(1);
            float[] values = features.toFloatArray();
            float[][] means = new float[COUNT][FEATURES];
            for (int i = 0; i < values.length; i++) {
                means[i / (places * FEATURES)][i % FEATURES] += values[i] / places;
            }
            return means;
        }
    }
}
