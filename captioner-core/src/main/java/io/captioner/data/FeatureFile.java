package io.captioner.data;

import io.captioner.DatasetException;
import io.captioner.io.AtomicFile;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.weights.HalfPrecision;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows of features of one encoder, only ever appended: {@code features.f16} with the rows in little-endian half precision, {@code
 * features.index} with a head and then a key for each row. The head of rows (L, D) is a magic number, L and D; of rows of any other rank
 * another magic number, the rank and the dimensions. A row counts once its key is written, and that is after the row
 * reached the disk: a kill at any moment leaves a shorter cache, never a wrong one.
 */
final class FeatureFile implements AutoCloseable {
    /** Ends in the version of the format. */
    private static final long MAGIC = 0x4341504645415401L;

    private static final long MAGIC_ANY_RANK = 0x4341504645415402L;
    private static final int SHORTEST_HEAD = 16;
    private static final int HIGHEST_RANK = 8;

    private final Path folder;
    private final FileChannel index;
    private final FileChannel data;
    private final Map<RowKey, Integer> rows = new HashMap<>();
    /** Of a row; without dimensions until there is one. */
    private Shape shape = Shape.of();

    private FeatureFile(Path folder, FileChannel index, FileChannel data) {
        this.folder = folder;
        this.index = index;
        this.data = data;
    }

    /** Opens for appending; no other process can while this is open. */
    static FeatureFile open(Path folder) throws IOException {
        Files.createDirectories(folder);
        FileChannel index = openChannel(folder.resolve("features.index"));
        @Nullable FileChannel data = null;
        try {
            requireLock(index, folder);
            data = openChannel(folder.resolve("features.f16"));
            FeatureFile file = new FeatureFile(folder, index, data);
            file.readIndex();
            return file;
        } catch (IOException | RuntimeException e) {
            index.close();
            if (data != null) {
                data.close();
            }
            throw e;
        }
    }

    private static FileChannel openChannel(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static void requireLock(FileChannel index, Path folder) throws IOException {
        boolean locked;
        try {
            locked = index.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            throw new DatasetException("the features in " + folder + " are being written by this process already", e);
        }
        if (!locked) {
            throw new DatasetException("the features in " + folder
                    + " are being written by another process; wait for it or name another folder");
        }
    }

    private void readIndex() throws IOException {
        ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(index.size()));
        while (content.hasRemaining() && index.read(content, content.position()) >= 0) {
            // until it is full
        }
        content.flip();
        if (content.remaining() < SHORTEST_HEAD) {
            index.truncate(0);
            return;
        }
        readHead(content);
        while (content.remaining() >= RowKey.BYTES) {
            rows.put(RowKey.read(content), rows.size());
        }
        if (data.size() < rows.size() * rowBytes() || rows.size() != (content.limit() - headBytes()) / RowKey.BYTES) {
            throw damaged();
        }
    }

    private void readHead(ByteBuffer content) {
        long magic = content.getLong();
        if (magic != MAGIC && magic != MAGIC_ANY_RANK) {
            throw new DatasetException(folder.resolve("features.index")
                    + " is no index of features of this version; delete the folder " + folder);
        }
        int rank = magic == MAGIC ? 2 : content.getInt();
        if (rank < 1 || rank > HIGHEST_RANK || content.remaining() < rank * Integer.BYTES) {
            throw damaged();
        }
        long[] dims = new long[rank];
        long size = 1;
        for (int i = 0; i < rank; i++) {
            dims[i] = content.getInt();
            size *= dims[i];
            if (dims[i] < 1 || 2 * size > Integer.MAX_VALUE) {
                throw damaged();
            }
        }
        shape = Shape.of(dims);
    }

    private int headBytes() {
        return shape.rank() == 2 ? SHORTEST_HEAD : 12 + shape.rank() * Integer.BYTES;
    }

    private DatasetException damaged() {
        return new DatasetException(
                "the features in " + folder + " are damaged; delete that folder, they are made again");
    }

    boolean contains(RowKey key) {
        return rows.containsKey(key);
    }

    int row(RowKey key) {
        Integer row = rows.get(key);
        if (row == null) {
            throw new IllegalStateException("the row was not appended");
        }
        return row;
    }

    /**
     * Adds rows for keys that have none.
     *
     * @param features FLOAT32 (number of keys, ...)
     */
    void append(List<RowKey> keys, HostTensor features) throws IOException {
        setShape(features.shape());
        ByteBuffer halves = ByteBuffer.allocateDirect(Math.toIntExact(keys.size() * rowBytes()));
        HalfPrecision.fromFloats(features.floats(), halves);
        data.position(rows.size() * rowBytes());
        AtomicFile.writeFully(data, halves.flip());
        data.force(true);

        ByteBuffer entries = ByteBuffer.allocate(keys.size() * RowKey.BYTES);
        keys.forEach(key -> key.write(entries));
        index.position(headBytes() + (long) rows.size() * RowKey.BYTES);
        AtomicFile.writeFully(index, entries.flip());
        index.force(true);
        keys.forEach(key -> rows.put(key, rows.size()));
    }

    /** @param batch shape of new rows, their number first */
    private void setShape(Shape batch) throws IOException {
        Shape row = Shape.of(Arrays.copyOfRange(batch.toArray(), 1, batch.rank()));
        if (shape.rank() == 0) {
            shape = row;
            ByteBuffer head = ByteBuffer.allocate(headBytes());
            if (shape.rank() == 2) {
                head.putLong(MAGIC);
            } else {
                head.putLong(MAGIC_ANY_RANK).putInt(shape.rank());
            }
            for (long extent : shape.toArray()) {
                head.putInt((int) extent);
            }
            index.position(0);
            AtomicFile.writeFully(index, head.flip());
        }
        if (!shape.equals(row)) {
            throw new DatasetException("the features in " + folder + " are " + shape + " for a picture, new ones " + row
                    + "; delete that folder");
        }
    }

    private long rowBytes() {
        return 2 * shape.size();
    }

    /** The rows that are there now; they stay readable when this is closed. */
    Rows rows() throws IOException {
        int perWindow = (int) Math.min(Integer.MAX_VALUE / rowBytes(), rows.size());
        List<MappedByteBuffer> windows = new ArrayList<>();
        for (int first = 0; first < rows.size(); first += perWindow) {
            int count = Math.min(perWindow, rows.size() - first);
            windows.add(data.map(FileChannel.MapMode.READ_ONLY, first * rowBytes(), count * rowBytes()));
        }
        return new Rows(shape, perWindow, List.copyOf(windows));
    }

    @Override
    public void close() throws IOException {
        data.close();
        index.close();
    }

    /** Rows in mapped memory; one mapping reaches over at most 2 GB. */
    record Rows(Shape shape, int perWindow, List<MappedByteBuffer> windows) {
        /** The halves of a row. */
        ByteBuffer row(int row) {
            int bytes = (int) (2 * shape.size());
            return windows.get(row / perWindow)
                    .slice(row % perWindow * bytes, bytes)
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
