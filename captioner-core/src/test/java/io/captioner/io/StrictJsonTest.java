package io.captioner.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.ModelException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrictJsonTest {
    @Test
    void readsTheOneValue() {
        assertThat(StrictJson.parse(" {\"a\": [1, null]} \n", "a.json", ModelException::new)
                        .toString())
                .isEqualTo("{\"a\":[1,null]}");
        assertThat(StrictJson.parse("", "a.json", ModelException::new).isJsonNull())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "{'a': 1}|1|$.",
                "{\"a\": [1,\\n 2,]}|2|$.a[2]",
                "{\"a\": NaN}|1|$.a",
                "// a\\n{}|1|$",
                "{\"a\": 1} {}|1|$",
                "{\"a\": |1|$.a",
                "{\"a\" 1}|1|$.a",
            })
    void saysWhereItGoesWrong(String text, int line, String path) {
        assertThatThrownBy(() -> StrictJson.parse(text.replace("\\n", "\n"), "a.json", ModelException::new))
                .isInstanceOf(ModelException.class)
                .hasMessageMatching("a.json is no JSON: see line " + line + " column \\d+ path " + Pattern.quote(path))
                .hasCauseInstanceOf(Exception.class);
    }
}
