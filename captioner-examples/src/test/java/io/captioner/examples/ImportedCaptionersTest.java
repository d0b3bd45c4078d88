package io.captioner.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.captioner.Backend;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import io.captioner.data.CaptionDataset;
import io.captioner.fixtures.Fixtures;
import io.captioner.fixtures.ParameterShapes;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.ResNet;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.pack.ImportedCaptioner;
import io.captioner.pack.ImportedFolders;
import io.captioner.pack.ModelPackage;
import io.captioner.train.Trainer;
import io.captioner.weights.TorchSave;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What PyTorch trained, on both backends. */
class ImportedCaptionersTest {
    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> everyDecoderOfAPyTorchScriptSaysTheSameOnBothBackends() {
        return ImportedFolders.decoders().stream()
                .map(name -> dynamicTest(name, () -> {
                    Fixtures.Case fixture = Fixtures.load("decoder", name);
                    ImportedFolders.write(folder.resolve(name), fixture, ImportedFolders.recipe(fixture));
                    Path saved = folder.resolve(name + "-package");
                    ImportedCaptioner.open(folder.resolve(name), name)
                            .toPackage()
                            .save(saved);
                    List<Caption> onnx = captions(saved, Backend.ONNX);
                    List<Caption> djl = captions(saved, Backend.DJL);
                    for (int i = 0; i < onnx.size(); i++) {
                        assertThat(djl.get(i).text()).isEqualTo(onnx.get(i).text());
                        assertThat(djl.get(i).score()).isCloseTo(onnx.get(i).score(), within(1e-3));
                    }
                }));
    }

    private static List<Caption> captions(Path model, Backend backend) {
        GenerationOptions options =
                GenerationOptions.builder().beamWidth(3).maxLength(6).build();
        try (Captioner captioner = Captioner.builder()
                .backend(backend)
                .model(model)
                .generation(options)
                .threads(1)
                .build()) {
            return captioner.captionAll(DrawnShapes.draw(4, 3).stream()
                    .map(drawing -> ImageInput.of(drawing.picture()))
                    .toList());
        }
    }

    /** The state dict of torchvision's resnet18, classifier and counters included, as {@code torch.save} writes it. */
    @Test
    void anEncodersOwnCheckpointIsTrainedUpon() throws IOException {
        ResNet resNet = new ResNet(18);
        Weights weights = ParameterShapes.initial(resNet::bind, 1);
        Map<String, HostTensor> stateDict = new LinkedHashMap<>(weights.toMap());
        stateDict.put("bn1.num_batches_tracked", HostTensor.scalar(9L));
        stateDict.put("fc.weight", HostTensor.ofFloats(Shape.of(2, 512), new float[1024]));
        stateDict.put("fc.bias", HostTensor.ofFloats(Shape.of(2), 0, 0));
        Path checkpoint = folder.resolve("resnet18.pth");
        TorchSave.write(checkpoint, stateDict);
        DrawnShapes.write(folder.resolve("shapes"), 8, 1);
        Path model = Trainer.builder()
                .architecture(new CaptionerArchitecture(
                        resNet,
                        AttentionLstm.builder()
                                .embeddingSize(8)
                                .hiddenSize(8)
                                .attention(AdditiveAttention.relu(8))
                                .build()))
                .transform(ImageTransform.squash(64))
                .dataset(CaptionDataset.folder(folder.resolve("shapes")))
                .minCount(1)
                .encoderWeights(checkpoint)
                .epochs(1)
                .threads(1)
                .output(folder.resolve("model"))
                .build()
                .train()
                .model();
        ModelPackage trained = ModelPackage.load(model);
        assertThat(trained.architecture().encoder()).isEqualTo(resNet);
        for (String name : weights.names()) {
            assertThat(trained.weights().read("encoder." + name).toFloatArray())
                    .as(name)
                    .isEqualTo(weights.read(name).toFloatArray());
        }
        assertThat(trained.weights().names()).doesNotContain("encoder.fc.weight");
        assertThat(captions(model, Backend.ONNX)).hasSize(4);
    }
}
