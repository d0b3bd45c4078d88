package io.captioner.djl;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** A case made with PyTorch: its description and its tensors. */
record Fixture(JsonObject about, Map<String, HostTensor> tensors) {
    static Fixture read(String name) {
        Path folder = Path.of(System.getProperty("captioner.fixtures", "../../shared/fixtures"));
        Path json = folder.resolve(name + ".json");
        Assumptions.assumeTrue(Files.exists(json), () -> "skipped: the reference fixtures are not at " + folder);
        try {
            Map<String, HostTensor> tensors = new TreeMap<>();
            ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(folder.resolve(name + ".safetensors")))
                    .order(ByteOrder.LITTLE_ENDIAN);
            int header = (int) file.getLong(0);
            String text = new String(file.array(), 8, header, StandardCharsets.UTF_8);
            for (Map.Entry<String, JsonElement> e :
                    JsonParser.parseString(text).getAsJsonObject().entrySet()) {
                if (!e.getKey().equals("__metadata__")) {
                    JsonObject entry = e.getValue().getAsJsonObject();
                    long[] dims = entry.getAsJsonArray("shape").asList().stream()
                            .mapToLong(JsonElement::getAsLong)
                            .toArray();
                    DType type = entry.get("dtype").getAsString().equals("F32") ? DType.FLOAT32 : DType.INT64;
                    int from = 8
                            + header
                            + entry.getAsJsonArray("data_offsets").get(0).getAsInt();
                    int to = 8
                            + header
                            + entry.getAsJsonArray("data_offsets").get(1).getAsInt();
                    tensors.put(
                            e.getKey(),
                            HostTensor.of(
                                    type,
                                    Shape.of(dims),
                                    file.duplicate().position(from).limit(to).slice()));
                }
            }
            return new Fixture(JsonParser.parseString(Files.readString(json)).getAsJsonObject(), tensors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonObject hyper() {
        return about.getAsJsonObject("hyper");
    }

    double hyper(String name, double fallback) {
        return hyper().has(name) ? hyper().get(name).getAsDouble() : fallback;
    }

    boolean flag(String name) {
        return hyper().has(name) && hyper().get(name).getAsBoolean();
    }

    HostTensor get(String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    void assertClose(String what, HostTensor actual, HostTensor expected) {
        Assertions.assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        JsonObject tolerance = about.getAsJsonObject("tolerance");
        double atol = tolerance.get("atol").getAsDouble();
        double rtol = tolerance.get("rtol").getAsDouble();
        float[] a = actual.toFloatArray();
        float[] b = expected.toFloatArray();
        for (int i = 0; i < a.length; i++) {
            Assertions.assertThat(Math.abs(a[i] - b[i]))
                    .as(what + "[" + i + "] is " + a[i] + ", expected " + b[i])
                    .isLessThanOrEqualTo((float) (atol + rtol * Math.abs(b[i])));
        }
    }
}
