package io.captioner.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the README and docs say beside Java. */
class DocsTest {
    private static final Path TRAINING = Path.of("docs/training.md");
    private static final Path RECIPE = Path.of("captioner-cli/src/main/java/io/captioner/cli/TrainConfig.java");
    private static final Pattern KEY =
            Pattern.compile(" +\\w+ = file\\.\\w+\\(\"(?<name>\\w+)\", (?<value>\"[^\"]*\"|[^,)]+).*");
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
        Map<String, String> keys = table(RECIPE, KEY);
        Map<String, String> rows = table(TRAINING, ROW);
        assertThat(keys).isNotEmpty();
        assertThat(rows).isEqualTo(keys);
    }

    private static Map<String, String> table(Path file, Pattern row) {
        return Markdown.lines(file).stream()
                .map(row::matcher)
                .filter(Matcher::matches)
                .collect(Collectors.toMap(found -> found.group("name"), found -> found.group("value")));
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
