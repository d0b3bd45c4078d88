package io.captioner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.CaptionerException;
import io.captioner.DatasetException;
import io.captioner.ImageException;
import io.captioner.data.FeatureCache.Picture;
import io.captioner.image.ImageTransform;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureCacheTest {
    private static final int SIZE = 4;
    private static final ImageTransform TRANSFORM = ImageTransform.squash(SIZE);

    @TempDir
    Path folder;

    private final AtomicInteger encoded = new AtomicInteger();
    private List<Picture> pictures = List.of();

    @BeforeEach
    void drawPictures() throws IOException {
        List<Picture> drawn = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            drawn.add(new Picture(draw(folder.resolve("p" + i + ".png"), 10 * i)));
        }
        pictures = List.copyOf(drawn);
    }

    @Test
    void givesTheFeaturesOfEachPicture() {
        List<String> heard = new ArrayList<>();
        FeatureCache cache = FeatureCache.build(
                folder.resolve("cache"), source("e1"), pictures, (done, total) -> heard.add(done + "/" + total));
        assertThat(heard).containsExactly("0/7", "3/7", "6/7", "7/7");
        assertThat(cache.size()).isEqualTo(7);
        assertThat(cache.shape()).isEqualTo(Shape.of(3, 2));
        HostTensor features = cache.read(6, 0, 6, 2);
        assertThat(features.shape()).isEqualTo(Shape.of(4, 3, 2));
        assertThat(features.toFloatArray())
                .containsExactly(
                        60, 60.5f, 61, 61.5f, 62, 62.5f, 0, 0.5f, 1, 1.5f, 2, 2.5f, 60, 60.5f, 61, 61.5f, 62, 62.5f, 20,
                        20.5f, 21, 21.5f, 22, 22.5f);
    }

    @Test
    void encodesEachPictureOnce() {
        build("e1", pictures);
        assertThat(encoded.getAndSet(0)).isEqualTo(7);
        FeatureCache again = build("e1", List.of(pictures.get(5), pictures.get(1), pictures.get(5)));
        assertThat(encoded).hasValue(0);
        assertThat(first(again, 0)).isEqualTo(50);
        assertThat(first(again, 1)).isEqualTo(10);
        assertThat(first(again, 2)).isEqualTo(50);
    }

    @Test
    void encodesAgainWhenAPictureOrTheEncoderChanges() throws IOException {
        build("e1", pictures);
        encoded.set(0);
        draw(pictures.get(2).file(), 99);
        Files.setLastModifiedTime(pictures.get(2).file(), FileTime.fromMillis(1_000_000));
        FeatureCache changed = build("e1", pictures);
        assertThat(encoded.getAndSet(0)).isEqualTo(1);
        assertThat(first(changed, 2)).isEqualTo(99);
        assertThat(first(changed, 3)).isEqualTo(30);

        build("e2", pictures);
        assertThat(encoded.getAndSet(0)).isEqualTo(7);
        FeatureCache.Source larger = new FeatureCache.Source("e1", ImageTransform.squash(8), 3, this::encode);
        FeatureCache.build(folder.resolve("cache"), larger, pictures, (done, total) -> {});
        assertThat(encoded.getAndSet(0)).isEqualTo(7);
        build("e1", pictures);
        assertThat(encoded).hasValue(0);
    }

    @Test
    void keepsMirroredPicturesApart() throws IOException {
        BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < SIZE; y++) {
            picture.setRGB(SIZE - 1, y, 0xffffff);
        }
        Path file = folder.resolve("edge.png");
        ImageIO.write(picture, "png", file.toFile());
        FeatureCache cache = build("e1", List.of(new Picture(file), new Picture(file, true)));
        assertThat(first(cache, 0)).isZero();
        assertThat(first(cache, 1)).isEqualTo(255);
    }

    @Test
    void goesOnWhereItWasStopped() {
        FeatureCache.Source failing = new FeatureCache.Source("e1", TRANSFORM, 3, pixels -> {
            if (encoded.get() >= 3) {
                throw new IllegalStateException("stopped");
            }
            return encode(pixels);
        });
        assertThatThrownBy(() -> FeatureCache.build(folder.resolve("cache"), failing, pictures, (done, total) -> {}))
                .hasMessage("stopped");
        assertThat(encoded.getAndSet(0)).isEqualTo(3);
        FeatureCache cache = build("e1", pictures);
        assertThat(encoded).hasValue(4);
        for (int i = 0; i < 7; i++) {
            assertThat(first(cache, i)).isEqualTo(10 * i);
        }
    }

    @Test
    void survivesAKillAtAnyByte() throws IOException {
        build("e1", pictures);
        Path index = find("features.index");
        Path data = find("features.f16");
        long size = Files.size(index);
        for (long kept = size; kept >= 0; kept--) {
            // Keys are written after their rows, so rows behind the last key may be there in part.
            long rows = Math.max(0, (kept - 16) / 16);
            truncate(index, kept);
            truncate(data, Math.min(Files.size(data), rows * 12 + 5));
            FeatureCache cache = build("e1", pictures);
            for (int i = 0; i < 7; i++) {
                assertThat(first(cache, i)).isEqualTo(10 * i);
            }
            assertThat(Files.size(index)).isEqualTo(size);
        }
    }

    @Test
    void noticesDamage() throws IOException {
        build("e1", pictures);
        truncate(find("features.f16"), 12);
        assertThatThrownBy(() -> build("e1", pictures))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("are damaged; delete that folder");
        Files.write(find("features.index"), new byte[100]);
        assertThatThrownBy(() -> build("e1", pictures))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("is no index of features of this version; delete the folder");
    }

    @Test
    void refusesWhatHalfPrecisionCannotHold() {
        for (float value : new float[] {65_505f, Float.NaN, Float.NEGATIVE_INFINITY}) {
            FeatureCache.Source source = new FeatureCache.Source(
                    "e1", TRANSFORM, 1, pixels -> HostTensor.ofFloats(Shape.of(1, 1, 1), value));
            assertThatThrownBy(() -> FeatureCache.build(folder.resolve("cache"), source, pictures, (done, total) -> {}))
                    .isInstanceOf(CaptionerException.class)
                    .hasMessageContaining("the encoder gave the feature " + value + " for "
                            + pictures.get(0).file());
        }
        FeatureCache.Source wrong =
                new FeatureCache.Source("e1", TRANSFORM, 2, pixels -> HostTensor.ofFloats(Shape.of(1, 1, 1), 1));
        assertThatThrownBy(() -> FeatureCache.build(folder.resolve("cache"), wrong, pictures, (done, total) -> {}))
                .hasMessageContaining("the encoder gave features (1, 1, 1) for 2 pictures; they must be (2, L, D)");
    }

    @Test
    void namesAPictureThatCannotBeRead() throws IOException {
        Path missing = folder.resolve("missing.png");
        assertThatThrownBy(() -> build("e1", List.of(new Picture(missing))))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(missing.toString());
        Path text = Files.writeString(folder.resolve("text.png"), "text");
        assertThatThrownBy(() -> build("e1", List.of(new Picture(text))))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(text.toString());
        assertThatThrownBy(() -> build("e1", List.of())).isInstanceOf(DatasetException.class);
    }

    @Test
    void oneWriterAtATime() {
        FeatureCache.Source outer = new FeatureCache.Source("e1", TRANSFORM, 3, pixels -> {
            build("e1", pictures);
            return encode(pixels);
        });
        assertThatThrownBy(() -> FeatureCache.build(folder.resolve("cache"), outer, pictures, (done, total) -> {}))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("are being written by this process already");
    }

    @Test
    void severalThreadsRead() {
        FeatureCache cache = build("e1", pictures);
        assertThat(IntStream.range(0, 2_000)
                        .parallel()
                        .filter(i -> first(cache, i % 7) != 10 * (i % 7))
                        .count())
                .isZero();
    }

    private FeatureCache build(String encoder, List<Picture> wanted) {
        return FeatureCache.build(folder.resolve("cache"), source(encoder), wanted, (done, total) -> {});
    }

    private FeatureCache.Source source(String encoder) {
        return new FeatureCache.Source(encoder, TRANSFORM, 3, this::encode);
    }

    /** Three places of two channels that count up in halves from the first pixel. */
    private HostTensor encode(HostTensor pixels) {
        int n = (int) pixels.shape().dim(0);
        encoded.addAndGet(n);
        HostTensor features = HostTensor.allocate(DType.FLOAT32, Shape.of(n, 3, 2));
        int bytes = pixels.bytes().remaining() / n;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < 6; j++) {
                features.bytes().putFloat(4 * (6 * i + j), (pixels.bytes().get(i * bytes) & 0xff) + j / 2f);
            }
        }
        return features;
    }

    private static float first(FeatureCache cache, int picture) {
        return cache.read(picture).floats().get(0);
    }

    private static Path draw(Path file, int grey) throws IOException {
        BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < SIZE * SIZE; i++) {
            picture.setRGB(i % SIZE, i / SIZE, grey * 0x010101);
        }
        ImageIO.write(picture, "png", file.toFile());
        return file;
    }

    private Path find(String name) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            return files.filter(file -> file.endsWith(name)).findFirst().orElseThrow();
        }
    }

    private static void truncate(Path file, long size) throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            access.setLength(size);
        }
    }
}
