package io.captioner.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.captioner.Device;
import io.captioner.ModelException;
import io.captioner.SharedFiles;
import io.captioner.fixtures.Fixtures;
import io.captioner.fixtures.ParameterShapes;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.EfficientNetLite;
import io.captioner.model.VariationalRnn;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.LatentDecoder;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.reference.ReferenceBackend;
import io.captioner.weights.Safetensors;
import io.captioner.weights.Safetensors.Precision;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PyTorchCaptionerTest {
    private static final String CONFIG = """
            {"encoder": "tf_efficientnet_lite2", "image_size": 260, "normalise": "(x / 255 - 0.5) / 0.5",
             "resize": "Pillow bilinear to 260 x 260 (squash)",
             "recipe": {"kind": "lstm", "embed": 512, "hidden": 512, "att": 256, "proj": 512, "gate": 1, "tied": 1,
                        "dropout": 0.5, "embed_dropout": 0.3, "sched": "cosine"}}
            """;

    @TempDir
    Path folder;

    @Test
    void readsATrainedCaptioner() {
        ModelPackage model = PyTorchCaptioner.read(SharedFiles.beside("peers/model"), "peer");
        assertThat(model.architecture().encoder()).isEqualTo(new EfficientNetLite(2));
        assertThat(model.architecture().decoder())
                .isEqualTo(new AttentionLstm(512, 512, AdditiveAttention.relu(256), true, 0.5, 0.3, 512, true));
        assertThat(model.transform()).isEqualTo(ImageTransform.squash(260));
        assertThat(model.vocabulary().size()).isEqualTo(2541);
        assertThat(model.provenance().recipe()).containsEntry("lr", "0.001").containsEntry("sched", "cosine");

        // What was imported, saved as it was stored, is the same model.
        Path saved = folder.resolve("saved");
        model.save(saved, Precision.FLOAT16);
        ModelPackage loaded = ModelPackage.load(saved);
        assertThat(loaded.architecture()).isEqualTo(model.architecture());
        assertThat(loaded.weights().names()).isEqualTo(model.weights().names());
        for (String name : model.weights().names()) {
            assertThat(loaded.weights().read(name).toFloatArray())
                    .isEqualTo(model.weights().read(name).toFloatArray());
        }
    }

    @TestFactory
    Stream<DynamicTest> recognisesEveryDecoderByItsNamesAndShapes() {
        return ImportedFolders.decoders().stream()
                .map(name -> dynamicTest(name, () -> {
                    Fixtures.Case fixture = Fixtures.load("decoder", name);
                    Path written = folder.resolve(name);
                    ImportedFolders.write(written, fixture, ImportedFolders.recipe(fixture));
                    ImportedCaptioner imported = ImportedCaptioner.open(written, name);
                    assertThat(imported.mapping().missing()).isEmpty();
                    assertThat(imported.mapping().leftOver()).isEmpty();
                    assertThat(imported.mapping().toText())
                            .contains("matched    decoder.embedding.weight")
                            .endsWith(imported.mapping().matched().size() + " matched, 0 missing, 0 left over\n");
                    ModelPackage model = imported.toPackage();
                    assertLogits(fixture, model);
                }));
    }

    /** The package's decoder over the case's features and captions says what PyTorch's said. */
    private static void assertLogits(Fixtures.Case fixture, ModelPackage model) {
        int words = model.vocabulary().size();
        Shape features = fixture.tensor("in.features").shape();
        Shape captions = fixture.tensor("in.captions").shape();
        Program program = new TeacherForced(
                model.architecture().decoder(),
                features,
                captions,
                words,
                fixture.tensor("out.logits").shape().dim(1));
        List<HostTensor> inputs =
                new ArrayList<>(List.of(fixture.tensor("in.features"), fixture.tensor("in.captions")));
        if (model.architecture().decoder().latentSize() > 0) {
            inputs.add(fixture.tensor("in.epsilon"));
        }
        HostTensor logits;
        try (Executable executable = new ReferenceBackend()
                .compile(program, Weights.of(model.weights()).under("decoder."), Device.cpu(), 1)) {
            logits = executable.run(inputs).get(0);
        }
        fixture.assertClose(logits, "out.logits");
    }

    private record TeacherForced(DecoderArchitecture decoder, Shape features, Shape captions, int words, long steps)
            implements Program {
        @Override
        public List<Port> inputs() {
            Port pictures = new Port("features", DType.FLOAT32, features);
            Port written = new Port("captions", DType.INT64, captions);
            int latent = decoder.latentSize();
            return latent == 0
                    ? List.of(pictures, written)
                    : List.of(pictures, written, new Port("epsilon", DType.FLOAT32, Shape.of(features.dim(0), latent)));
        }

        @Override
        public List<String> outputs() {
            return List.of("logits");
        }

        @Override
        public Computation bind(Parameters parameters) {
            Decoder bound = decoder.bind(parameters, (int) features.dim(2), words);
            return inputs -> {
                Tensor rows = inputs.get(1).expandDims(1); // (N, 1, T)
                Decoder.State start = bound.start(inputs.get(0));
                if (bound instanceof LatentDecoder latent) {
                    Tensor epsilon = inputs.get(2).expandDims(1); // (N, 1, Z)
                    start = latent.start(
                            inputs.get(0), latent.posterior(inputs.get(0), rows).at(epsilon));
                }
                Tensor logits = bound.teacherForced(start, rows).logits();
                Tensor live = rows.slice(2, 1, Long.MAX_VALUE)
                        .to(DType.BOOL)
                        .to(DType.FLOAT32)
                        .expandDims(-1);
                return List.of(logits.times(live).squeeze(1).slice(1, 0, steps));
            };
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "vit_tiny|vgg16|encoder is vgg16; tf_efficientnet_lite0 to 4, resnet18,",
                "\"encoder_heads\": 2,||encoder_heads is missing; the weights do not tell it",
                "\"dropout\": 0.5|\"kind\": \"gru\"|recipe.kind is gru; the weights are those of lstm",
                "\"dropout\": 0.5|\"hidden\": 300|recipe.hidden is 300; the weights are those of",
                "\"dropout\": 0.5|\"att\": 2.5|att is 2.5; it must be a whole number",
                "\"dropout\": 0.5|\"gate\": 0|gate is 0; the weights are those of 1",
                "\"dropout\": 0.5|\"tied\": 1|a tied output needs equal sizes",
                "\"dropout\": 0.5|\"dropout\": 2|dropout is 2.0; it must be at least 0 and below 1",
                "(squash)|(crop)|resize is 'Pillow bilinear to 16 x 16 (crop)'",
                "\"image_size\": 16|\"image_size\": 224|image_size is 224, resize says",
                "(x / 255 - 0.5)|(x - 0.5)|normalise is '(x - 0.5) / 0.5'",
                "\"image_size\": 16,|\"image_size\": 16|is no JSON: see line 1 column",
            })
    void saysWhatItCannotImport(String before, String after, String message) throws IOException {
        Fixtures.Case fixture = Fixtures.load("decoder", "attention_lstm_gated_sorted");
        ImportedFolders.write(folder, fixture, ImportedFolders.recipe(fixture));
        Path config = folder.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace(before, after == null ? "" : after));
        assertThatThrownBy(() -> PyTorchCaptioner.read(folder, "x"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("config.json")
                .hasMessageContaining(message);
    }

    @Test
    void asksForWhatTheWeightsDoNotTell() throws IOException {
        Fixtures.Case heads = Fixtures.load("decoder", "attention_lstm_multi_head");
        ImportedFolders.write(folder, heads, "");
        assertThatThrownBy(() -> PyTorchCaptioner.read(folder, "x"))
                .hasMessageContaining("recipe.heads is missing; the weights do not tell it");
        ImportedFolders.write(folder, Fixtures.load("decoder", "attention_rnn_tanh_gated"), "");
        assertThatThrownBy(() -> PyTorchCaptioner.read(folder, "x"))
                .hasMessageContaining("kind is missing; the weights do not tell rnn_tanh from rnn_relu");
    }

    @Test
    void recognisesTheDiscriminatorOfALatent() throws IOException {
        VariationalRnn decoder = VariationalRnn.of(
                        AttentionLstm.builder()
                                .embeddingSize(4)
                                .hiddenSize(5)
                                .attention(AdditiveAttention.relu(3))
                                .build(),
                        2)
                .adversarial(6);
        Fixtures.Case fixture = Fixtures.load("decoder", "cvae_attention_lstm");
        ImportedFolders.write(folder, fixture, "\"dropout\": 0.5");
        Path file = folder.resolve("weights.safetensors");
        Map<String, HostTensor> tensors =
                new HashMap<>(Weights.of(Safetensors.open(file)).toMap());
        tensors.keySet().removeIf(name -> name.startsWith("decoder."));
        ParameterShapes.initial(parameters -> decoder.bind(parameters, 8, 13), 3)
                .prefixed("decoder.")
                .toMap()
                .forEach(tensors::put);
        Safetensors.write(file, tensors, Precision.FLOAT32, Map.of());
        assertThat(PyTorchCaptioner.read(folder, "x").architecture().decoder()).isEqualTo(decoder);
    }

    @Test
    void namesTensorsThatAreMissingOrLeftOver() throws IOException {
        Fixtures.Case fixture = Fixtures.load("decoder", "attention_gru_gated");
        ImportedFolders.write(folder, fixture, ImportedFolders.recipe(fixture));
        Path file = folder.resolve("weights.safetensors");
        Map<String, HostTensor> tensors =
                new HashMap<>(Weights.of(Safetensors.open(file)).toMap());
        HostTensor bias = Objects.requireNonNull(tensors.remove("decoder.fc.bias"));
        tensors.put("decoder.extra", bias);
        Safetensors.write(file, tensors, Precision.FLOAT32, Map.of());
        ImportedCaptioner imported = ImportedCaptioner.open(folder, "x");
        assertThat(imported.mapping().toText())
                .contains("missing    there is no tensor decoder.fc.bias")
                .contains("left over  decoder.extra")
                .contains(" matched, 1 missing, 1 left over");
        assertThatThrownBy(imported::toPackage)
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("there is no tensor decoder.fc.bias");
    }

    @Test
    void readsTheTransformOfImageNetsNetworks() throws IOException {
        Fixtures.Case fixture = Fixtures.load("decoder", "attention_lstm_gated_sorted");
        ImportedFolders.write(folder, fixture, "");
        Path config = folder.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("to 16 x 16 (squash)", ", short side to 20, centre 16 x 16")
                        .replace("Pillow bilinear ,", "Pillow bilinear,")
                        .replace("(x / 255 - 0.5) / 0.5", "(x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]"));
        assertThat(PyTorchCaptioner.read(folder, "x").transform()).isEqualTo(ImageTransform.resizeAndCrop(20, 16));
    }

    @Test
    void saysWhichFileIsMissing() throws IOException {
        assertThatThrownBy(() -> PyTorchCaptioner.read(folder, "x"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("config.json does not exist; the folder of a PyTorch captioner has");
        Files.writeString(folder.resolve("config.json"), CONFIG);
        assertThatThrownBy(() -> PyTorchCaptioner.read(folder, "x"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("vocabulary.txt does not exist");
    }
}
