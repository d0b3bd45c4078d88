package io.captioner.docs;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The Java of a Markdown file, compiled by the JDK's compiler; blocks of one file see each other's types.
 *
 * @param document the file
 * @param classes folder of its classes, and of the files it puts on the class path
 * @param faults what the compiler says of each block, with the line in the Markdown file
 */
record CompiledDocument(Markdown document, Path classes, Map<Snippet, List<String>> faults) {
    static CompiledDocument of(Markdown document, Path classes, String classPath) throws IOException {
        for (Map.Entry<String, String> file : document.files().entrySet()) {
            Path target = classes.resolve(file.getKey());
            Files.createDirectories(target.getParent());
            Files.writeString(target, file.getValue());
        }
        List<Source> sources = document.snippets().stream()
                .map(snippet -> new Source(snippet, document.packageName()))
                .toList();
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of("-d", classes.toString(), "-cp", classPath, "-proc:none");
            compiler.getTask(null, files, diagnostics, options, null, sources).call();
        }
        Map<Snippet, List<String>> faults = new LinkedHashMap<>();
        for (Diagnostic<? extends JavaFileObject> diagnostic : diagnostics.getDiagnostics()) {
            if (diagnostic.getKind() != Diagnostic.Kind.ERROR) {
                continue;
            }
            if (!(diagnostic.getSource() instanceof Source source)) {
                throw new IllegalStateException(diagnostic.toString());
            }
            long line = source.snippet.line() + diagnostic.getLineNumber() - 1 - Snippet.HEADER_LINES;
            faults.computeIfAbsent(source.snippet, any -> new ArrayList<>())
                    .add(document.path() + ":" + line + ": " + diagnostic.getMessage(null));
        }
        return new CompiledDocument(document, classes, faults);
    }

    /** A block as the compiler reads it. */
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
