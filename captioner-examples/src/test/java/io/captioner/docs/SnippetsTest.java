package io.captioner.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.captioner.spi.ModelProvider;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The Java in the README and in docs is compiled against what a user has, and run where a comment says so. */
class SnippetsTest {
    private static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    private static final long MINUTES = 10;

    @TempDir
    static Path classes;

    private static final Map<Snippet, List<String>> FAULTS = new LinkedHashMap<>();

    @BeforeAll
    static void compileEverything() throws IOException {
        List<Source> sources = new ArrayList<>();
        for (Markdown document : Markdown.all()) {
            document.snippets().forEach(snippet -> sources.add(new Source(snippet, document.packageName())));
            for (Map.Entry<String, String> file : document.files().entrySet()) {
                Path target = classes.resolve(file.getKey());
                Files.createDirectories(target.getParent());
                Files.writeString(target, file.getValue());
            }
        }
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of("-d", classes.toString(), "-cp", CLASS_PATH, "-proc:none", "-parameters");
            compiler.getTask(null, files, diagnostics, options, null, sources).call();
        }
        for (Diagnostic<? extends JavaFileObject> diagnostic : diagnostics.getDiagnostics()) {
            if (diagnostic.getKind() == Diagnostic.Kind.ERROR && diagnostic.getSource() instanceof Source source) {
                Snippet snippet = source.snippet;
                FAULTS.computeIfAbsent(snippet, any -> new ArrayList<>())
                        .add(snippet.document() + ":"
                                + (snippet.line() + diagnostic.getLineNumber() - 1 - Snippet.offset()) + ": "
                                + diagnostic.getMessage(null));
            } else if (diagnostic.getKind() == Diagnostic.Kind.ERROR) {
                throw new IllegalStateException(diagnostic.toString());
            }
        }
    }

    @TestFactory
    Stream<DynamicNode> compile() {
        return documents().map(document -> dynamicContainer(
                document.path().toString(),
                document.snippets().stream()
                        .map(snippet -> dynamicTest(snippet.toString(), () -> assertThat(FAULTS.get(snippet))
                                .as("%s", FAULTS.get(snippet))
                                .isNull()))));
    }

    @TestFactory
    Stream<DynamicNode> run() {
        boolean bundled = ServiceLoader.load(ModelProvider.class).findFirst().isPresent();
        return documents().flatMap(document -> document.snippets().stream()
                .filter(snippet -> snippet.run() != Snippet.Run.NO)
                .map(snippet -> dynamicTest(snippet + " runs", () -> {
                    assumeTrue(
                            snippet.run() == Snippet.Run.YES || bundled,
                            "no model is bundled in captioner-default-model");
                    run(document, snippet);
                })));
    }

    /** In a JVM of its own, in a folder where the photos lie that the documents speak of. */
    private static void run(Markdown document, Snippet snippet) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(classes, "run");
        Path photos = Markdown.root().resolve("docs/photos");
        Files.copy(photos.resolve("astronaut.jpg"), folder.resolve("photo.jpg"));
        Files.copy(photos.resolve("china.jpg"), folder.resolve("other.jpg"));
        Path output = folder.resolve("output.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                classes + File.pathSeparator + CLASS_PATH));
        if (Runtime.version().feature() >= 24) {
            command.add(1, "--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of(SnippetRunner.class.getName(), document.packageName() + "." + snippet.name()));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
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
        assertThat(process.exitValue()).as("%s%n%s", snippet, Files.readString(output)).isZero();
    }

    private static Stream<Markdown> documents() {
        return Markdown.all().stream().filter(document -> !document.snippets().isEmpty());
    }

    /** A snippet as the compiler reads it. */
    private static final class Source extends SimpleJavaFileObject {
        private final Snippet snippet;
        private final String packageName;

        Source(Snippet snippet, String packageName) {
            super(
                    URI.create("string:///" + packageName.replace('.', '/') + "/" + snippet.name() + ".java"),
                    Kind.SOURCE);
            this.snippet = snippet;
            this.packageName = packageName;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return snippet.source(packageName);
        }
    }
}
