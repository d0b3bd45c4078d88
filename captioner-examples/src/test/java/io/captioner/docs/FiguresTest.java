package io.captioner.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void theFiguresAreThoseThatTheirDrawingGives() throws IOException {
        Path folder = Markdown.root().resolve("docs/figures");
        for (Map.Entry<String, String> figure : Figures.all().entrySet()) {
            assertThat(folder.resolve(figure.getKey())).hasContent(figure.getValue());
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".svg")))
                    .containsExactlyInAnyOrderElementsOf(Figures.all().keySet());
        }
    }
}
