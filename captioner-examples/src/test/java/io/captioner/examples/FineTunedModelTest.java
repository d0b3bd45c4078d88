package io.captioner.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.captioner.Backend;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import io.captioner.data.CaptionDataset;
import io.captioner.data.CaptionDataset.Split;
import io.captioner.djl.DjlBackend;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.ResNet;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.pack.ModelPackage;
import io.captioner.text.Vocabulary;
import io.captioner.train.CaptionLoss;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.Trainer;
import io.captioner.train.TrainingBackend;
import io.captioner.train.TrainingProgram;
import io.captioner.train.TrainingResult;
import io.captioner.train.TrainingSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What fine-tuning from stored activations saves is the whole captioner, with the encoder as it was when the dev split was judged. */
@Timeout(300)
class FineTunedModelTest {
    private static final int SIZE = 32;

    @TempDir
    Path folder;

    @Test
    void theSavedModelHasTheFineTunedEncoderOnBothBackends() throws IOException {
        DrawnShapes.write(folder.resolve("shapes"), 80, 1);
        CaptionDataset dataset = CaptionDataset.folder(folder.resolve("shapes")).withRandomSplit(0.2, 0, 1);
        TrainingResult first = trainer("first", dataset)
                .architecture(new CaptionerArchitecture(
                        new ResNet(18),
                        AttentionLstm.builder()
                                .embeddingSize(24)
                                .hiddenSize(24)
                                .attention(AdditiveAttention.relu(12))
                                .dropout(0)
                                .build()))
                .transform(ImageTransform.squash(SIZE))
                .trainEncoder()
                .build()
                .train();
        ModelPackage start = ModelPackage.load(first.model());
        TrainingResult second = trainer("second", dataset)
                .startFrom(start)
                .fineTuneEncoder(4)
                .generation(GenerationOptions.beam(3))
                .build()
                .train();
        ModelPackage tuned = ModelPackage.load(second.model());
        String deep = "encoder.layer4.0.conv1.weight";
        assertThat(tuned.weights().read(deep).toFloatArray())
                .isNotEqualTo(start.weights().read(deep).toFloatArray());

        // What the dev split was judged by, from activations in half precision, is what the package is, from pixels.
        assertThat(devLoss(tuned, dataset)).isCloseTo(second.best().devLoss(), within(2e-3));

        List<ImageInput> pictures = dataset.split(Split.VAL).stream()
                .map(example -> ImageInput.of(example.image()))
                .toList();
        assertThat(captions(second.model(), Backend.ONNX, pictures))
                .isEqualTo(captions(second.model(), Backend.DJL, pictures))
                .allMatch(text -> !text.isEmpty());
    }

    private Trainer.Builder trainer(String name, CaptionDataset dataset) {
        return Trainer.builder()
                .dataset(dataset)
                .minCount(1)
                .batchImages(16)
                .epochs(3)
                .learningRate(3e-3)
                .encoderLearningRate(1e-3)
                .threads(1)
                .output(folder.resolve(name));
    }

    /** Mean over the dev captions' words, from pixels. */
    private static double devLoss(ModelPackage model, CaptionDataset dataset) {
        Vocabulary words = (Vocabulary) model.vocabulary();
        TrainingProgram program = TrainingProgram.fromPixels(
                model.architecture(), model.transform(), words.size(), new CaptionLoss(0, 0));
        TrainingBackend.Settings settings =
                new TrainingBackend.Settings(Optimizer.adam(), GradientClip.none(), name -> false, 1);
        double sum = 0;
        double count = 0;
        try (TrainingSession session = new DjlBackend().train(program, model.weights(), settings, Device.cpu(), 1)) {
            for (CaptionDataset.Example example : dataset.split(Split.VAL)) {
                byte[] pixels = model.transform().pixels(ImageInput.of(example.image()));
                long[] ids = words.encode(example.words().get(0), 20);
                List<HostTensor> outputs = session.evaluate(List.of(
                        model.transform().batch(List.of(pixels)), HostTensor.ofLongs(Shape.of(1, 1, ids.length), ids)));
                double n = outputs.get(2).longs().get(0);
                sum += n * outputs.get(1).floats().get(0);
                count += n;
            }
        }
        return sum / count;
    }

    private static List<String> captions(Path model, Backend backend, List<ImageInput> pictures) {
        try (Captioner captioner =
                Captioner.builder().backend(backend).model(model).threads(1).build()) {
            return captioner.captionAll(pictures).stream().map(Caption::text).toList();
        }
    }
}
