package io.captioner.data;

import io.captioner.CaptionerException;
import io.captioner.DatasetException;
import io.captioner.ImageInput;
import io.captioner.image.ImageTransform;
import io.captioner.io.Sha256;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.weights.HalfPrecision;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The features that a frozen encoder, or its frozen first stages, gives for pictures, kept on disk in half precision, so that each picture is
 * encoded once and not once an epoch. A picture is known by its file's name, size and time of change, an encoder by its weights and its {@link
 * ImageTransform}: where one of them changes, features are made anew. Making them goes on where it was stopped or killed. Reading is
 * thread-safe.
 */
public final class FeatureCache {
    /** Makes the features of a batch. */
    @FunctionalInterface
    public interface BatchEncoder {
        /**
         * @param pixels UINT8 (N, 3, H, W)
         * @return FLOAT32 (N, L, D), or activations of a stage (N, ...); magnitudes up to 65504
         */
        HostTensor encode(HostTensor pixels);
    }

    /** Hears how far the making of features is. */
    @FunctionalInterface
    public interface Progress {
        /**
         * @param done pictures that have features
         * @param total pictures asked for
         */
        void advanced(int done, int total);
    }

    /**
     * A picture whose features are wanted.
     *
     * @param mirrored whether left and right are exchanged
     */
    public record Picture(Path file, boolean mirrored) {
        public Picture(Path file) {
            this(file, false);
        }
    }

    /**
     * How features are made.
     *
     * @param encoderHash names the encoder: a hash of its architecture and weights, see {@link
     *     io.captioner.weights.Weights#hash}
     * @param transform from file to pixels
     * @param batchSize pictures encoded at once, at least 1
     * @param encoder is not called when all features are there
     */
    public record Source(String encoderHash, ImageTransform transform, int batchSize, BatchEncoder encoder) {
        public Source {
            if (batchSize < 1) {
                throw new IllegalArgumentException("the batch size is " + batchSize + "; it must be at least 1");
            }
        }
    }

    private final FeatureFile.Rows rows;
    private final int[] places;

    private FeatureCache(FeatureFile.Rows rows, int[] places) {
        this.rows = rows;
        this.places = places;
    }

    /**
     * Makes the features that are missing and opens all.
     *
     * @param folder of the cache; may hold the features of other pictures and encoders too
     * @param pictures in the order in which {@link #read} counts them
     * @throws io.captioner.ImageException when a picture cannot be read
     * @throws DatasetException when the cache cannot be written, or another process is writing it
     */
    public static FeatureCache build(Path folder, Source source, List<Picture> pictures, Progress progress) {
        if (pictures.isEmpty()) {
            throw new DatasetException("features are wanted of 0 pictures; name one at least");
        }
        Path encoderFolder = folder.resolve(
                Sha256.of(source.encoderHash() + "\n" + source.transform()).substring(0, 16));
        List<RowKey> keys = pictures.stream().map(FeatureCache::key).toList();
        try (FeatureFile file = FeatureFile.open(encoderFolder)) {
            Map<RowKey, Picture> missing = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                if (!file.contains(keys.get(i))) {
                    missing.put(keys.get(i), pictures.get(i));
                }
            }
            encode(file, source, missing, progress, pictures.size());
            return new FeatureCache(
                    file.rows(), keys.stream().mapToInt(file::row).toArray());
        } catch (IOException e) {
            throw new DatasetException("the features in " + encoderFolder + " cannot be read or written: " + e, e);
        }
    }

    private static void encode(
            FeatureFile file, Source source, Map<RowKey, Picture> missing, Progress progress, int total)
            throws IOException {
        List<Map.Entry<RowKey, Picture>> work = new ArrayList<>(missing.entrySet());
        int done = total - work.size();
        progress.advanced(done, total);
        for (int from = 0; from < work.size(); from += source.batchSize()) {
            List<Map.Entry<RowKey, Picture>> batch =
                    work.subList(from, Math.min(work.size(), from + source.batchSize()));
            List<byte[]> pixels = batch.parallelStream()
                    .map(entry -> pixels(entry.getValue(), source.transform()))
                    .toList();
            HostTensor features = source.encoder().encode(source.transform().batch(pixels));
            requireFeatures(features, batch);
            file.append(batch.stream().map(Map.Entry::getKey).toList(), features);
            done += batch.size();
            progress.advanced(done, total);
        }
    }

    private static byte[] pixels(Picture picture, ImageTransform transform) {
        byte[] pixels = transform.pixels(ImageInput.of(picture.file()));
        return picture.mirrored() ? transform.mirrored(pixels) : pixels;
    }

    /** A feature that half precision does not hold would train on infinity, and silently. */
    private static void requireFeatures(HostTensor features, List<Map.Entry<RowKey, Picture>> batch) {
        Shape shape = features.shape();
        if (shape.rank() < 2 || shape.dim(0) != batch.size()) {
            throw new CaptionerException("the encoder gave features " + shape + " for " + batch.size()
                    + " pictures; they must be (" + batch.size() + ", L, D) or (" + batch.size() + ", ...)");
        }
        FloatBuffer values = features.floats();
        int perPicture = values.remaining() / batch.size();
        for (int i = 0; i < values.limit(); i++) {
            float value = values.get(i);
            if (!(Math.abs(value) <= HalfPrecision.MAX_VALUE)) {
                throw new CaptionerException("the encoder gave the feature " + value + " for "
                        + batch.get(i / perPicture).getValue().file() + "; features must be within "
                        + HalfPrecision.MAX_VALUE);
            }
        }
    }

    private static RowKey key(Picture picture) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(picture.file(), BasicFileAttributes.class);
            return RowKey.of(picture.file().getFileName() + "\n" + attributes.size() + "\n"
                    + attributes.lastModifiedTime() + "\n" + picture.mirrored());
        } catch (IOException e) {
            throw new DatasetException("the picture " + picture.file() + " cannot be read: " + e, e);
        }
    }

    /** Number of pictures. */
    public int size() {
        return places.length;
    }

    /** Of one picture's features: (L, D), or what the batch encoder gave. */
    public Shape shape() {
        return rows.shape();
    }

    /**
     * The features of some pictures.
     *
     * @param pictures their numbers, 0 to {@link #size} - 1, in any order
     * @return FLOAT32 (number of pictures, L, D), or with another {@link #shape} behind the number
     */
    public HostTensor read(int... pictures) {
        long[] dims = new long[shape().rank() + 1];
        dims[0] = pictures.length;
        System.arraycopy(shape().toArray(), 0, dims, 1, shape().rank());
        HostTensor features = HostTensor.allocate(DType.FLOAT32, Shape.of(dims));
        FloatBuffer target = features.floats();
        for (int picture : pictures) {
            ByteBuffer row = rows.row(places[picture]);
            HalfPrecision.toFloats(row, target);
        }
        return features;
    }
}
