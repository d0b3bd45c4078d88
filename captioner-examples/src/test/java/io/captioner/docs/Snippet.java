package io.captioner.docs;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of Java in a Markdown file: a type, which stands as it is, or statements, which become the body of a method. Every line keeps its
 * number less {@link #HEADER_LINES}, so that the compiler's messages lead to the Markdown file.
 *
 * @param document the Markdown file
 * @param line of its first line of Java, from 1
 * @param lines of Java
 * @param given parameters that the statements find there, as {@code Captioner captioner}; empty for none
 * @param run what the comment before the block asks for
 */
record Snippet(Path document, int line, List<String> lines, String given, Run run) {
    /** Whether a block is run. */
    enum Run {
        NO,
        YES,
        /** Where a model is bundled. */
        WITH_MODEL
    }

    /** What a fragment need not import. */
    private static final List<String> IMPLICIT = List.of(
            "io.captioner.*",
            "io.captioner.data.*",
            "io.captioner.image.*",
            "io.captioner.metrics.*",
            "io.captioner.model.*",
            "io.captioner.nn.*",
            "io.captioner.onnx.*",
            "io.captioner.pack.*",
            "io.captioner.runtime.*",
            "io.captioner.search.*",
            "io.captioner.spi.*",
            "io.captioner.text.*",
            "io.captioner.train.*",
            "io.captioner.weights.*",
            "java.io.*",
            "java.nio.file.*",
            "java.util.*");

    private static final Pattern TYPE =
            Pattern.compile("(?:(?:public|final|abstract|sealed) )*(?:class|record|interface|enum) (?<name>\\w+).*");

    /** Lines that {@link #source} puts before the block's first one. */
    static final int HEADER_LINES = 1;

    boolean isType() {
        return lines.stream().anyMatch(line -> TYPE.matcher(line).matches());
    }

    /** The simple name of the class that the source declares. */
    String name() {
        return lines.stream()
                .map(TYPE::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group("name"))
                .findFirst()
                .orElse("Line" + line);
    }

    /** A compilation unit in this package. */
    String source(String packageName) {
        StringBuilder source = new StringBuilder("package ").append(packageName).append(';');
        IMPLICIT.forEach(name -> source.append(" import ").append(name).append(';'));
        source.append('\n');
        boolean open = isType();
        for (String text : lines) {
            if (!open && !text.isBlank() && !text.startsWith("import ")) {
                source.append("final class ").append(name());
                source.append(" { static void run(").append(given).append(") throws Exception { ");
                open = true;
            }
            source.append(text).append('\n');
        }
        return source.append(isType() ? "" : "}}\n").toString();
    }

    /** For example {@code docs/export.md:31}. */
    @Override
    public String toString() {
        return document + ":" + line;
    }
}
