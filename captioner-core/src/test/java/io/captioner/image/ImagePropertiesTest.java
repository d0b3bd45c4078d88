package io.captioner.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.captioner.ImageException;
import io.captioner.ImageInput;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class ImagePropertiesTest {
    /** Small, so that a mutated header cannot ask for much. */
    private final ImageDecoder decoder = new ImageDecoder(4_000_000);

    private static final List<byte[]> SEEDS = seeds();

    @Property(tries = 200)
    void resizingToItsOwnSizeChangesNothing(
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll @IntRange(min = 1, max = 40) int height,
            @ForAll long seed,
            @ForAll Filter filter) {
        RgbImage image = Pictures.noise(width, height, seed);
        assertThat(resize(image, width, height, filter)).isEqualTo(Pictures.planar(image));
    }

    @Property(tries = 300)
    void aPictureOfOneColourStaysSo(
            @ForAll @IntRange(min = 1, max = 60) int width,
            @ForAll @IntRange(min = 1, max = 60) int height,
            @ForAll @IntRange(min = 1, max = 60) int toWidth,
            @ForAll @IntRange(min = 1, max = 60) int toHeight,
            @ForAll byte value,
            @ForAll Filter filter) {
        byte[] samples = new byte[3 * width * height];
        Arrays.fill(samples, value);
        byte[] resized = resize(new RgbImage(width, height, samples), toWidth, toHeight, filter);
        assertThat(resized).hasSize(3 * toWidth * toHeight).containsOnly(value);
    }

    @Property(tries = 300)
    void bilinearStaysWithinTheRangeOfThePicture(
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll @IntRange(min = 1, max = 40) int height,
            @ForAll @IntRange(min = 1, max = 60) int toWidth,
            @ForAll @IntRange(min = 1, max = 60) int toHeight,
            @ForAll long seed) {
        RgbImage image = Pictures.noise(width, height, seed);
        for (int i = 0; i < image.samples().length; i++) {
            image.samples()[i] = (byte) (60 + (image.samples()[i] & 0x7f));
        }
        for (byte sample : resize(image, toWidth, toHeight, Filter.BILINEAR)) {
            assertThat(sample & 0xff).isBetween(60, 187);
        }
    }

    @Property(tries = 200)
    void aWindowIsAPartOfTheWhole(
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll @IntRange(min = 1, max = 40) int height,
            @ForAll @IntRange(min = 1, max = 60) int toWidth,
            @ForAll @IntRange(min = 1, max = 300) int toHeight,
            @ForAll long seed,
            @ForAll Filter filter) {
        Random random = new Random(seed);
        int left = random.nextInt(toWidth);
        int top = random.nextInt(toHeight);
        var window = new Resizing.Window(left, top, toWidth - left, toHeight - top);
        RgbImage image = Pictures.noise(width, height, seed);
        byte[] whole = resize(image, toWidth, toHeight, filter);
        byte[] part = Resizing.begin(image, toWidth, toHeight, filter, window).finish();
        for (int row = 0; row < 3 * window.height(); row++) {
            int from = ((row / window.height() * toHeight) + top + row % window.height()) * toWidth + left;
            assertThat(Arrays.copyOfRange(part, row * window.width(), (row + 1) * window.width()))
                    .isEqualTo(Arrays.copyOfRange(whole, from, from + window.width()));
        }
    }

    @Property(tries = 3000)
    void damagedFilesAreReadOrRefusedAndNothingElse(@ForAll("damaged") byte[] content) {
        long start = System.nanoTime();
        try {
            RgbImage image = decoder.decode(ImageInput.of(content));
            assertThat(image.samples()).hasSize(3 * image.width() * image.height());
        } catch (ImageException e) {
            assertThat(e).hasMessageContaining(content.length + " bytes");
        }
        assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
    }

    @Property(tries = 500)
    void randomBytesAreRefused(@ForAll byte[] content) {
        try {
            decoder.decode(ImageInput.of(content));
        } catch (ImageException e) {
            assertThat(e.kind()).isNotNull();
        }
    }

    /** A good file with a few bytes replaced, and perhaps cut or lengthened. */
    @Provide
    Arbitrary<byte[]> damaged() {
        return Arbitraries.longs().map(seed -> {
            Random random = new Random(seed);
            byte[] content = SEEDS.get(random.nextInt(SEEDS.size())).clone();
            // headers are short: half of all changes go there
            int changes = random.nextInt(6);
            for (int i = 0; i < changes; i++) {
                int range = random.nextBoolean() ? Math.min(64, content.length) : content.length;
                content[random.nextInt(range)] = (byte) random.nextInt(256);
            }
            return random.nextInt(3) == 0 ? Arrays.copyOf(content, random.nextInt(content.length + 20)) : content;
        });
    }

    private static byte[] resize(RgbImage image, int width, int height, Filter filter) {
        return Resizing.begin(image, width, height, filter, new Resizing.Window(0, 0, width, height))
                .finish();
    }

    private static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (String format : List.of("jpg", "png", "gif", "bmp", "tif")) {
            seeds.add(Pictures.encoded(Pictures.drawn(37, 23, BufferedImage.TYPE_3BYTE_BGR, 7), format));
        }
        // Java writes no WebP, and few kinds of the others
        Path pictures = Path.of(System.getProperty("captioner.fixtures", "../../shared/fixtures"), "image", "pictures");
        if (Files.isDirectory(pictures)) {
            try (var files = Files.list(pictures)) {
                for (Path file : files.sorted().toList()) {
                    seeds.add(Files.readAllBytes(file));
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        return seeds;
    }
}
