package io.captioner.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import io.captioner.ImageException;
import io.captioner.ImageInput;
import io.captioner.OptionException;
import io.captioner.image.ImageTransform.Mode;
import io.captioner.image.ImageTransform.Rgb;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageTransformTest {
    @Test
    void makesABatchOfPlanarBytes() {
        ImageTransform transform = ImageTransform.squash(8);
        ImageInput first = ImageInput.of(Pictures.drawn(31, 17, BufferedImage.TYPE_INT_RGB, 1));
        ImageInput second = ImageInput.of(Pictures.drawn(5, 40, BufferedImage.TYPE_INT_RGB, 2));
        HostTensor batch = transform.apply(List.of(first, second));
        assertThat(batch.type()).isEqualTo(DType.UINT8);
        assertThat(batch.shape()).isEqualTo(Shape.of(2, 3, 8, 8));
        byte[] bytes = new byte[2 * 3 * 64];
        batch.bytes().get(bytes);
        assertThat(java.util.Arrays.copyOfRange(bytes, 192, 384)).isEqualTo(transform.pixels(second));
    }

    @Test
    void squashesToHeightAndWidth() {
        ImageTransform transform =
                new ImageTransform(Mode.SQUASH, 0, 2, 3, Filter.BICUBIC, new Rgb(0, 0, 0), new Rgb(1, 1, 1));
        RgbImage image = Pictures.noise(3, 2, 3);
        byte[] planes = transform.pixels(image);
        for (int i = 0; i < 18; i++) {
            assertThat(planes[i]).isEqualTo(image.samples()[i % 6 * 3 + i / 6]);
        }
    }

    @Test
    void padsWithBlackWhatTheCropMisses() {
        byte[] white = new byte[3 * 4 * 2];
        java.util.Arrays.fill(white, (byte) 255);
        byte[] planes = ImageTransform.resizeAndCrop(2, 4).pixels(new RgbImage(4, 2, white));
        assertThat(java.util.Arrays.copyOf(planes, 16))
                .containsExactly(0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0);
    }

    @Test
    void survivesPicturesOfExtremeShape() {
        for (ImageTransform transform : List.of(ImageTransform.squash(16), ImageTransform.resizeAndCrop(16, 16))) {
            assertThat(transform.pixels(Pictures.noise(200_000, 1, 4))).hasSize(768);
            assertThat(transform.pixels(Pictures.noise(1, 200_000, 5))).hasSize(768);
            assertThat(transform.pixels(Pictures.noise(1, 1, 6))).hasSize(768);
        }
    }

    @Test
    void isSavedAndLoadedAsJson() {
        Gson gson = new Gson();
        for (ImageTransform transform : List.of(
                ImageTransform.squash(224).withFilter(Filter.BICUBIC),
                ImageTransform.resizeAndCrop(256, 224)
                        .withNormalisation(new Rgb(0.1f, 0.2f, 0.3f), new Rgb(1, 2, 3)))) {
            assertThat(gson.fromJson(gson.toJson(transform), ImageTransform.class))
                    .isEqualTo(transform);
        }
    }

    @Test
    void refusesValuesOutsideOfTheirRange() {
        assertThatThrownBy(() -> ImageTransform.squash(0))
                .isInstanceOf(OptionException.class)
                .hasMessage("height of the image transform is 0; it must be between 1 and 8192");
        assertThatThrownBy(() -> ImageTransform.resizeAndCrop(-1, 4))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("resize");
        assertThatThrownBy(() -> ImageTransform.squash(4).withNormalisation(new Rgb(0, 0, 0), new Rgb(1, 0, 1)))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("std");
        assertThatThrownBy(() -> ImageTransform.squash(4).withNormalisation(new Rgb(0, Float.NaN, 0), new Rgb(1, 1, 1)))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("mean");
        assertThatThrownBy(() -> ImageTransform.squash(4).apply(List.of()))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("0 pictures");
    }

    @ParameterizedTest
    @CsvSource({"500, 375", "375, 500", "300, 1200", "40, 700", "700, 40", "1, 1", "64, 65"})
    void resizesWhileItDecodesAsAfterwards(int width, int height) {
        byte[] jpeg = Pictures.encoded(Pictures.drawn(width, height, BufferedImage.TYPE_3BYTE_BGR, 5), "jpg");
        ImageInput photo = ImageInput.of(jpeg);
        for (ImageTransform transform : List.of(
                ImageTransform.squash(260), ImageTransform.resizeAndCrop(256, 224), ImageTransform.squash(70))) {
            assertThat(transform.pixels(photo)).isEqualTo(transform.pixels(new ImageDecoder().decode(photo)));
        }
    }

    @Test
    void aPictureThatBreaksOffWhileItIsResizedIsAnError() {
        byte[] jpeg = Pictures.encoded(Pictures.drawn(500, 375, BufferedImage.TYPE_3BYTE_BGR, 5), "jpg");
        byte[] cut = Arrays.copyOf(jpeg, jpeg.length / 2);
        cut[cut.length - 2] = (byte) 0xff; // an end where there is none
        cut[cut.length - 1] = (byte) 0xd9;
        assertThatThrownBy(() -> ImageTransform.squash(260).pixels(ImageInput.of(cut)))
                .isInstanceOf(ImageException.class);
    }

    @ParameterizedTest
    @CsvSource({"false, 300", "true, 0"})
    void rowsAreCalledReadyWhenTheyAreFinal(boolean progressive, int leastReady) {
        byte[] jpeg = Pictures.jpeg(Pictures.drawn(400, 333, BufferedImage.TYPE_3BYTE_BGR, 9), progressive);
        List<byte[]> seen = new ArrayList<>();
        RgbImage picture = new ImageDecoder().decode(ImageInput.of(jpeg), new Rows() {
            private byte[] samples = new byte[0];

            @Override
            public void begin(RgbImage begun) {
                samples = begun.samples();
            }

            @Override
            public void ready(int count) {
                seen.add(Arrays.copyOf(samples, 3 * 400 * count));
            }
        });
        for (byte[] rows : seen) {
            assertThat(rows).isEqualTo(Arrays.copyOf(picture.samples(), rows.length));
        }
        int last = seen.isEmpty() ? 0 : seen.get(seen.size() - 1).length / 1200;
        assertThat(last).isGreaterThanOrEqualTo(leastReady);
    }
}
