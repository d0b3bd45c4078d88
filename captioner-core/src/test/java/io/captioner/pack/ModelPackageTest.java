package io.captioner.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.GenerationOptions;
import io.captioner.ModelException;
import io.captioner.OptionException;
import io.captioner.image.ImageTransform;
import io.captioner.io.Sha256;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.spi.ModelProvider;
import io.captioner.text.Vocabulary;
import io.captioner.weights.Safetensors.Precision;
import io.captioner.weights.Weights;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelPackageTest {
    @TempDir
    Path folder;

    @Test
    void loadsWhatItSaved() {
        ModelPackage saved = tiny();
        Path path = folder.resolve("models/tiny");
        saved.save(path);
        ModelPackage loaded = ModelPackage.load(path);
        assertThat(loaded).usingRecursiveComparison().ignoringFields("weights").isEqualTo(saved);
        assertThat(loaded.weights().names()).isEqualTo(saved.weights().names());
        for (String name : saved.weights().names()) {
            assertThat(loaded.weights().read(name).toFloatArray())
                    .isEqualTo(saved.weights().read(name).toFloatArray());
        }
        assertThat(path.toFile().list())
                .containsExactlyInAnyOrder(
                        "captioner.json", "vocabulary.txt", "weights.safetensors", "MODEL_CARD.md", "SHA256SUMS");
        assertThat(loaded.modelCard()).contains("tiny-1", "val.bleu4: 0.2135", "Made by hand");
    }

    @Test
    void equalPackagesAreEqualBytes() throws IOException {
        tiny().save(folder.resolve("one"));
        ModelPackage.load(folder.resolve("one")).save(folder.resolve("two"));
        assertThat(folder.resolve("two/SHA256SUMS")).hasSameBinaryContentAs(folder.resolve("one/SHA256SUMS"));
    }

    @Test
    void loadsFromAJar() {
        Path path = folder.resolve("tiny");
        tiny().save(path, Precision.FLOAT16);
        ModelPackage loaded = ModelPackage.load(provider(path));
        assertThat(loaded.vocabulary()).isEqualTo(tiny().vocabulary());
        assertThat(loaded.weights().read("encoder.conv.weight").shape()).isEqualTo(Shape.of(4, 3, 2, 2));
    }

    @Test
    void replacesAPackageButNothingElse() throws IOException {
        Path path = folder.resolve("tiny");
        tiny().save(path);
        Files.writeString(path.resolve("captioner.onnx"), "an export of the old weights");
        tiny().withId("tiny-2").save(path);
        assertThat(ModelPackage.load(path).id()).isEqualTo("tiny-2");
        assertThat(path.resolve("captioner.onnx")).doesNotExist();

        Files.writeString(path.resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> tiny().save(path))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("is not replaced")
                .hasMessageContaining("[notes.txt]");
        assertThat(path.resolve("notes.txt")).hasContent("mine");

        Path photos = Files.createDirectory(folder.resolve("photos"));
        Files.writeString(photos.resolve("vocabulary.txt"), "mine");
        assertThatThrownBy(() -> tiny().save(photos))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("is not replaced");
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> tiny().save(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("is a file");
        tiny().save(Files.createDirectory(folder.resolve("empty")));
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("tiny", "photos", "file", "empty");
    }

    @Test
    void clearsUpAfterASaveThatWasKilled() throws IOException {
        long noProcess = 999_999_999;
        Files.createDirectories(folder.resolve(".tiny." + noProcess + "-17/new"));
        Files.writeString(folder.resolve(".tiny." + noProcess + "-17/new/weights.safetensors"), "half");
        String running = ".tiny." + ProcessHandle.current().pid() + "-18";
        String another = ".tiny-2." + noProcess + "-19";
        Files.createDirectory(folder.resolve(running));
        Files.createDirectory(folder.resolve(another));
        tiny().save(folder.resolve("tiny"));
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("tiny", running, another);
    }

    @Test
    void leavesNothingBehindWhereSavingFails() {
        Map<String, HostTensor> weights = Weights.of(tiny().weights()).toMap();
        weights.put("decoder.fc.bias", HostTensor.ofFloats(Shape.of(7), 1e6f, 0, 0, 0, 0, 0, 0));
        ModelPackage broken = with(Weights.of(weights));
        assertThatThrownBy(() -> broken.save(folder.resolve("x"), Precision.FLOAT16))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("decoder.fc.bias");
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"captioner.json", "vocabulary.txt", "weights.safetensors", "MODEL_CARD.md", "SHA256SUMS"})
    void noticesAMissingOrChangedFile(String file) throws IOException {
        Path path = folder.resolve("tiny");
        tiny().save(path);
        byte[] content = Files.readAllBytes(path.resolve(file));
        Files.delete(path.resolve(file));
        for (Runnable load :
                List.<Runnable>of(() -> ModelPackage.load(path), () -> ModelPackage.load(provider(path)))) {
            assertThatThrownBy(load::run)
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("/" + file + " does not exist; a model package has [captioner.json,");
        }
        content[content.length - 2] ^= 1;
        Files.write(path.resolve(file), content);
        assertThatThrownBy(() -> ModelPackage.load(path))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(file);
    }

    @Test
    void saysWhatHashDiffers() throws IOException {
        Path path = folder.resolve("tiny");
        tiny().save(path);
        Files.writeString(path.resolve("MODEL_CARD.md"), "other");
        assertThatThrownBy(() -> ModelPackage.load(path))
                .isInstanceOf(ModelException.class)
                .hasMessage(path + "/MODEL_CARD.md was changed or damaged: its SHA-256 is " + Sha256.of("other")
                        + ", SHA256SUMS says " + Sha256.of(tiny().modelCard()) + "; get the package again");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secret", "/etc/passwd", "a/b", ".hidden", "..", "a\\b"})
    void hashesNameNothingOutsideOfThePackage(String name) throws IOException {
        Path path = folder.resolve("tiny");
        tiny().save(path);
        Files.writeString(
                path.resolve("SHA256SUMS"),
                Files.readString(path.resolve("SHA256SUMS")) + "0".repeat(64) + "  " + name + "\n");
        assertThatThrownBy(() -> ModelPackage.load(path))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("SHA256SUMS line 5 is not a SHA-256");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"format\": 1,|\"format\": 1|is no JSON: see line 3 column 4 path $.format",
                "\"format\": 1|\"format\": 2|has format 2; this version of captioner reads format 1",
                "\"format\": 1,||format is missing; is this a model package?",
                "\"id\": \"tiny-1\",||id is missing",
                "\"id\": \"tiny-1\",|\"id\": \"tiny-1\", \"licence\": 1,|licence is not known",
                "\"<unk>\": 3|\"<unk>\": 4|special is {",
                "\"type\": \"test.Patches\"|\"type\": \"test.Gone\"|architecture.encoder is of type test.Gone, which is not known here",
                "\"hiddenSize\": 6|\"hiddenSize\": 0|architecture.decoder: hidden size is 0; it must be at least 1",
                "\"hiddenSize\": 6|\"hiddenSize\": 5|weights.safetensors: the tensors do not fit the architecture: tensor decoder.decode_step.weight_ih is (24, 9) instead of (20, 9)",
                "\"gate\": false|\"gate\": true|there is no tensor decoder.f_beta.weight (4, 6)",
                "\"beamWidth\": 3|\"beamWidth\": 0|generation: beam width is 0; it must be between 1 and 64",
                "\"beamWidth\": 3|\"beamwidth\": 3|generation.beamwidth is not known",
                "\"created\": \"2026|\"created\": \"x|provenance.created is",
                "\"height\": 8|\"height\": 0|transform: height",
            })
    void saysWhatIsWrongInItsJson(String before, String after, String message) throws IOException {
        Path path = folder.resolve("tiny");
        tiny().save(path);
        change(path, before, after == null ? "" : after);
        assertThatModelFails(path).hasMessageContaining(message);
    }

    @Test
    void optionsThatOlderPackagesDoNotHaveTakeTheirDefault() throws IOException {
        Path path = folder.resolve("tiny");
        tiny().save(path);
        change(path, "\"lengthPenalty\": 0.7,", "");
        assertThat(ModelPackage.load(path).generation())
                .isEqualTo(GenerationOptions.builder()
                        .beamWidth(3)
                        .alternatives(1)
                        .forbiddenWords("a")
                        .build());
    }

    @Test
    void refusesToSaveWeightsThatDoNotFit() {
        ModelPackage other = with(Weights.of(tiny().weights()).filtered(name -> !name.startsWith("decoder.init_h")));
        assertThatThrownBy(() -> other.save(folder.resolve("x")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("the weights of tiny-1: the tensors do not fit")
                .hasMessageContaining(
                        "there is no tensor decoder.init_h.weight (6, 4); there is no tensor decoder.init_h.bias (6)");
    }

    @Test
    void refusesAnIdThatIsNoName() {
        assertThatThrownBy(() -> tiny().withId("../x"))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("'../x'");
    }

    @Test
    void saysThatThereIsNoFolder() throws IOException {
        Path missing = folder.resolve("missing");
        assertThatModelFails(missing).hasMessage(missing + " does not exist; name the folder of a model package");
        Path file = Files.createFile(folder.resolve("file"));
        assertThatModelFails(file).hasMessageContaining("is no folder");
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertThatModelFails(Path path) {
        return assertThatThrownBy(() -> ModelPackage.load(path)).isInstanceOf(ModelException.class);
    }

    /** Changes captioner.json and its hash. */
    private static void change(Path path, String before, String after) throws IOException {
        Path json = path.resolve("captioner.json");
        String old = Files.readString(json);
        assertThat(old).contains(before);
        Files.writeString(json, old.replace(before, after));
        Path hashes = path.resolve("SHA256SUMS");
        Files.writeString(hashes, Files.readString(hashes).replace(Sha256.of(old), Sha256.of(json)));
    }

    private static ModelProvider provider(Path path) {
        return new ModelProvider() {
            @Override
            public String id() {
                return "tiny";
            }

            @Override
            public InputStream open(String name) throws IOException {
                try {
                    return Files.newInputStream(path.resolve(name));
                } catch (NoSuchFileException e) {
                    throw new FileNotFoundException(name);
                }
            }
        };
    }

    private static ModelPackage with(Weights weights) {
        ModelPackage tiny = tiny();
        return new ModelPackage(
                tiny.id(),
                tiny.architecture(),
                tiny.transform(),
                tiny.vocabulary(),
                tiny.generation(),
                weights,
                tiny.provenance());
    }

    static ModelPackage tiny() {
        Vocabulary vocabulary = Vocabulary.count(Stream.of(List.of("a", "red", "circle")), 1);
        AttentionLstm decoder = AttentionLstm.builder()
                .embeddingSize(5)
                .hiddenSize(6)
                .attention(AdditiveAttention.relu(3))
                .gate(false)
                .build();
        Map<String, HostTensor> weights = new LinkedHashMap<>();
        Random random = new Random(1);
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("encoder.conv.weight", new long[] {4, 3, 2, 2});
        shapes.put("decoder.attention.encoder_att.weight", new long[] {3, 4});
        shapes.put("decoder.attention.encoder_att.bias", new long[] {3});
        shapes.put("decoder.attention.decoder_att.weight", new long[] {3, 6});
        shapes.put("decoder.attention.decoder_att.bias", new long[] {3});
        shapes.put("decoder.attention.full_att.weight", new long[] {1, 3});
        shapes.put("decoder.attention.full_att.bias", new long[] {1});
        shapes.put("decoder.embedding.weight", new long[] {7, 5});
        shapes.put("decoder.init_h.weight", new long[] {6, 4});
        shapes.put("decoder.init_h.bias", new long[] {6});
        shapes.put("decoder.init_c.weight", new long[] {6, 4});
        shapes.put("decoder.init_c.bias", new long[] {6});
        shapes.put("decoder.decode_step.weight_ih", new long[] {24, 9});
        shapes.put("decoder.decode_step.weight_hh", new long[] {24, 6});
        shapes.put("decoder.decode_step.bias_ih", new long[] {24});
        shapes.put("decoder.decode_step.bias_hh", new long[] {24});
        shapes.put("decoder.fc.weight", new long[] {7, 6});
        shapes.put("decoder.fc.bias", new long[] {7});
        shapes.forEach((name, dims) -> {
            Shape shape = Shape.of(dims);
            float[] values = new float[(int) shape.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextFloat() - 0.5f;
            }
            weights.put(name, HostTensor.ofFloats(shape, values));
        });
        Provenance provenance = Provenance.of("a test", Instant.parse("2026-01-02T03:04:05Z"))
                .withDataset("shapes", "0123")
                .withRecipe(Map.of("epochs", "3"))
                .withMetrics(Map.of("val.bleu4", 0.21345))
                .withLicence("Apache-2.0", List.of("Made by hand."));
        return new ModelPackage(
                "tiny-1",
                new CaptionerArchitecture(new TestArchitectures.Patches(4, 2), decoder),
                ImageTransform.squash(8),
                vocabulary,
                GenerationOptions.builder()
                        .beamWidth(3)
                        .lengthPenalty(0.7)
                        .alternatives(1)
                        .forbiddenWords("a")
                        .build(),
                Weights.of(weights),
                provenance);
    }
}
