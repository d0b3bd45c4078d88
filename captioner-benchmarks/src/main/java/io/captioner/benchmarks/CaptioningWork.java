package io.captioner.benchmarks;

import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import io.captioner.image.ImageTransform;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.EfficientNetLite;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.WeightSource;
import io.captioner.onnx.OnnxBackend;
import io.captioner.search.CaptionProgram;
import io.captioner.text.Vocabulary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * JPEG bytes to word ids with EfficientNet-Lite2 and an attention LSTM of the contenders' sizes (E = H = A = 512, V = 3000), twelve words
 * whatever the model says, one picture a call.
 */
final class CaptioningWork implements AutoCloseable {
    private static final int WORDS = 3000;
    private static final int TOKENS = 12;

    private final ImageTransform transform = ImageTransform.squash(260);
    private final CaptionProgram program;
    private final Executable executable;
    private final List<byte[]> pictures;

    CaptioningWork(WeightSource weights, Path images, int count, int threads) {
        CaptionerArchitecture architecture = new CaptionerArchitecture(
                new EfficientNetLite(2), AttentionLstm.builder().build());
        program = CaptionProgram.fromPixels(architecture, transform, WORDS);
        executable = new OnnxBackend().compile(program, weights, Device.cpu(), threads);
        pictures = new ArrayList<>();
        try (Stream<Path> files = Files.list(images)) {
            for (Path file : files.sorted().limit(count).toList()) {
                pictures.add(Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Work> works() {
        return List.of(
                new Work("caption.greedy", pictures.size(), () -> caption(1)),
                new Work("caption.beam3", pictures.size(), () -> caption(3)));
    }

    private void caption(int beamWidth) {
        GenerationOptions options = GenerationOptions.builder()
                .beamWidth(beamWidth)
                .maxLength(TOKENS - 1)
                .build();
        for (byte[] picture : pictures) {
            HostTensor pixels = transform.apply(List.of(ImageInput.of(picture)));
            List<HostTensor> outputs = executable.run(program.inputs(pixels, options, List.of(Vocabulary.END)));
            if (outputs.get(0).shape().dim(0) != TOKENS) {
                throw new IllegalStateException(
                        "the search made " + outputs.get(0).shape() + " instead of " + TOKENS);
            }
        }
    }

    @Override
    public void close() {
        executable.close();
    }
}
