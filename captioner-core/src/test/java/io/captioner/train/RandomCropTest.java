package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.captioner.image.RgbImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RandomCropTest {
    private static final int WIDTH = 120;
    private static final int HEIGHT = 90;

    private final RgbImage picture = coordinates();

    @Test
    void takesPartsOfTheSharesAndShapesItSays() {
        List<Double> shares = new ArrayList<>();
        for (int seed = 0; seed < 2000; seed++) {
            RgbImage part = new RandomCrop(0.25).of(picture, Seeds.mix(3, 4, seed));
            shares.add((double) part.width() * part.height() / (WIDTH * HEIGHT));
            assertThat((double) part.width() / part.height()).isBetween(0.72, 1.38);
        }
        assertThat(shares).allSatisfy(share -> assertThat(share).isBetween(0.24, 1.0));
        // Large parts of the wrong shape do not fit, and are drawn again: of share s and ratio r fits what has
        // r >= 4/3 s, which is all up to s = 9/16 and from there -ln(s) / (2 ln(4/3)) of it. So the mean is 0.521.
        assertThat(shares.stream().mapToDouble(share -> share).average().orElseThrow())
                .isCloseTo(0.521, within(0.015));
    }

    @Test
    void cutsARectangleOutOfThePicture() {
        Set<Integer> lefts = new HashSet<>();
        for (int seed = 0; seed < 300; seed++) {
            RgbImage part = new RandomCrop(0.1).of(picture, Seeds.mix(5, 4, seed));
            byte[] samples = part.samples();
            int left = samples[0];
            int top = samples[1];
            lefts.add(left);
            int last = samples.length - 3;
            assertThat((int) samples[last]).isEqualTo(left + part.width() - 1);
            assertThat((int) samples[last + 1]).isEqualTo(top + part.height() - 1);
        }
        assertThat(lefts).hasSizeGreaterThan(50);
    }

    @Test
    void isTheSameForTheSameSeedOnly() {
        RandomCrop crop = new RandomCrop(0.3);
        assertThat(crop.of(picture, 8).samples()).isEqualTo(crop.of(picture, 8).samples());
        assertThat(crop.of(picture, 8).samples())
                .isNotEqualTo(crop.of(picture, 9).samples());
    }

    @Test
    void leavesAPictureWholeThatIsFarTooWide() {
        RgbImage wide = new RgbImage(400, 2, new byte[2400]);
        assertThat(new RandomCrop(0.9).of(wide, 1)).isSameAs(wide);
    }

    @Test
    void isDrawnAnewInEachEpoch() {
        Set<Long> seeds = new HashSet<>();
        int items = 0;
        for (int epoch = 0; epoch < 3; epoch++) {
            for (List<BatchPlan.Item> batch : BatchPlan.training(Recipes.captions(0), 2, 2, true, 3, epoch)) {
                for (BatchPlan.Item item : batch) {
                    seeds.add(item.seed());
                    items++;
                }
            }
        }
        assertThat(seeds).hasSize(items);
    }

    /** Red tells how far right a pixel is, green how far down. */
    private static RgbImage coordinates() {
        byte[] samples = new byte[3 * WIDTH * HEIGHT];
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            samples[3 * i] = (byte) (i % WIDTH);
            samples[3 * i + 1] = (byte) (i / WIDTH);
        }
        return new RgbImage(WIDTH, HEIGHT, samples);
    }
}
