package io.captioner.train;

import io.captioner.nn.HostTensor;
import io.captioner.weights.Safetensors;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Tensors on disk, exact to the bit, and sure to be there after a power cut. */
final class TensorFiles {
    private TensorFiles() {}

    static void write(Path file, Map<String, HostTensor> tensors) throws IOException {
        Safetensors.write(file, tensors, Safetensors.Precision.FLOAT32, Map.of());
        force(file);
    }

    static Map<String, HostTensor> read(Path file) {
        return Weights.of(Safetensors.open(file)).toMap();
    }

    /** A file's content, or a folder's entries, onto the disk. Folders cannot be opened on every system; there the system decides. */
    static void force(Path path) throws IOException {
        boolean isFolder = Files.isDirectory(path);
        try (FileChannel channel =
                FileChannel.open(path, isFolder ? StandardOpenOption.READ : StandardOpenOption.WRITE)) {
            channel.force(true);
        } catch (IOException e) {
            if (!isFolder) {
                throw e;
            }
        }
    }
}
