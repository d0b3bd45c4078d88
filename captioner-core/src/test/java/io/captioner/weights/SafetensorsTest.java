package io.captioner.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.ModelException;
import io.captioner.SharedFiles;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.weights.Safetensors.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    @Test
    void readsEveryElementTypeThatPythonWrites() throws IOException {
        try (InputStream stream = SafetensorsTest.class.getResourceAsStream("python.safetensors")) {
            Safetensors file = Safetensors.read(stream, "python.safetensors");
            assertThat(file.names())
                    .containsExactlyInAnyOrder(
                            "f32", "f64", "f16", "bf16", "i64", "i32", "i16", "i8", "u8", "bool", "scalar", "empty");
            assertThat(file.read("f32").toFloatArray()).containsExactly(0f, 1.5f, -2.25f, 3.0e38f, 1e-45f, -0f);
            assertThat(file.shape("f32")).isEqualTo(Shape.of(2, 3));
            assertThat(file.read("f64").toFloatArray()).containsExactly(0.1f, Float.NEGATIVE_INFINITY, 2f);
            assertThat(file.read("f16").toFloatArray())
                    .containsExactly(0f, 1f, -65504f, 0x1p-24f, 0.33325195f, Float.POSITIVE_INFINITY);
            assertThat(file.read("bf16").toFloatArray()).containsExactly(1f, -2.5f, 3.140625f, 9.96921e37f);
            assertThat(file.read("i64").toLongArray()).containsExactly(-1, 1L << 62);
            assertThat(file.read("i32").toLongArray()).containsExactly(-7, Integer.MAX_VALUE);
            assertThat(file.read("i16").toLongArray()).containsExactly(-300, 300);
            assertThat(file.read("i8").toLongArray()).containsExactly(-128, 127);
            assertThat(file.read("u8").toLongArray()).containsExactly(0, 128, 255);
            assertThat(file.read("bool").toLongArray()).containsExactly(1, 0, 1);
            assertThat(file.read("scalar").shape()).isEqualTo(Shape.of());
            assertThat(file.read("scalar").toFloatArray()).containsExactly(42f);
            assertThat(file.read("empty").toFloatArray()).isEmpty();
            assertThat(file.metadata()).isEqualTo(Map.of("format", "pt", "note", "\"quoted\" \u00e9"));
        }
    }

    @Test
    void readsTheWeightsOfATrainedModel() {
        Safetensors weights = Safetensors.open(SharedFiles.beside("peers/model/weights.safetensors"));
        assertThat(weights.names()).hasSize(340);
        assertThat(weights.shape("decoder.embedding.weight")).isEqualTo(Shape.of(2541, 512));
        for (String name : weights.names()) {
            HostTensor tensor = weights.read(name);
            assertThat(tensor.shape()).isEqualTo(weights.shape(name));
            for (float value : tensor.toFloatArray()) {
                assertThat(Float.isFinite(value)).isTrue();
            }
        }
    }

    @Test
    void writesWhatItReads() {
        Map<String, HostTensor> tensors = tensors();
        Path file = folder.resolve("weights.safetensors");
        Safetensors.write(file, tensors, Precision.FLOAT32, Map.of("b", "2", "a", "\u2028 <&>"));
        Safetensors read = Safetensors.open(file);
        assertThat(read.metadata()).isEqualTo(Map.of("b", "2", "a", "\u2028 <&>"));
        assertThat(read.names()).isEqualTo(tensors.keySet());
        assertThat(read.read("weight").toFloatArray())
                .isEqualTo(tensors.get("weight").toFloatArray());
        assertThat(read.read("counter").toLongArray()).containsExactly(7);
        assertThat(read.read("mask").toLongArray()).containsExactly(1, 0);
        assertThat(read.read("pixels").toLongArray()).containsExactly(200);
        assertThat(read.read("none").toFloatArray()).isEmpty();
        assertThat(folder).isDirectoryContaining(path -> path.equals(file)).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void writesEqualBytesWhateverTheOrderOfTheMapAndAlignsTheData() throws IOException {
        Map<String, HostTensor> reversed = new LinkedHashMap<>();
        tensors().keySet().stream()
                .sorted((a, b) -> b.compareTo(a))
                .forEach(name -> reversed.put(name, tensors().get(name)));
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        Safetensors.write(one, tensors(), Precision.FLOAT16, Map.of("x", "1", "y", "2"));
        Safetensors.write(two, reversed, Precision.FLOAT16, Map.of("y", "2", "x", "1"));
        assertThat(one).hasSameBinaryContentAs(two);
        long header = ByteBuffer.wrap(Files.readAllBytes(one))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
        assertThat(header % 8).isZero();
    }

    @Test
    void roundsToTheNearestHalf() {
        Path file = folder.resolve("half");
        float[] values = {
            1f, 1f + 0x1p-11f, 1f + 0x1.8p-10f, -65519f, 0x1p-25f, 0x1.8p-24f, -0f, Float.NEGATIVE_INFINITY
        };
        Safetensors.write(file, Map.of("x", HostTensor.ofFloats(Shape.of(8), values)), Precision.FLOAT16, Map.of());
        assertThat(Safetensors.open(file).read("x").toFloatArray())
                .containsExactly(1f, 1f, 1f + 0x1p-9f, -65504f, 0f, 0x1p-23f, -0f, Float.NEGATIVE_INFINITY);
    }

    @Test
    void refusesAValueBeyondHalfPrecisionAndKeepsTheOldFile() throws IOException {
        Path file = folder.resolve("half");
        Files.writeString(file, "before");
        assertThatThrownBy(() -> Safetensors.write(
                        file,
                        Map.of("fc.weight", HostTensor.ofFloats(Shape.of(1), 65520f)),
                        Precision.FLOAT16,
                        Map.of()))
                .isInstanceOf(ModelException.class)
                .hasMessage("tensor fc.weight holds 65520.0, beyond the 65504.0 of FLOAT16; write it as FLOAT32");
        assertThat(file).hasContent("before");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void readsTensorsBehindTheFirstTwoGigabytes() throws IOException {
        long big = 1L << 30;
        String json = "{\"a\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]},".formatted(big, big)
                + "\"b\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[%d,%d]},".formatted(big, big, 2 * big)
                + "\"c\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[%d,%d]}}".formatted(2 * big, 2 * big + 8);
        Path file = folder.resolve("sparse.safetensors");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.write(bytes(json, 0).array());
            sparse.seek(8 + json.length() + 2 * big);
            sparse.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putFloat(1.5f)
                    .putFloat(-3f)
                    .array());
        }
        Safetensors weights = Safetensors.open(file);
        assertThat(weights.read("c").toFloatArray()).containsExactly(1.5f, -3f);
        assertThatThrownBy(() -> weights.read("a"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("tensor a of ")
                .hasMessageContaining("at most 2 GB");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}|tensor a of type F32 and shape (2) takes 8 bytes, its place has 4",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}|shape of tensor a holds -2",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}|data_offsets [8, 0]",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}|ends at byte 12",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|behind a gap",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|4 bytes behind its last tensor",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|inside another tensor",
                "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]}}|tensor a has elements of type F8_E4M3; convert it to one of [F64,",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}|more than any file holds",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1e99],\"data_offsets\":[0,8]}}|no sound safetensors file",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[\"2\"],\"data_offsets\":[0,8]}}|shape of tensor a holds what is no number",
                "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}|tensor a needs dtype, shape and data_offsets",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}|unknown field x",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|tensor a twice",
                "{\"a\":[]}|not the JSON of a safetensors file",
                "[]|not the JSON of a safetensors file",
                "{} {}|not the JSON of a safetensors file",
                "{'a':1}|not the JSON of a safetensors file",
            })
    void refusesADamagedHeader(String json, String reason) {
        ByteBuffer file = bytes(json, 8);
        assertThatThrownBy(() -> Safetensors.of(file, "x.safetensors"))
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith("x.safetensors ")
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, 100_000_001, 1000})
    void refusesAHeaderLengthThatCannotBe(long length) {
        ByteBuffer file = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
        assertThatThrownBy(() -> Safetensors.of(file, "x"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("its header claims " + Long.toUnsignedString(length) + " bytes");
    }

    @Test
    void saysWhichFileOrTensorIsMissing() throws IOException {
        Path missing = folder.resolve("missing.safetensors");
        assertThatThrownBy(() -> Safetensors.open(missing))
                .isInstanceOf(ModelException.class)
                .hasMessage(missing + " does not exist");
        Path empty = Files.createFile(folder.resolve("empty.safetensors"));
        assertThatThrownBy(() -> Safetensors.open(empty))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("it has 0 bytes");
        assertThatThrownBy(() -> Safetensors.open(folder)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> Safetensors.of(bytes("{}", 0), "x").read("fc.bias"))
                .isInstanceOf(ModelException.class)
                .hasMessage("x has no tensor fc.bias");
    }

    @Test
    void damageAnywhereGivesAModelExceptionOrAReadableFile() throws IOException {
        Path file = folder.resolve("weights.safetensors");
        Safetensors.write(file, tensors(), Precision.FLOAT16, Map.of("format", "pt"));
        byte[] sound = Files.readAllBytes(file);
        Random random = new Random(7);
        int refused = 0;
        for (int trial = 0; trial < 20_000; trial++) {
            byte[] damaged = random.nextInt(4) == 0
                    ? java.util.Arrays.copyOf(sound, random.nextInt(sound.length))
                    : sound.clone();
            for (int change = random.nextInt(4); change >= 0 && damaged.length > 0; change--) {
                damaged[random.nextInt(Math.min(damaged.length, 600))] = (byte) random.nextInt(256);
            }
            try {
                Safetensors weights = Safetensors.of(ByteBuffer.wrap(damaged), "damaged");
                weights.names().forEach(weights::read);
            } catch (ModelException expected) {
                assertThat(expected).hasMessageContaining("damaged");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(10_000);
    }

    private static Map<String, HostTensor> tensors() {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        tensors.put("weight", HostTensor.ofFloats(Shape.of(2, 3), 1, 2, 3, 4, -5, 0.25f));
        tensors.put("mask", HostTensor.ofBooleans(Shape.of(2), true, false));
        tensors.put("bias", HostTensor.ofFloats(Shape.of(1), 0.5f));
        tensors.put("counter", HostTensor.scalar(7));
        tensors.put("pixels", HostTensor.ofBytes(Shape.of(1), (byte) 200));
        tensors.put("none", HostTensor.allocate(DType.FLOAT32, Shape.of(0, 3)));
        return tensors;
    }

    private static ByteBuffer bytes(String json, int dataSize) {
        byte[] header = json.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + header.length + dataSize)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .rewind();
    }

    private static HostTensor wide(float factor) {
        Random random = new Random(4);
        float[] values = new float[32 * 40];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() * factor * (1 + i / 40);
        }
        return HostTensor.ofFloats(Shape.of(32, 40), values);
    }

    @Test
    void roundsMatricesToAByteWithAStepForEachRow() throws IOException {
        HostTensor wide = wide(0.3f);
        HostTensor bias = HostTensor.ofFloats(Shape.of(2000), new float[2000]);
        HostTensor small = HostTensor.ofFloats(Shape.of(2, 2), 0.1f, 0.2f, 0.3f, 0.4f);
        Path file = folder.resolve("int8.safetensors");
        Safetensors.write(file, Map.of("wide", wide, "bias", bias, "small", small), Precision.INT8, Map.of());
        assertThat(Files.size(file)).isLessThan(32 * 40 + 4 * (2000 + 4 + 32) + 500);

        Safetensors read = Safetensors.open(file);
        assertThat(read.names()).containsExactlyInAnyOrder("wide", "bias", "small");
        assertThat(read.type("wide")).isEqualTo(DType.FLOAT32);
        assertThat(read.shape("wide")).isEqualTo(Shape.of(32, 40));
        assertThat(read.read("small").toFloatArray()).containsExactly(0.1f, 0.2f, 0.3f, 0.4f);
        float[] rounded = read.read("wide").toFloatArray();
        float[] exact = wide.toFloatArray();
        for (int row = 0; row < 32; row++) {
            float largest = 0;
            for (int i = row * 40; i < (row + 1) * 40; i++) {
                largest = Math.max(largest, Math.abs(exact[i]));
            }
            for (int i = row * 40; i < (row + 1) * 40; i++) {
                assertThat(Math.abs(rounded[i] - exact[i])).isLessThanOrEqualTo(largest / 127 * 0.501f);
            }
        }
        assertThat(Weights.of(Map.of("wide", wide)).rounded().read("wide").toFloatArray())
                .containsExactly(rounded);
    }

    @Test
    void roundsNoFurtherWhatIsRounded() {
        Path file = folder.resolve("int8.safetensors");
        Safetensors.write(file, Map.of("wide", wide(1)), Precision.INT8, Map.of());
        Path again = folder.resolve("again.safetensors");
        Safetensors.write(again, Safetensors.open(file), Precision.INT8, Map.of());
        float[] once = Safetensors.open(file).read("wide").toFloatArray();
        float[] twice = Safetensors.open(again).read("wide").toFloatArray();
        for (int i = 0; i < once.length; i++) {
            assertThat(Math.abs(twice[i] - once[i])).isLessThanOrEqualTo(Math.abs(once[i]) * 1e-6f);
        }
    }

    @Test
    void refusesToRoundWhatIsNoNumber() {
        float[] values = new float[2048];
        values[77] = Float.NaN;
        HostTensor tensor = HostTensor.ofFloats(Shape.of(2, 1024), values);
        Path file = folder.resolve("int8.safetensors");
        assertThatThrownBy(() -> Safetensors.write(file, Map.of("odd", tensor), Precision.INT8, Map.of()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("odd")
                .hasMessageContaining("NaN");
        assertThat(file).doesNotExist();
    }
}
