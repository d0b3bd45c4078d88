package io.captioner.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README and docs say beside Java. */
class DocsTest {
    private static final Path TRAINING = Path.of("docs/training.md");
    private static final Path RECIPE = Path.of("captioner-cli/src/main/java/io/captioner/cli/TrainConfig.java");
    /** A field with its default, or a key that is asked for with its default. */
    private static final Pattern KEY =
            Pattern.compile(" {4}(?:int|long|double|boolean|String) (?<field>\\w+)(?: = (?<initial>[^;]+))?;"
                    + "| {8}\\w+ = file\\.\\w+\\(\"(?<key>\\w+)\", (?<fallback>\"[^\"]*\"|[^,)]+).*");

    private static final Pattern ROW = Pattern.compile("\\| `(?<name>\\w+)` \\| `(?<value>[^`]*)` \\|.*");
    private static final int LONGEST_EXTENSION = 40;

    @Test
    void everyRelativeLinkLeadsToAFileAndAHeading() {
        List<String> broken = new ArrayList<>();
        for (Markdown document : Markdown.all()) {
            document.links().forEach((target, line) -> {
                String[] parts = target.split("#", 2);
                Path folder = document.path().resolveSibling("");
                Path file = parts[0].isEmpty()
                        ? document.path()
                        : folder.resolve(parts[0]).normalize();
                boolean exists = Files.exists(Markdown.root().resolve(file));
                if (!exists || parts.length > 1 && !Markdown.anchors(file).contains(parts[1])) {
                    broken.add(document.path() + ":" + line + ": " + target);
                }
            });
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void theRecipeTableHasEveryKeyAndItsDefault() {
        Map<String, String> keys = new LinkedHashMap<>();
        for (String line : Markdown.lines(RECIPE)) {
            Matcher key = KEY.matcher(line);
            if (key.matches() && key.group("key") != null) {
                keys.put(key.group("key"), key.group("fallback"));
            } else if (key.matches()) {
                keys.put(key.group("field"), json(line, key.group("initial")));
            }
        }
        Map<String, String> rows = new LinkedHashMap<>();
        for (String line : Markdown.lines(TRAINING)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows.put(row.group("name"), row.group("value"));
            }
        }
        assertThat(keys).isNotEmpty();
        assertThat(rows).isEqualTo(keys);
    }

    /** A field's initial value as JSON has it. */
    private static String json(String field, String value) {
        if (value != null) {
            return value;
        }
        return field.strip().startsWith("boolean") ? "false" : "0";
    }

    @Test
    void anExtensionTakesFewerThanFortyLines() {
        assertThat(Markdown.all().stream()
                        .filter(document -> document.path().endsWith("extending.md"))
                        .flatMap(document -> document.snippets().stream()))
                .isNotEmpty()
                .allSatisfy(snippet ->
                        assertThat(snippet.lines()).as(snippet.toString()).hasSizeLessThan(LONGEST_EXTENSION));
    }
}
