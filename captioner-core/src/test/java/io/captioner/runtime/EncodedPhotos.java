package io.captioner.runtime;

import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.pack.ModelPackage;
import io.captioner.search.BeamTrace;
import io.captioner.search.CaptionProgram;
import io.captioner.search.EncoderProgram;
import io.captioner.search.Hypothesis;
import io.captioner.spi.BackendProvider;
import io.captioner.text.Vocabulary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Photos that a backend encoded once, to be searched in several ways: the encoder takes most of a caption's time. */
public final class EncodedPhotos implements AutoCloseable {
    private static final int BATCH = 20;

    private final List<HostTensor> features;
    private final CaptionProgram program;
    private final Executable executable;

    private EncodedPhotos(List<HostTensor> features, CaptionProgram program, Executable executable) {
        this.features = features;
        this.program = program;
        this.executable = executable;
    }

    /**
     * Encodes photos with the encoder of a model.
     *
     * @param threads for the backend, 0 for one a core
     */
    public static EncodedPhotos of(BackendProvider backend, ModelPackage model, List<Path> photos, int threads) {
        List<HostTensor> features = new ArrayList<>();
        EncoderProgram encoder = new EncoderProgram(model.architecture().encoder(), model.transform());
        try (Executable encoding = backend.compile(encoder, model.weights(), Device.cpu(), threads)) {
            for (int from = 0; from < photos.size(); from += BATCH) {
                List<byte[]> pixels = photos.subList(from, Math.min(from + BATCH, photos.size())).parallelStream()
                        .map(photo -> model.transform().pixels(ImageInput.of(photo)))
                        .toList();
                features.addAll(encoding.run(List.of(model.transform().batch(pixels))));
            }
        }
        CaptionProgram program = CaptionProgram.fromFeatures(
                model.architecture(),
                model.architecture()
                        .encoder()
                        .grid(model.transform().height(), model.transform().width()),
                model.vocabulary().size());
        return new EncodedPhotos(features, program, backend.compile(program, model.weights(), Device.cpu(), threads));
    }

    /** The best candidate of each photo, in order. */
    public List<Hypothesis> search(GenerationOptions options) {
        List<Hypothesis> best = new ArrayList<>();
        for (HostTensor batch : features) {
            BeamTrace trace =
                    new BeamTrace(executable.run(program.inputs(batch, options, List.of(Vocabulary.UNKNOWN))));
            for (int image = 0; image < trace.images(); image++) {
                best.add(trace.hypotheses(image, options.maxLength() + 1, options.maxLength(), options.lengthPenalty())
                        .get(0));
            }
        }
        return best;
    }

    @Override
    public void close() {
        executable.close();
    }
}
