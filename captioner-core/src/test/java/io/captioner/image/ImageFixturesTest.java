package io.captioner.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.captioner.ImageException;
import io.captioner.ImageInput;
import io.captioner.fixtures.FixtureGroup;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Pictures that Pillow and torchvision made, and files that are to be refused: every case of the fixtures, by their tolerances. */
@FixtureGroup("image")
class ImageFixturesTest {
    private static final Path FIXTURES = Path.of(System.getProperty("captioner.fixtures", "../../shared/fixtures"))
            .resolve("image");

    @BeforeAll
    static void fixturesAreThere() {
        Assumptions.assumeTrue(Files.isDirectory(FIXTURES), () -> "no fixtures at " + FIXTURES + ": skipped");
    }

    @TestFactory
    Stream<DynamicTest> decodesAsPillowDoes() throws IOException {
        return cases("decode.json", "cases")
                .map(c -> DynamicTest.dynamicTest(text(c, "file"), () -> {
                    RgbImage actual = decode(text(c, "file"));
                    ImageTransform transform = ImageTransform.squash(260);
                    assertThat(transform.pixels(ImageInput.of(FIXTURES.resolve(text(c, "file")))))
                            .isEqualTo(transform.pixels(actual));
                    RgbImage expected = png(text(c, "expected"));
                    assertThat(actual).hasToString(text(c, "width").replaceAll("$", " x ") + text(c, "height"));
                    Difference difference = Difference.between(actual.samples(), expected.samples());
                    assertThat(difference.max())
                            .isLessThanOrEqualTo(c.get("max_abs_difference").getAsInt());
                    assertThat(difference.mean())
                            .isLessThanOrEqualTo(c.get("mean_abs_difference").getAsDouble());
                }));
    }

    @TestFactory
    Stream<DynamicTest> refusesOrSurvivesBadFiles() throws IOException {
        RgbImage whole = png("bad/expected_jpeg.png");
        return cases("bad.json", "cases")
                .map(c -> DynamicTest.dynamicTest(text(c, "file"), () -> {
                    Path file = FIXTURES.resolve(text(c, "file"));
                    String kind = text(c, "expected");
                    Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
                        if (kind.equals("DECODES")) {
                            RgbImage actual = new ImageDecoder().decode(ImageInput.of(file));
                            assertThat(ImageTransform.squash(260).pixels(ImageInput.of(file)))
                                    .isEqualTo(ImageTransform.squash(260).pixels(actual));
                            assertThat(Difference.between(actual.samples(), whole.samples())
                                            .mean())
                                    .isLessThanOrEqualTo(1.5);
                        } else {
                            assertThatThrownBy(() -> new ImageDecoder().decode(ImageInput.of(file)))
                                    .isInstanceOfSatisfying(
                                            ImageException.class,
                                            e -> assertThat(e.kind().name()).isEqualTo(kind))
                                    .hasMessageStartingWith(file.toString());
                        }
                    });
                }));
    }

    @TestFactory
    Stream<DynamicTest> resizesAsPillowDoes() throws IOException {
        return cases("resize.json", "cases")
                .map(c -> DynamicTest.dynamicTest(text(c, "expected"), () -> {
                    int width = c.get("width").getAsInt();
                    int height = c.get("height").getAsInt();
                    Filter filter = Filter.valueOf(text(c, "filter").toUpperCase(Locale.ROOT));
                    byte[] actual = Resizing.begin(
                                    png(text(c, "source")),
                                    width,
                                    height,
                                    filter,
                                    new Resizing.Window(0, 0, width, height))
                            .finish();
                    Difference difference = Difference.between(actual, Pictures.planar(png(text(c, "expected"))));
                    // the tolerance is 1; the same fixed-point rule leaves nothing of it
                    assertThat(difference.max()).isZero();
                }));
    }

    @TestFactory
    Stream<DynamicTest> resizesTheShortSideAndCropsAsTorchvisionDoes() throws IOException {
        return cases("resize.json", "shortest_side_and_centre_crop")
                .map(c -> DynamicTest.dynamicTest(text(c, "expected"), () -> {
                    ImageTransform transform = ImageTransform.resizeAndCrop(
                            c.get("shortest_side").getAsInt(), c.get("crop").getAsInt());
                    byte[] actual = transform.pixels(png(text(c, "source")));
                    Difference difference = Difference.between(actual, Pictures.planar(png(text(c, "expected"))));
                    assertThat(difference.max())
                            .isLessThanOrEqualTo(c.get("max_abs_difference").getAsInt());
                }));
    }

    @TestFactory
    Stream<DynamicTest> normalisesAsTorchvisionDoes() throws IOException {
        try (Stream<Path> files = Files.list(FIXTURES.resolve("resize"))) {
            List<Path> tables = files.filter(f -> f.toString().endsWith("_normalised.json"))
                    .sorted()
                    .toList();
            return tables.stream()
                    .map(table -> DynamicTest.dynamicTest(table.getFileName().toString(), () -> {
                        JsonObject about =
                                JsonParser.parseString(Files.readString(table)).getAsJsonObject();
                        RgbImage pixels = png(about.getAsJsonObject("hyper")
                                .get("expected_uint8")
                                .getAsString());
                        HostTensor batch = HostTensor.ofBytes(
                                Shape.of(1, 3, pixels.height(), pixels.width()), Pictures.planar(pixels));
                        Path numbers = Path.of(table.toString().replace(".json", ".safetensors"));
                        ImageTransform half = ImageTransform.squash(pixels.width());
                        ImageTransform imagenet =
                                half.withNormalisation(ImageTransform.IMAGENET_MEAN, ImageTransform.IMAGENET_STD);
                        assertClose(PlainTensor.of(half::normalise, batch), tensor(numbers, "out.half"));
                        assertClose(PlainTensor.of(imagenet::normalise, batch), tensor(numbers, "out.imagenet"));
                    }));
        }
    }

    @Test
    void everyCaseIsThere() throws IOException {
        assertThat(cases("decode.json", "cases")).hasSizeGreaterThanOrEqualTo(40);
        assertThat(cases("bad.json", "cases")).hasSizeGreaterThanOrEqualTo(28);
        assertThat(cases("resize.json", "cases")).hasSizeGreaterThanOrEqualTo(36);
        assertThat(cases("resize.json", "shortest_side_and_centre_crop")).hasSizeGreaterThanOrEqualTo(7);
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat((double) actual[i]).isCloseTo(expected[i], within(2e-6 + 1e-6 * Math.abs(expected[i])));
        }
    }

    private static Stream<JsonObject> cases(String file, String key) throws IOException {
        JsonObject table =
                JsonParser.parseString(Files.readString(FIXTURES.resolve(file))).getAsJsonObject();
        return StreamSupport.stream(table.getAsJsonArray(key).spliterator(), false)
                .map(JsonElement::getAsJsonObject);
    }

    private static String text(JsonObject object, String key) {
        return object.get(key).getAsString();
    }

    private static RgbImage decode(String file) {
        return new ImageDecoder().decode(ImageInput.of(FIXTURES.resolve(file)));
    }

    /** Read without any of the code under test. */
    private static RgbImage png(String file) throws IOException {
        BufferedImage image = ImageIO.read(FIXTURES.resolve(file).toFile());
        byte[] samples = new byte[3 * image.getWidth() * image.getHeight()];
        int at = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int rgb = image.getRGB(x, y);
                samples[at++] = (byte) (rgb >> 16);
                samples[at++] = (byte) (rgb >> 8);
                samples[at++] = (byte) rgb;
            }
        }
        return new RgbImage(image.getWidth(), image.getHeight(), samples);
    }

    private static float[] tensor(Path safetensors, String name) throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(safetensors)).order(ByteOrder.LITTLE_ENDIAN);
        int header = (int) file.getLong(0);
        JsonObject about = JsonParser.parseString(new String(file.array(), 8, header, StandardCharsets.UTF_8))
                .getAsJsonObject()
                .getAsJsonObject(name);
        int from = about.getAsJsonArray("data_offsets").get(0).getAsInt();
        int to = about.getAsJsonArray("data_offsets").get(1).getAsInt();
        float[] values = new float[(to - from) / 4];
        file.position(8 + header + from);
        file.asFloatBuffer().get(values);
        return values;
    }

    private record Difference(int max, double mean) {
        static Difference between(byte[] actual, byte[] expected) {
            assertThat(actual).hasSameSizeAs(expected);
            int max = 0;
            long sum = 0;
            for (int i = 0; i < actual.length; i++) {
                int difference = Math.abs((actual[i] & 0xff) - (expected[i] & 0xff));
                max = Math.max(max, difference);
                sum += difference;
            }
            return new Difference(max, (double) sum / actual.length);
        }
    }
}
