package io.captioner.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a Markdown file says to the tests. Comments steer: {@code <!-- run -->} or {@code <!-- run: model -->} before a block of Java has it
 * run, {@code <!-- given: TYPE NAME -->} names what it finds there, {@code <!-- file: NAME -->} before a block of text puts that file on the
 * class path, and {@code <!-- package: NAME -->} names the package of the file's types.
 *
 * @param path relative to the repository
 * @param packageName of its types
 * @param snippets its blocks of Java
 * @param files its blocks of text that are files of the class path
 * @param links where it points to in the repository, with their lines
 */
record Markdown(
        Path path, String packageName, List<Snippet> snippets, Map<String, String> files, Map<String, Integer> links) {
    private static final Pattern COMMENT = Pattern.compile("<!-- (?<key>\\w+)(?:: (?<value>.*?))? -->");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\((?<target>[^)\\s]+)\\)");

    /** The README, the changelog and so on, and everything in docs. */
    static List<Markdown> all() {
        Path root = root();
        try (Stream<Path> top = Files.list(root);
                Stream<Path> docs = Files.list(root.resolve("docs"))) {
            return Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .map(root::relativize)
                    .sorted()
                    .map(Markdown::read)
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The repository: the tests run in a module's folder. */
    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("captioner-api"))) {
            folder = java.util.Objects.requireNonNull(folder.getParent(), "the tests run below the repository");
        }
        return folder;
    }

    static List<String> lines(Path relative) {
        try {
            return Files.readAllLines(root().resolve(relative));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Markdown read(Path path) {
        List<String> lines = lines(path);
        String packageName =
                "docs." + path.getFileName().toString().replaceAll("\\W", "_").toLowerCase();
        List<Snippet> snippets = new ArrayList<>();
        Map<String, String> files = new LinkedHashMap<>();
        Map<String, Integer> links = new LinkedHashMap<>();
        Map<String, String> comments = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            Matcher comment = COMMENT.matcher(line);
            if (line.startsWith("```")) {
                int end = i + 1 + lines.subList(i + 1, lines.size()).indexOf("```");
                List<String> block = lines.subList(i + 1, end);
                if (line.equals("```java")) {
                    snippets.add(new Snippet(path, i + 2, block, comments.getOrDefault("given", ""), run(comments)));
                } else if (comments.containsKey("file")) {
                    files.put(comments.get("file"), String.join("\n", block) + "\n");
                }
                comments.clear();
                i = end;
            } else if (comment.matches()) {
                String value = comment.group("value") == null ? "" : comment.group("value");
                if (comment.group("key").equals("package")) {
                    packageName = value;
                } else {
                    comments.put(comment.group("key"), value);
                }
            } else {
                Matcher link = LINK.matcher(line);
                while (link.find()) {
                    if (!link.group("target").matches("[a-z]+:.*")) {
                        links.put(link.group("target"), i + 1);
                    }
                }
            }
        }
        return new Markdown(path, packageName, snippets, files, links);
    }

    private static Snippet.Run run(Map<String, String> comments) {
        if (!comments.containsKey("run")) {
            return Snippet.Run.NO;
        }
        return comments.get("run").equals("model") ? Snippet.Run.WITH_MODEL : Snippet.Run.YES;
    }

    /** The anchors that its headings make, as GitHub does. */
    static List<String> anchors(Path relative) {
        return lines(relative).stream()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ +", "")
                        .toLowerCase()
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }
}
