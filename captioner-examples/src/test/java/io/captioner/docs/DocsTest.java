package io.captioner.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the README and docs say beside Java. */
class DocsTest {
    private static final Path TRAINING = Path.of("docs/training.md");
    private static final List<Path> RECIPE = List.of(
            Path.of("captioner-cli/src/main/java/io/captioner/cli/ModelKeys.java"),
            Path.of("captioner-cli/src/main/java/io/captioner/cli/TrainingKeys.java"));
    private static final Pattern KEY = Pattern.compile(
            "(?:file\\.(?!at\\b|says\\b)\\w+|upper)\\(\\s*\"(?<name>\\w+)\"(?:,\\s*(?<value>\"[^\"]*\"|[^,)]+))?");
    private static final Pattern ROW = Pattern.compile("\\| `(?<name>\\w+)` \\| (?<values>[^|]*) \\|.*");
    private static final Pattern QUOTED = Pattern.compile("`([^`]*)`");
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
    void theRecipeTablesHaveEveryKeyAndItsDefaults() {
        Map<String, Set<String>> keys = new TreeMap<>();
        for (Path file : RECIPE) {
            Matcher key = KEY.matcher(String.join("\n", Markdown.lines(file)));
            while (key.find()) {
                String value = key.group("value") != null
                        ? key.group("value")
                        : key.group().startsWith("file.part") ? "null" : "[]";
                keys.computeIfAbsent(key.group("name"), name -> new TreeSet<>()).add(value);
            }
        }
        Map<String, Set<String>> rows = new TreeMap<>();
        for (String line : Markdown.lines(TRAINING)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows.put(
                        row.group("name"),
                        QUOTED.matcher(row.group("values"))
                                .results()
                                .map(value -> value.group(1))
                                .collect(Collectors.toCollection(TreeSet::new)));
            }
        }
        assertThat(keys).hasSizeGreaterThan(40);
        assertThat(rows).isEqualTo(keys);
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
