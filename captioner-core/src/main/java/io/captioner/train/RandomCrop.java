package io.captioner.train;

import io.captioner.OptionException;
import io.captioner.image.RgbImage;
import java.util.Random;

/**
 * A part of a picture, drawn as in Szegedy et al. 2015 and torchvision's {@code RandomResizedCrop}: its share of the area evenly from the
 * least to all, its width over its height between 3/4 and 4/3, evenly on a logarithmic scale.
 *
 * @param minimumShare of the area; above 0, at most 1, where the whole picture is taken
 */
record RandomCrop(double minimumShare) {
    static final RandomCrop NONE = new RandomCrop(1);

    private static final double WIDEST = 4 / 3d;
    private static final int TRIES = 10;

    RandomCrop {
        if (!(minimumShare > 0 && minimumShare <= 1)) {
            throw new OptionException("share of a crop is " + minimumShare + "; it must be above 0 and at most 1");
        }
    }

    boolean wanted() {
        return minimumShare < 1;
    }

    /** The whole picture where no part that was drawn lies within it. */
    RgbImage of(RgbImage image, long seed) {
        // java.util.Random: its sequence is part of the Java specification
        Random random = new Random(seed);
        double area = (double) image.width() * image.height();
        for (int i = 0; i < TRIES; i++) {
            double share = minimumShare + (1 - minimumShare) * random.nextDouble();
            double ratio = StrictMath.pow(WIDEST, 2 * random.nextDouble() - 1);
            int width = (int) Math.round(Math.sqrt(share * area * ratio));
            int height = (int) Math.round(Math.sqrt(share * area / ratio));
            if (width >= 1 && height >= 1 && width <= image.width() && height <= image.height()) {
                int left = random.nextInt(image.width() - width + 1);
                int top = random.nextInt(image.height() - height + 1);
                return image.part(left, top, width, height);
            }
        }
        return image;
    }
}
