package io.captioner.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.captioner.spi.ModelProvider;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The Java in the README and in docs is compiled against what a user has, and run where a comment says so. */
class SnippetsTest {
    private static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    private static final long MINUTES = 10;
    private static final List<CompiledDocument> DOCUMENTS = new ArrayList<>();

    @TempDir
    static Path folder;

    @BeforeAll
    static void compileEverything() throws IOException {
        DOCUMENTS.clear();
        for (Markdown document : Markdown.all()) {
            if (!document.snippets().isEmpty()) {
                DOCUMENTS.add(CompiledDocument.of(document, Files.createTempDirectory(folder, "classes"), CLASS_PATH));
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> compiles() {
        return DOCUMENTS.stream()
                .flatMap(compiled -> compiled.document().snippets().stream()
                        .map(snippet -> dynamicTest(snippet.toString(), () -> {
                            List<String> faults = compiled.faults().getOrDefault(snippet, List.of());
                            assertThat(faults).as(String.join("\n", faults)).isEmpty();
                        })));
    }

    @TestFactory
    Stream<DynamicTest> runs() {
        boolean bundled = ServiceLoader.load(ModelProvider.class).findFirst().isPresent();
        return DOCUMENTS.stream()
                .flatMap(compiled -> compiled.document().snippets().stream()
                        .filter(snippet -> snippet.run() != Snippet.Run.NO)
                        .map(snippet -> dynamicTest(snippet.toString(), () -> {
                            assumeTrue(
                                    snippet.run() == Snippet.Run.YES || bundled,
                                    "no model is bundled in captioner-default-model");
                            run(compiled, snippet);
                        })));
    }

    /** In a JVM of its own, in a folder where the photos lie that the documents speak of. */
    private static void run(CompiledDocument compiled, Snippet snippet) throws IOException, InterruptedException {
        Path work = Files.createTempDirectory(folder, "run");
        Path photos = Markdown.root().resolve("docs/photos");
        Files.copy(photos.resolve("astronaut.jpg"), work.resolve("photo.jpg"));
        Files.copy(photos.resolve("china.jpg"), work.resolve("other.jpg"));
        Path output = work.resolve("output.txt");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-Xmx1g", "-cp", compiled.classes() + File.pathSeparator + CLASS_PATH));
        command.add(SnippetRunner.class.getName());
        command.add(compiled.document().packageName() + "." + snippet.name());
        Process process = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                fail("%s does not end within %d minutes:%n%s", snippet, MINUTES, Files.readString(output));
            }
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue())
                .as("%s%n%s", snippet, Files.readString(output))
                .isZero();
    }
}
