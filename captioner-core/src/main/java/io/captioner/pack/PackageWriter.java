package io.captioner.pack;

import io.captioner.ModelException;
import io.captioner.io.AtomicFile;
import io.captioner.weights.Safetensors;
import io.captioner.weights.Safetensors.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Saves a {@link ModelPackage}: written beside its place, then moved there. */
final class PackageWriter {
    private static final Logger LOG = LoggerFactory.getLogger(PackageWriter.class);

    /** An export beside the weights is of the old weights: it goes with them. */
    private static final String EXPORT = "captioner.onnx";

    private PackageWriter() {}

    static void write(ModelPackage model, Path folder, Precision precision) {
        Path target = folder.toAbsolutePath().normalize();
        Path parent = target.getParent();
        if (parent == null || target.getFileName() == null) {
            throw new ModelException(folder + " cannot be a package; name a folder below it");
        }
        obstacle(target).ifPresent(reason -> {
            throw new ModelException(reason);
        });
        try {
            Files.createDirectories(parent);
            String prefix = "." + target.getFileName() + ".";
            Path temporary = Files.createTempDirectory(
                    parent, prefix + ProcessHandle.current().pid() + "-");
            Path old = temporary.resolve("old");
            try {
                Path part = Files.createDirectory(temporary.resolve("new"));
                writeFiles(model, part, precision);
                replace(target, part, old);
            } finally {
                if (Files.exists(target) || Files.notExists(old)) { // else it is all that is left of the old package
                    delete(temporary);
                }
            }
            deleteLeftovers(parent, prefix);
        } catch (IOException e) {
            throw new ModelException("the package " + folder + " cannot be written: " + e, e);
        }
    }

    private static void writeFiles(ModelPackage model, Path folder, Precision precision) throws IOException {
        PackageWords words = PackageWords.of(model.vocabulary());
        PackageJson json = new PackageJson(
                model.id(),
                model.architecture(),
                model.transform(),
                words,
                model.generation(),
                model.provenance(),
                model.reliability(),
                model.tags());
        AtomicFile.writeText(folder.resolve(PackageFiles.JSON), json.write(ArchitectureRegistry.installed()));
        AtomicFile.writeText(folder.resolve(words.file()), PackageWords.text(model.vocabulary()));
        Safetensors.write(folder.resolve(PackageFiles.WEIGHTS), model.weights(), precision, Map.of("format", "pt"));
        AtomicFile.writeText(folder.resolve(PackageFiles.CARD), model.modelCard());
        PackageFiles files = PackageFiles.in(folder);
        AtomicFile.writeText(
                folder.resolve(PackageFiles.HASHES),
                PackageFiles.hashed(words.file()).stream()
                        .map(file -> files.hash(file) + "  " + file + "\n")
                        .collect(Collectors.joining()));
    }

    /** Nothing stands in the way where nothing is there, an empty folder, or a package without anything else in it. */
    static Optional<String> obstacle(Path folder) {
        Path target = folder.toAbsolutePath().normalize();
        if (!Files.exists(target)) {
            return Optional.empty();
        }
        if (!Files.isDirectory(target)) {
            return Optional.of(target + " is a file; name a folder for the package");
        }
        Set<String> names = new HashSet<>();
        try (Stream<Path> files = Files.list(target)) {
            files.forEach(file -> names.add(String.valueOf(file.getFileName())));
        } catch (IOException e) {
            return Optional.of(target + " cannot be read (" + e + "); name another folder");
        }
        boolean replaceable =
                names.isEmpty() || names.contains(PackageFiles.JSON) && names.contains(PackageFiles.HASHES);
        names.removeAll(PackageFiles.hashed(PackageFiles.VOCABULARY));
        names.removeAll(List.of(PackageFiles.TOKENIZER, PackageFiles.HASHES, EXPORT));
        if (replaceable && names.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(target + " is not replaced: it is no model package or holds other files "
                + names.stream().sorted().limit(5).toList() + "; name another folder");
    }

    private static void replace(Path target, Path part, Path old) throws IOException {
        boolean existed = Files.exists(target);
        if (existed) {
            AtomicFile.move(target, old);
        }
        try {
            AtomicFile.move(part, target);
        } catch (IOException e) {
            if (existed) {
                AtomicFile.move(old, target);
            }
            throw e;
        }
    }

    /** Deletes what {@link #write} left of this place in processes that were killed; the package is saved whether it can or not. */
    private static void deleteLeftovers(Path parent, String prefix) {
        Pattern name = Pattern.compile(Pattern.quote(prefix) + "(\\d{1,18})-\\d+");
        try (Stream<Path> files = Files.list(parent)) {
            for (Path folder : files.filter(Files::isDirectory).toList()) {
                Matcher matcher = name.matcher(String.valueOf(folder.getFileName()));
                if (matcher.matches()
                        && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty()) {
                    delete(folder);
                }
            }
        } catch (IOException e) {
            LOG.warn("what an earlier save left in {} cannot be deleted: {}", parent, e.toString());
        }
    }

    /** Deletes what {@link #write} made: two levels of folders. */
    private static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }
}
