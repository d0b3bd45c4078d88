package io.captioner.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.ImageException;
import io.captioner.ImageInput;
import io.captioner.image.ImageTransform;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PicturesTest {
    private final ImageTransform transform = ImageTransform.squash(4);

    private static ImageInput grey(int level) {
        BufferedImage picture = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 64; i++) {
            picture.setRGB(i % 8, i / 8, new Color(level, level, level).getRGB());
        }
        return ImageInput.of(picture);
    }

    private static ImageInput damaged(String content) {
        return ImageInput.of(content.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void keepsTheOrderOfAHundredPicturesReadByThreads() {
        List<ImageInput> pictures =
                IntStream.range(0, 100).mapToObj(PicturesTest::grey).toList();

        assertThat(Pictures.read(transform, pictures).bytes())
                .isEqualTo(transform.apply(pictures).bytes());
    }

    @Test
    void failsWithAPictureThatCannotBeReadWhereverItStands() {
        for (int at : new int[] {0, 7, 19}) {
            List<ImageInput> pictures = new ArrayList<>(
                    IntStream.range(0, 20).mapToObj(PicturesTest::grey).toList());
            pictures.set(at, damaged("no picture"));

            assertThatThrownBy(() -> Pictures.read(transform, pictures))
                    .isInstanceOf(ImageException.class)
                    .extracting(failure -> ((ImageException) failure).kind())
                    .isEqualTo(ImageException.Kind.NOT_AN_IMAGE);
        }
    }

    @Test
    void failsWithTheFirstOfSeveralInTheirOrder() {
        ImageInput empty = damaged("");
        List<ImageInput> pictures = List.of(grey(1), empty, grey(2), damaged("no picture"));

        assertThatThrownBy(() -> Pictures.read(transform, pictures)).hasMessage(messageOf(empty));
    }

    private String messageOf(ImageInput picture) {
        try {
            transform.pixels(picture);
        } catch (ImageException e) {
            return e.getMessage();
        }
        throw new AssertionError("read " + picture);
    }
}
