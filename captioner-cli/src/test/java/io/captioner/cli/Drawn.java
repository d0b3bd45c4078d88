package io.captioner.cli;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** Pictures drawn by the tests. */
final class Drawn {
    private static final Color[] COLOURS = {Color.RED, Color.BLUE, Color.GREEN, Color.YELLOW};
    private static final String[] NAMES = {"red", "blue", "green", "yellow"};

    private Drawn() {}

    /** A circle or a square; which one and of what colour follows from the number. */
    static Path picture(Path file, int number) throws IOException {
        BufferedImage picture = new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(COLOURS[number % COLOURS.length]);
        if (isCircle(number)) {
            graphics.fillOval(8, 8, 24, 24);
        } else {
            graphics.fillRect(8, 8, 24, 24);
        }
        graphics.dispose();
        ImageIO.write(picture, "png", file.toFile());
        return file;
    }

    /** Eight by eight squares of random grey: no two look alike, also to a perceptual hash. */
    static Path noise(Path file, int seed) throws IOException {
        Random random = new Random(seed);
        BufferedImage picture = new BufferedImage(64, 64, BufferedImage.TYPE_BYTE_GRAY);
        for (int square = 0; square < 64; square++) {
            int grey = random.nextInt(256);
            for (int pixel = 0; pixel < 64; pixel++) {
                picture.getRaster().setSample(square % 8 * 8 + pixel % 8, square / 8 * 8 + pixel / 8, 0, grey);
            }
        }
        ImageIO.write(picture, "png", file.toFile());
        return file;
    }

    static String caption(int number) {
        return "a " + NAMES[number % NAMES.length] + (isCircle(number) ? " circle" : " square");
    }

    private static boolean isCircle(int number) {
        return number / COLOURS.length % 2 == 0;
    }

    /** A data set of drawn pictures in Karpathy's format; the pictures lie beside it. */
    static Path dataset(Path folder, String... splits) throws IOException {
        String images = IntStream.range(0, splits.length)
                .mapToObj(i -> "{\"filename\": \"" + i + ".png\", \"cocoid\": " + (100 + i) + ", \"split\": \""
                        + splits[i]
                        + "\", \"sentences\": [{\"raw\": \"" + caption(i) + "\"}, {\"raw\": \"There is " + caption(i)
                        + ".\"}]}")
                .reduce((one, other) -> one + ", " + other)
                .orElse("");
        for (int i = 0; i < splits.length; i++) {
            picture(folder.resolve(i + ".png"), i);
        }
        return Files.writeString(
                folder.resolve("dataset.json"), "{\"dataset\": \"drawn\", \"images\": [" + images + "]}");
    }
}
