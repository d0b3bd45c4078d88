package io.captioner.metrics;

import io.captioner.DatasetException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** Where METEOR's files are: in its folder, or in its jar in that folder. */
final class MeteorFiles {
    static final String FUNCTION_WORDS = "function/english.words";
    static final String SYNSETS = "synonym/english.synsets";
    static final String EXCEPTIONS = "synonym/english.exceptions";
    static final String ABBREVIATIONS = "nonbreaking/english.prefixes";
    private static final List<String> PARAPHRASES = List.of("data/paraphrase-en.gz", "paraphrase-en.gz");

    private final Path folder;
    private final @Nullable Path jar;

    private MeteorFiles(Path folder, @Nullable Path jar) {
        this.folder = folder;
        this.jar = jar;
    }

    /** @param named METEOR's folder, the one above it, or the jar in it */
    static MeteorFiles in(Path named) {
        Path folder = Files.isRegularFile(named) ? named.toAbsolutePath().getParent() : named;
        if (folder == null || !Files.isDirectory(folder)) {
            throw new DatasetException(named + " does not exist; name the folder of METEOR 1.5, with meteor-1.5.jar");
        }
        if (Files.isDirectory(folder.resolve("meteor"))) {
            folder = folder.resolve("meteor");
        }
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "meteor-*.jar")) {
            Path jar = null;
            for (Path found : jars) {
                jar = jar == null || found.compareTo(jar) > 0 ? found : jar;
            }
            MeteorFiles files = new MeteorFiles(folder, jar);
            if (!files.has(FUNCTION_WORDS)) {
                throw new DatasetException(folder + " has neither meteor-1.5.jar nor " + FUNCTION_WORDS
                        + "; name the folder of METEOR 1.5, for example pycocoevalcap's meteor");
            }
            return files;
        } catch (IOException e) {
            throw new DatasetException(folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    Path folder() {
        return folder;
    }

    boolean has(String name) throws IOException {
        if (Files.exists(folder.resolve(name))) {
            return true;
        }
        if (jar == null) {
            return false;
        }
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            return zip.getEntry(name) != null;
        }
    }

    /** The lines of a file; none where there is no such file. */
    List<String> lines(String name) throws IOException {
        if (Files.exists(folder.resolve(name))) {
            return Files.readAllLines(folder.resolve(name));
        }
        if (jar == null) {
            return List.of();
        }
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            ZipEntry entry = zip.getEntry(name);
            if (entry == null) {
                return List.of();
            }
            try (InputStream bytes = zip.getInputStream(entry);
                    BufferedReader text = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
                return text.lines().toList();
            }
        }
    }

    boolean hasParaphrases() {
        return PARAPHRASES.stream().anyMatch(name -> Files.exists(folder.resolve(name)));
    }

    /** The paraphrase table, unpacked; {@link #hasParaphrases} tells whether there is one. */
    InputStream paraphrases() throws IOException {
        for (String name : PARAPHRASES) {
            if (Files.exists(folder.resolve(name))) {
                return new GZIPInputStream(Files.newInputStream(folder.resolve(name)), 1 << 16);
            }
        }
        throw new IOException("there is no paraphrase-en.gz");
    }
}
