package io.captioner.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.ImageException;
import io.captioner.ImageException.Kind;
import io.captioner.ImageInput;
import io.captioner.OptionException;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
    private final ImageDecoder decoder = new ImageDecoder();

    @Test
    void readsFileStreamBytesAndAddressAlike(@TempDir Path folder) throws Exception {
        byte[] png = Pictures.encoded(Pictures.drawn(31, 17, BufferedImage.TYPE_INT_RGB, 1), "png");
        Path file = Files.write(folder.resolve("a picture.png"), png);
        byte[] expected = decoder.decode(ImageInput.of(png)).samples();
        assertThat(decoder.decode(ImageInput.of(file)).samples()).isEqualTo(expected);
        assertThat(decoder.decode(ImageInput.of(new ByteArrayInputStream(png))).samples())
                .isEqualTo(expected);
        assertThat(decoder.decode(ImageInput.of(file.toUri())).samples()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_INT_BGR, BufferedImage.TYPE_INT_ARGB,
                BufferedImage.TYPE_INT_ARGB_PRE, BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_4BYTE_ABGR,
                BufferedImage.TYPE_4BYTE_ABGR_PRE
            })
    void readsEveryTypeOfPictureInMemory(int type) {
        BufferedImage picture = Pictures.drawn(31, 17, type, 2);
        RgbImage actual = decoder.decode(ImageInput.of(picture));
        assertSamplesAreThoseOf(picture, actual);
    }

    @Test
    void readsPartsOfPicturesInMemory() {
        for (int type :
                new int[] {BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_BYTE_INDEXED}) {
            BufferedImage part = Pictures.drawn(31, 17, type, 3).getSubimage(5, 4, 20, 9);
            assertSamplesAreThoseOf(part, decoder.decode(ImageInput.of(part)));
        }
    }

    @Test
    void keepsTheColoursUnderTransparency() {
        BufferedImage picture = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
        picture.setRGB(0, 0, 0x00123456);
        assertThat(decoder.decode(ImageInput.of(picture)).samples()).containsExactly(0x12, 0x34, 0x56);
    }

    @Test
    void takesGreyAsItIsStored() {
        BufferedImage picture = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
        picture.getRaster().setSample(0, 0, 0, 100);
        assertThat(decoder.decode(ImageInput.of(picture)).samples()).containsExactly(100, 100, 100);
    }

    @Test
    void takesTheHighByteOf16BitGrey() {
        BufferedImage picture = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
        picture.getRaster().setSample(0, 0, 0, 0x4cff);
        assertThat(decoder.decode(ImageInput.of(picture)).samples()).containsExactly(0x4c, 0x4c, 0x4c);
    }

    @Test
    void readsCustomPicturesOf16BitColours() {
        var colours = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false, Transparency.OPAQUE, DataBuffer.TYPE_USHORT);
        var raster = Raster.createInterleavedRaster(DataBuffer.TYPE_USHORT, 1, 1, 3, null);
        raster.setPixel(0, 0, new int[] {0x11ff, 0x2200, 0x3380});
        BufferedImage picture = new BufferedImage(colours, raster, false, null);
        assertThat(picture.getType()).isEqualTo(BufferedImage.TYPE_CUSTOM);
        assertThat(decoder.decode(ImageInput.of(picture)).samples()).containsExactly(0x11, 0x22, 0x33);
    }

    @Test
    void readsJpegWithoutMarkersThatNameItsColours() {
        BufferedImage picture = Pictures.drawn(64, 48, BufferedImage.TYPE_3BYTE_BGR, 4);
        byte[] jpeg = Pictures.encoded(picture, "jpg");
        int jfif = 2 + 2 + ((jpeg[4] & 0xff) << 8 | jpeg[5] & 0xff);
        byte[] bare = new byte[jpeg.length - jfif + 2];
        bare[0] = jpeg[0];
        bare[1] = jpeg[1];
        System.arraycopy(jpeg, jfif, bare, 2, jpeg.length - jfif);
        assertThat(decoder.decode(ImageInput.of(bare)).samples())
                .isEqualTo(decoder.decode(ImageInput.of(jpeg)).samples());
    }

    @Test
    void refusesWhatIsNoFile(@TempDir Path folder) throws Exception {
        assertRefused(ImageInput.of(folder.resolve("none.jpg")), Kind.NOT_FOUND, "none.jpg does not exist");
        assertRefused(ImageInput.of(folder), Kind.UNREADABLE, "it is a folder");
        assertRefused(ImageInput.of(folder.resolve("none.jpg").toUri()), Kind.NOT_FOUND, "none.jpg does not exist");
        Path empty = Files.createFile(folder.resolve("empty.jpg"));
        assertRefused(ImageInput.of(empty), Kind.EMPTY, "empty.jpg is empty");
        Path text = Files.writeString(folder.resolve("text.jpg"), "Dear reader,\nthis is text.\n");
        assertRefused(ImageInput.of(text), Kind.NOT_AN_IMAGE, "its content is text");
    }

    @Test
    void refusesMorePixelsThanTheLimit() {
        ImageInput picture =
                ImageInput.of(Pictures.encoded(Pictures.drawn(20, 10, BufferedImage.TYPE_INT_RGB, 5), "png"));
        assertThat(new ImageDecoder(200).decode(picture)).hasToString("20 x 10");
        assertThatThrownBy(() -> new ImageDecoder(199).decode(picture))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TOO_LARGE))
                .hasMessageContaining("20 x 10")
                .hasMessageContaining("199");
        assertThatThrownBy(() -> new ImageDecoder(0))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("0 pixels");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpg", "png", "bmp", "tif"})
    void findsEveryTruncation(String format) {
        byte[] whole = Pictures.encoded(Pictures.drawn(40, 30, BufferedImage.TYPE_3BYTE_BGR, 6), format);
        for (int length = 1; length < whole.length; length += 1 + length / 50) {
            byte[] cut = java.util.Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> decoder.decode(ImageInput.of(cut)))
                    .as("%s of %d bytes", format, cut.length)
                    .isInstanceOf(ImageException.class);
        }
    }

    private void assertRefused(ImageInput input, Kind kind, String text) {
        assertThatThrownBy(() -> decoder.decode(input))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(text);
    }

    private static void assertSamplesAreThoseOf(BufferedImage expected, RgbImage actual) {
        assertThat(actual).hasToString(expected.getWidth() + " x " + expected.getHeight());
        byte[] samples = new byte[actual.samples().length];
        for (int i = 0; i < samples.length; i++) {
            int pixel = i / 3;
            int rgb = expected.getRGB(pixel % expected.getWidth(), pixel / expected.getWidth());
            samples[i] = (byte) (rgb >> 16 - 8 * (i % 3));
        }
        assertThat(actual.samples()).isEqualTo(samples);
    }
}
