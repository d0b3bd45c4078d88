package io.captioner.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.captioner.ModelException;
import io.captioner.model.EfficientNetLite;
import io.captioner.pack.TestArchitectures.Colour;
import io.captioner.pack.TestArchitectures.Everything;
import io.captioner.pack.TestArchitectures.Round;
import io.captioner.pack.TestArchitectures.Square;
import io.captioner.spi.ArchitectureProvider;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordJsonTest {
    private final RecordJson json = new RecordJson(ArchitectureRegistry.installed());

    private final Everything everything = new Everything(
            -3,
            1L << 60,
            0.1,
            0.485f,
            true,
            "a \"b\" \u00e9",
            null,
            Colour.GREEN,
            List.of(1, 2),
            Set.of("x", "y"),
            Map.of("half", 0.5),
            new Square(2, new Round(1.5f)),
            new EfficientNetLite(2),
            List.of(new Round(1), new Square(1, null)));

    @Test
    void everyKindOfFieldSurvives() {
        String text = json.write(everything).toString();
        assertThat(json.read(JsonParser.parseString(text), Everything.class, "file"))
                .isEqualTo(everything);
    }

    @Test
    void interfacesCarryTheNameOfTheirKind() {
        JsonObject object = json.write(everything);
        assertThat(object.getAsJsonObject("inner"))
                .hasToString("{\"type\":\"EfficientNetLite\",\"variant\":2,\"rows\":0,\"columns\":0}");
        assertThat(object.getAsJsonObject("kind").get("type").getAsString()).isEqualTo("Square");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "whole|1.5|f.whole is 1.5; it must be a whole number",
                "whole|3000000000|f.whole is 3000000000; it must be a whole number",
                "whole|null|f.whole is null; it must be a whole number",
                "whole|\"1\"|f.whole is \"1\"; it must be a whole number",
                "truth|1|f.truth is 1; it must be true or false",
                "text|1|f.text is 1; it must be a string",
                "real|\"x\"|f.real is \"x\"; it must be a number",
                "small|1e60|f.small is 1e60; it must be a number",
                "colour|\"BLUE\"|f.colour is \"BLUE\"; it must be one of [RED, green]",
                "numbers|[1,\"x\"]|f.numbers[1] is \"x\"; it must be a whole number",
                "numbers|{}|f.numbers is {}; it must be a list",
                "shares|{\"a\":[]}|f.shares.a is []; it must be a number",
                "kind|{\"type\":\"Oval\"}|f.kind is of type Oval, which is not known; known are [Round, Square]",
                "kind|{\"type\":\"Round\",\"radius\":1,\"x\":2}|f.kind.x is not known; f.kind has [type, radius]",
                "inner|{\"type\":\"Attention\"}|f.inner is of type Attention, which is not known here; known are [AdditiveAttention, AttentionLstm,",
                "inner|{\"type\":\"AdditiveAttention\",\"attentionSize\":1}|f.inner is of type AdditiveAttention, which is no EncoderArchitecture",
                "inner|{\"variant\":1}|f.inner.type is missing",
                "inner|{\"type\":\"EfficientNetLite\",\"variant\":1}|f.inner.rows is missing",
                "inner|{\"type\":\"EfficientNetLite\",\"variant\":9,\"rows\":0,\"columns\":0}|f.inner: EfficientNet-Lite variant is 9; it must be between 0 and 4",
            })
    void saysWhatIsWrongAndWhere(String field, String value, String message) {
        JsonObject object = json.write(everything);
        object.add(field, JsonParser.parseString(value));
        assertThatThrownBy(() -> json.read(object, Everything.class, "f"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(message);
    }

    @Test
    void namesTheServiceToProvide() {
        assertThatThrownBy(() -> ArchitectureRegistry.installed().type("com.example.Mine", "decoder"))
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith("decoder is of type com.example.Mine, which is not known here; known are [")
                .hasMessageEndingWith(
                        "Put the jar on the class path whose io.captioner.spi.ArchitectureProvider names com.example.Mine");
        record Unnamed(int size) {}
        assertThatThrownBy(() -> ArchitectureRegistry.installed().name(Unnamed.class))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("has no name in a package; add an io.captioner.spi.ArchitectureProvider");
    }

    @Test
    void refusesTwoArchitecturesOfOneName() {
        ArchitectureProvider clash = () -> Map.of("ResNet", Round.class);
        assertThatThrownBy(() -> ArchitectureRegistry.of(List.of(clash)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("two architectures are named ResNet");
    }
}
