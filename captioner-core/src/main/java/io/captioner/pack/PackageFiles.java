package io.captioner.pack;

import io.captioner.ModelException;
import io.captioner.io.DirectBytes;
import io.captioner.io.Sha256;
import io.captioner.spi.ModelProvider;
import io.captioner.weights.Safetensors;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The files of a package, in a folder or in a jar, each compared with its hash. */
abstract class PackageFiles {
    static final String JSON = "captioner.json";
    static final String VOCABULARY = "vocabulary.txt";
    static final String TOKENIZER = "tokenizer.json";
    static final String WEIGHTS = "weights.safetensors";
    static final String CARD = "MODEL_CARD.md";
    static final String HASHES = "SHA256SUMS";

    /** What a package has at least, beside its words; their hashes are in {@link #HASHES}. */
    private static final List<String> ALWAYS = List.of(JSON, WEIGHTS, CARD);

    /** As the tool sha256sum writes it. Names are plain: no folders, nothing hidden. */
    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64}) [ *]([A-Za-z0-9_][A-Za-z0-9._-]*)");

    private final String name;
    private @Nullable CompletableFuture<String> weightsHash;

    private PackageFiles(String name) {
        this.name = name;
    }

    static PackageFiles in(Path folder) {
        return new Folder(folder);
    }

    static PackageFiles of(ModelProvider provider) {
        return new Provided(provider);
    }

    /** How messages name the package. */
    String name() {
        return name;
    }

    /** How messages name a file. */
    String name(String file) {
        return name + "/" + file;
    }

    abstract InputStream open(String file) throws IOException;

    /** The weights, once {@link #verify} has found them sound. */
    abstract Safetensors weights();

    String text(String file) {
        byte[] content = read(file, InputStream::readAllBytes);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ModelException(name(file) + " is no UTF-8 text", e);
        }
    }

    /** Every file of a package, its words in this one. */
    static List<String> hashed(String words) {
        List<String> files = new ArrayList<>(ALWAYS);
        files.add(1, words);
        return files;
    }

    /**
     * Compares every file with its hash.
     *
     * @param words the file of the vocabulary
     */
    void verify(String words) {
        Map<String, String> hashes = hashes();
        for (String required : hashed(words)) {
            if (!hashes.containsKey(required)) {
                throw new ModelException(name(HASHES) + " has no line for " + required + "; get the package again");
            }
        }
        hashes.forEach((file, expected) -> {
            String actual = hash(file);
            if (!actual.equals(expected)) {
                throw new ModelException(name(file) + " was changed or damaged: its SHA-256 is " + actual + ", "
                        + HASHES + " says " + expected + "; get the package again");
            }
        });
    }

    String hash(String file) {
        if (weightsHash == null || !file.equals(WEIGHTS)) {
            return computeHash(file);
        }
        try {
            return weightsHash.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    String computeHash(String file) {
        return read(file, Sha256::of);
    }

    /** Begins to hash the weights, the work of loading a package, beside whatever else is read of it. */
    void beginHashing() {
        weightsHash = CompletableFuture.supplyAsync(() -> computeHash(WEIGHTS), task -> {
            Thread thread = new Thread(task, "captioner-package");
            thread.setDaemon(true);
            thread.start();
        });
    }

    private Map<String, String> hashes() {
        Map<String, String> hashes = new LinkedHashMap<>();
        int number = 0;
        for (String line : text(HASHES).lines().toList()) {
            number++;
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new ModelException(name(HASHES) + " line " + number
                        + " is not a SHA-256, two spaces and the plain name of a file of the package");
            }
            if (hashes.put(matcher.group(2), matcher.group(1)) != null) {
                throw new ModelException(name(HASHES) + " line " + number + " names " + matcher.group(2) + " again");
            }
        }
        return hashes;
    }

    /** Reads from an open file. */
    interface Read<T> {
        T from(InputStream stream) throws IOException;
    }

    <T> T read(String file, Read<T> read) {
        try (InputStream stream = open(file)) {
            return read.from(stream);
        } catch (NoSuchFileException | FileNotFoundException e) {
            throw new ModelException(
                    name(file) + " does not exist; a model package has " + hashed(VOCABULARY) + " and " + HASHES, e);
        } catch (IOException e) {
            throw new ModelException(name(file) + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static final class Folder extends PackageFiles {
        private final Path folder;

        private Folder(Path folder) {
            super(folder.toString());
            this.folder = folder;
            if (!Files.isDirectory(folder)) {
                throw new ModelException(folder + (Files.exists(folder) ? " is no folder" : " does not exist")
                        + "; name the folder of a model package");
            }
        }

        @Override
        InputStream open(String file) throws IOException {
            return Files.newInputStream(folder.resolve(file));
        }

        @Override
        Safetensors weights() {
            return Safetensors.open(folder.resolve(WEIGHTS));
        }
    }

    /** The weights are read once, and hashed as they are read. */
    private static final class Provided extends PackageFiles {
        private final ModelProvider provider;
        private @Nullable ByteBuffer weights;

        private Provided(ModelProvider provider) {
            super(provider.id());
            this.provider = provider;
        }

        @Override
        InputStream open(String file) throws IOException {
            return provider.open(file);
        }

        @Override
        String computeHash(String file) {
            if (!file.equals(WEIGHTS)) {
                return super.computeHash(file);
            }
            MessageDigest digest = Sha256.digest();
            weights = read(file, stream -> DirectBytes.of(new DigestInputStream(stream, digest)));
            return Sha256.hex(digest);
        }

        @Override
        Safetensors weights() {
            if (weights == null) {
                computeHash(WEIGHTS);
            }
            return Safetensors.of(Objects.requireNonNull(weights), name(WEIGHTS));
        }
    }
}
