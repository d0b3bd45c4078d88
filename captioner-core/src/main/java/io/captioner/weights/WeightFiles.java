package io.captioner.weights;

import io.captioner.ModelException;
import io.captioner.nn.WeightSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Weights as others save them: safetensors, checkpoints of PyTorch, and either in several files with an index. */
public final class WeightFiles {
    private static final List<String> ENDINGS = List.of(".safetensors", ".pth", ".pt", ".bin", ".ckpt");
    private static final List<String> USUAL = List.of(
            "weights.safetensors",
            "model.safetensors",
            "model.safetensors.index.json",
            "pytorch_model.bin",
            "pytorch_model.bin.index.json");

    private WeightFiles() {}

    /**
     * Opens a safetensors file or a PyTorch checkpoint, its first bytes say which it is; or the {@code .index.json} of weights in several
     * files.
     *
     * @throws ModelException when it is not there, damaged, or neither
     */
    public static WeightSource open(Path file) {
        if (file.toString().endsWith(ShardedWeights.ENDING)) {
            return ShardedWeights.open(file);
        }
        return isCheckpoint(file) ? PyTorchCheckpoint.open(file) : Safetensors.open(file);
    }

    /** A zip archive, or a pickle as PyTorch wrote before version 1.6, which is refused with a better word than "no safetensors". */
    private static boolean isCheckpoint(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] first = stream.readNBytes(2);
            return first.length == 2
                    && (first[0] == 'P' && first[1] == 'K' || first[0] == (byte) 0x80 && first[1] == 2);
        } catch (IOException e) {
            throw new ModelException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The weights of a folder: {@code weights.safetensors}, {@code model.safetensors}, {@code pytorch_model.bin}, or the index of one of the
     * latter two in several files; else its only file of weights.
     *
     * @throws ModelException when there is none, or it cannot be told which
     */
    public static Path find(Path folder) {
        for (String name : USUAL) {
            if (Files.exists(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        List<Path> found;
        try (Stream<Path> files = Files.list(folder)) {
            found = files.filter(file -> ENDINGS.stream().anyMatch(file.toString()::endsWith))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new ModelException(folder + " cannot be read: " + e.getMessage(), e);
        }
        if (found.size() != 1) {
            throw new ModelException(folder + " has " + (found.isEmpty() ? "no file of weights" : "several: " + found)
                    + "; put one there, named " + USUAL.get(0) + " or ending in .pth or .pt");
        }
        return found.get(0);
    }
}
