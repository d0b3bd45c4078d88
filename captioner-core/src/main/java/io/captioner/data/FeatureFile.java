package io.captioner.data;

import io.captioner.DatasetException;
import io.captioner.io.AtomicFile;
import io.captioner.nn.HostTensor;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows of features of one encoder, only ever appended: {@code features.f16} with the rows (L, D) in little-endian half precision, {@code
 * features.index} with a head of magic, L and D and then a key for each row. A row counts once its key is written, and that is after the row
 * reached the disk: a kill at any moment leaves a shorter cache, never a wrong one.
 */
final class FeatureFile implements AutoCloseable {
    /** Ends in the version of the format. */
    private static final long MAGIC = 0x4341504645415401L;

    private static final int HEAD = 16;

    private final Path folder;
    private final FileChannel index;
    private final FileChannel data;
    private final Map<RowKey, Integer> rows = new HashMap<>();
    private int places;
    private int channels;

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
        if (content.remaining() < HEAD) {
            index.truncate(0);
            return;
        }
        if (content.getLong() != MAGIC) {
            throw new DatasetException(folder.resolve("features.index")
                    + " is no index of features of this version; delete the folder " + folder);
        }
        places = content.getInt();
        channels = content.getInt();
        if (places < 1 || channels < 1 || rowBytes() > Integer.MAX_VALUE) {
            throw damaged();
        }
        while (content.remaining() >= RowKey.BYTES) {
            rows.put(RowKey.read(content), rows.size());
        }
        if (data.size() < rows.size() * rowBytes() || rows.size() != (content.limit() - HEAD) / RowKey.BYTES) {
            throw damaged();
        }
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
     * @param features FLOAT32 (number of keys, L, D)
     */
    void append(List<RowKey> keys, HostTensor features) throws IOException {
        setShape((int) features.shape().dim(1), (int) features.shape().dim(2));
        ByteBuffer halves = ByteBuffer.allocateDirect(Math.toIntExact(keys.size() * rowBytes()));
        HalfPrecision.fromFloats(features.floats(), halves);
        data.position(rows.size() * rowBytes());
        AtomicFile.writeFully(data, halves.flip());
        data.force(true);

        ByteBuffer entries = ByteBuffer.allocate(keys.size() * RowKey.BYTES);
        keys.forEach(key -> key.write(entries));
        index.position(HEAD + (long) rows.size() * RowKey.BYTES);
        AtomicFile.writeFully(index, entries.flip());
        index.force(true);
        keys.forEach(key -> rows.put(key, rows.size()));
    }

    private void setShape(int newPlaces, int newChannels) throws IOException {
        if (places == 0) {
            places = newPlaces;
            channels = newChannels;
            ByteBuffer head =
                    ByteBuffer.allocate(HEAD).putLong(MAGIC).putInt(places).putInt(channels);
            index.position(0);
            AtomicFile.writeFully(index, head.flip());
        }
        if (places != newPlaces || channels != newChannels) {
            throw new DatasetException("the features in " + folder + " are (" + places + ", " + channels
                    + ") for a picture, new ones (" + newPlaces + ", " + newChannels + "); delete that folder");
        }
    }

    private long rowBytes() {
        return 2L * places * channels;
    }

    /** The rows that are there now; they stay readable when this is closed. */
    Rows rows() throws IOException {
        int perWindow = (int) Math.min(Integer.MAX_VALUE / rowBytes(), rows.size());
        List<MappedByteBuffer> windows = new ArrayList<>();
        for (int first = 0; first < rows.size(); first += perWindow) {
            int count = Math.min(perWindow, rows.size() - first);
            windows.add(data.map(FileChannel.MapMode.READ_ONLY, first * rowBytes(), count * rowBytes()));
        }
        return new Rows(places, channels, perWindow, List.copyOf(windows));
    }

    @Override
    public void close() throws IOException {
        data.close();
        index.close();
    }

    /** Rows in mapped memory; one mapping reaches over at most 2 GB. */
    record Rows(int places, int channels, int perWindow, List<MappedByteBuffer> windows) {
        /** The halves of a row. */
        ByteBuffer row(int row) {
            int bytes = 2 * places * channels;
            return windows.get(row / perWindow)
                    .slice(row % perWindow * bytes, bytes)
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
