package io.captioner.examples;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Digits of 28 x 28 pixels, drawn by chance from seven strokes, each with the words for it. */
public final class DrawnDigits {
    /** Height and width. */
    public static final int SIZE = 28;

    private static final List<String> NAMES =
            List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine");

    /** Strokes by digit: top, upper left, upper right, middle, lower left, lower right, bottom. */
    private static final List<String> STROKES = List.of(
            "1110111", "0010010", "1011101", "1011011", "0111010", "1101011", "1101111", "1010010", "1111111",
            "1111011");

    /** Ends of the strokes, in units of the digit's width and of half its height. */
    private static final double[][] ENDS = {
        {0, 0, 1, 0}, {0, 0, 0, 1}, {1, 0, 1, 1}, {0, 1, 1, 1}, {0, 1, 0, 2}, {1, 1, 1, 2}, {0, 2, 1, 2}
    };

    private DrawnDigits() {}

    /**
     * A picture and its caption.
     *
     * @param picture 28 x 28
     * @param caption for example {@code a bold seven}
     */
    public record Drawing(BufferedImage picture, String caption) {}

    /** Draws so many pictures; another seed draws others. */
    public static List<Drawing> draw(int count, long seed) {
        Random random = new Random(seed);
        return Stream.generate(() -> draw(random)).limit(count).toList();
    }

    private static Drawing draw(Random random) {
        BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        int digit = random.nextInt(NAMES.size());
        boolean bold = random.nextBoolean();
        graphics.setStroke(new BasicStroke(bold ? 4.5f : 1.5f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        double left = 8 + 3 * random.nextDouble();
        double top = 4 + 3 * random.nextDouble();
        double width = 8 + 2 * random.nextDouble();
        double half = 7.5 + 2 * random.nextDouble();
        for (int stroke = 0; stroke < ENDS.length; stroke++) {
            if (STROKES.get(digit).charAt(stroke) == '1') {
                double[] ends = ENDS[stroke];
                graphics.draw(new Line2D.Double(
                        left + width * ends[0], top + half * ends[1], left + width * ends[2], top + half * ends[3]));
            }
        }
        graphics.dispose();
        return new Drawing(picture, "a " + (bold ? "bold " : "thin ") + NAMES.get(digit));
    }

    /** Writes pictures and {@code captions.csv} (image,caption) into a folder. */
    public static void write(Path folder, int count, long seed) throws IOException {
        Files.createDirectories(folder);
        StringBuilder captions = new StringBuilder("image,caption\n");
        List<Drawing> drawings = draw(count, seed);
        for (int i = 0; i < count; i++) {
            String name = String.format("digit%05d.png", i);
            ImageIO.write(drawings.get(i).picture(), "png", folder.resolve(name).toFile());
            captions.append(name).append(',').append(drawings.get(i).caption()).append('\n');
        }
        Files.writeString(folder.resolve("captions.csv"), captions);
    }
}
