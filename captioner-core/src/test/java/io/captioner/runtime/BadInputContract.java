package io.captioner.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.Backend;
import io.captioner.BackendException;
import io.captioner.Captioner;
import io.captioner.GenerationOptions;
import io.captioner.ImageException;
import io.captioner.ImageException.Kind;
import io.captioner.ImageInput;
import io.captioner.ModelException;
import io.captioner.OptionException;
import io.captioner.io.Sha256;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.weights.Safetensors;
import io.captioner.weights.Safetensors.Precision;
import io.captioner.weights.Weights;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user does wrong gets its own exception, which names what is wrong and the cure; the captioner goes on working. */
public abstract class BadInputContract {
    @TempDir
    Path folder;

    private Path model = Path.of("");
    private Captioner captioner;

    protected abstract Backend backend();

    @BeforeEach
    void open() {
        model = TinyPackage.in(folder);
        captioner = builder().build();
    }

    @AfterEach
    void close() {
        captioner.close();
    }

    private Captioner.Builder builder() {
        return Captioner.builder().backend(backend()).model(model).threads(1);
    }

    @Test
    void aMissingPicture() {
        assertBad("missing.jpg", Kind.NOT_FOUND, "does not exist");
    }

    @Test
    void aFolderInPlaceOfAPicture() throws IOException {
        Files.createDirectory(folder.resolve("photos"));
        assertBad("photos", Kind.UNREADABLE, "it is a folder");
    }

    @Test
    void anEmptyFile() throws IOException {
        Files.createFile(folder.resolve("empty.jpg"));
        assertBad("empty.jpg", Kind.EMPTY, "empty.jpg");
    }

    @Test
    void aTextThatIsNamedLikeAPicture() throws IOException {
        Files.writeString(folder.resolve("notes.jpg"), "Dear diary, today I took no photo.");
        assertBad("notes.jpg", Kind.NOT_AN_IMAGE, "notes.jpg");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpg", "png"})
    void aTruncatedPicture(String format) throws IOException {
        byte[] whole = encoded(format);
        Files.write(folder.resolve("half." + format), Arrays.copyOf(whole, whole.length / 2));
        assertBad("half." + format, Kind.TRUNCATED, "copy or download it again");
    }

    @Test
    void aPictureThatClaimsToBeHuge() throws IOException {
        Files.write(folder.resolve("huge.png"), pngThatClaims(60_000, 60_000));
        assertBad("huge.png", Kind.TOO_LARGE, "60000 x 60000 pixels");
    }

    @Test
    void oneBadPictureFailsItsBatchAndNoOther() {
        ImageInput good = ImageInput.of(encoded("png"));
        assertThatThrownBy(() -> captioner.captionAll(List.of(good, ImageInput.of(new byte[0]), good)))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.EMPTY));
        assertThat(captioner.captionAll(List.of(good, good))).hasSize(2);
    }

    private void assertBad(String file, Kind kind, String message) {
        Path path = folder.resolve(file);
        assertThatThrownBy(() -> captioner.caption(path))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(path.toString())
                .hasMessageContaining(message);
        assertThat(captioner.caption(ImageInput.of(encoded("png"))).modelId()).isEqualTo(TinyPackage.ID);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"format\": 1,|\"format\": 1|is no JSON: see line",
                "\"format\": 1|\"format\": 9|has format 9; this version of captioner reads format 1",
                "test.TinyEncoder|com.example.Gone|is of type com.example.Gone, which is not known here",
                "\"hiddenSize\": 7|\"hiddenSize\": 8|the tensors do not fit the architecture",
                "\"maxLength\": 6|\"maxLength\": 0|maximum length is 0; it must be between 1 and 512",
            })
    void aPackageWithABrokenDescription(String before, String after, String message) throws IOException {
        Path json = model.resolve("captioner.json");
        String old = Files.readString(json);
        assertThat(old).contains(before);
        Files.writeString(json, old.replace(before, after));
        rehash("captioner.json", Sha256.of(old));
        assertBadModel(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"captioner.json", "vocabulary.txt", "weights.safetensors", "SHA256SUMS"})
    void aPackageWithoutOneOfItsFiles(String file) throws IOException {
        Files.delete(model.resolve(file));
        assertBadModel(file + " does not exist; a model package has");
    }

    @Test
    void aPackageThatWasChanged() throws IOException {
        Path weights = model.resolve("weights.safetensors");
        byte[] content = Files.readAllBytes(weights);
        content[content.length - 1] ^= 1;
        Files.write(weights, content);
        assertBadModel("weights.safetensors was changed or damaged");
    }

    @Test
    void aPackageWithoutATensor() throws IOException {
        Map<String, HostTensor> tensors =
                Weights.of(TinyPackage.model().weights()).toMap();
        tensors.remove("decoder.fc.bias");
        replaceWeights(tensors);
        assertBadModel("there is no tensor decoder.fc.bias (11)");
    }

    @Test
    void aPackageWithATensorOfAnotherShape() throws IOException {
        Map<String, HostTensor> tensors =
                Weights.of(TinyPackage.model().weights()).toMap();
        tensors.put("decoder.fc.bias", HostTensor.ofFloats(Shape.of(2), 0, 0));
        replaceWeights(tensors);
        assertBadModel("tensor decoder.fc.bias is (2) instead of (11)");
    }

    @Test
    void aFolderThatIsNotThere() {
        model = folder.resolve("nowhere");
        assertBadModel("does not exist; name the folder of a model package");
    }

    private void assertBadModel(String message) {
        assertThatThrownBy(() -> builder().build())
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(model.toString())
                .hasMessageContaining(message);
    }

    private void replaceWeights(Map<String, HostTensor> tensors) throws IOException {
        Path file = model.resolve("weights.safetensors");
        String before = Sha256.of(file);
        Safetensors.write(file, tensors, Precision.FLOAT32, Map.of());
        rehash("weights.safetensors", before);
    }

    private void rehash(String file, String before) throws IOException {
        Path hashes = model.resolve("SHA256SUMS");
        Files.writeString(hashes, Files.readString(hashes).replace(before, Sha256.of(model.resolve(file))));
    }

    @Test
    void aBackendThatIsNotInstalled() {
        assertThatThrownBy(() -> builder().backend(Backend.of("gone")).build())
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("backend \"gone\" is not on the class path (installed: ")
                .hasMessageContaining(backend().name())
                .hasMessageContaining("add the dependency");
        assertThatThrownBy(() -> Backend.of("on nx"))
                .isInstanceOf(OptionException.class)
                .hasMessage("backend name is \"on nx\"; it must be a word without spaces");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 65})
    void aBeamOfAnImpossibleWidth(int width) {
        assertThatThrownBy(() -> GenerationOptions.beam(width))
                .isInstanceOf(OptionException.class)
                .hasMessage("beam width is " + width + "; it must be between 1 and 64");
    }

    @Test
    void aForbiddenWordThatTheModelDoesNotKnow() {
        GenerationOptions options =
                GenerationOptions.builder().forbiddenWords("zebra").build();
        assertThatThrownBy(() -> captioner.caption(ImageInput.of(encoded("png")), options))
                .isInstanceOf(OptionException.class)
                .hasMessage("forbidden word \"zebra\" is not among the model's 11 words; leave it out");
        assertThatThrownBy(() -> builder().generation(options).build())
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("zebra");
    }

    @Test
    void aClosedCaptioner() {
        captioner.close();
        captioner.close();
        assertThatThrownBy(() -> captioner.caption(ImageInput.of(encoded("png"))))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("closed")
                .hasMessageContaining("build another captioner");
    }

    @Test
    void savingOverAForeignFolderLeavesItAsItWas() throws IOException {
        Path photos = Files.createDirectory(folder.resolve("photos"));
        Files.writeString(photos.resolve("holiday.txt"), "mine");
        assertThatThrownBy(() -> TinyPackage.model().save(photos))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(photos + " is not replaced")
                .hasMessageContaining("name another folder");
        assertThat(photos.toFile().list()).containsExactly("holiday.txt");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("tiny", "photos");
    }

    static byte[] encoded(String format) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BufferedImage picture = new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 64 * 48; i++) {
            picture.setRGB(i % 64, i / 64, i * 2_654_435);
        }
        try {
            ImageIO.write(picture, format, bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    /** A PNG of a few bytes whose header is sound. */
    private static byte[] pngThatClaims(int width, int height) throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(header);
        data.write("IHDR".getBytes(StandardCharsets.US_ASCII));
        data.writeInt(width);
        data.writeInt(height);
        data.write(new byte[] {8, 2, 0, 0, 0});
        CRC32 checksum = new CRC32();
        checksum.update(header.toByteArray());
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        DataOutputStream file = new DataOutputStream(png);
        file.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        file.writeInt(13);
        file.write(header.toByteArray());
        file.writeInt((int) checksum.getValue());
        return png.toByteArray();
    }
}
