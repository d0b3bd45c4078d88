package io.captioner.examples;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Polygon;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Pictures of two coloured shapes, drawn by chance, each with the sentence that is true of it. */
public final class DrawnShapes {
    private static final int SIZE = 64;
    private static final List<String> COLOURS = List.of("red", "green", "blue", "yellow");
    private static final List<Color> PAINTS =
            List.of(new Color(210, 40, 40), new Color(40, 160, 60), new Color(50, 80, 210), new Color(230, 200, 40));
    private static final List<String> SHAPES = List.of("circle", "square", "triangle");

    private DrawnShapes() {}

    /**
     * A picture and its caption.
     *
     * @param picture 64 x 64
     * @param caption for example {@code a red circle above a blue square}
     */
    public record Drawing(BufferedImage picture, String caption) {}

    /** Draws so many pictures; another seed draws others. */
    public static List<Drawing> draw(int count, long seed) {
        Random random = new Random(seed);
        return Stream.generate(() -> draw(random)).limit(count).toList();
    }

    // One shape is wholly above the other or wholly left of it, so there is one true sentence: the upper or left one
    // comes first.
    private static Drawing draw(Random random) {
        BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        int grey = 225 + random.nextInt(30);
        graphics.setColor(new Color(grey, grey, grey));
        graphics.fillRect(0, 0, SIZE, SIZE);
        boolean above = random.nextBoolean();
        String first =
                shape(graphics, random, above ? 20 + random.nextInt(24) : 16, above ? 16 : 20 + random.nextInt(24));
        String second =
                shape(graphics, random, above ? 20 + random.nextInt(24) : 48, above ? 48 : 20 + random.nextInt(24));
        graphics.dispose();
        return new Drawing(picture, "a " + first + (above ? " above a " : " left of a ") + second);
    }

    /** Writes pictures and {@code captions.csv} (image,caption) into a folder. */
    public static void write(Path folder, int count, long seed) throws IOException {
        Files.createDirectories(folder);
        StringBuilder captions = new StringBuilder("image,caption\n");
        List<Drawing> drawings = draw(count, seed);
        for (int i = 0; i < count; i++) {
            Drawing drawing = drawings.get(i);
            String name = String.format("shape%05d.png", i);
            ImageIO.write(drawing.picture(), "png", folder.resolve(name).toFile());
            captions.append(name).append(',').append(drawing.caption()).append('\n');
        }
        Files.writeString(folder.resolve("captions.csv"), captions);
    }

    private static String shape(Graphics2D graphics, Random random, int x, int y) {
        int colour = random.nextInt(COLOURS.size());
        int shape = random.nextInt(SHAPES.size());
        int radius = 9 + random.nextInt(4);
        graphics.setColor(PAINTS.get(colour));
        switch (SHAPES.get(shape)) {
            case "circle" -> graphics.fillOval(x - radius, y - radius, 2 * radius, 2 * radius);
            case "square" -> graphics.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
            default ->
                graphics.fillPolygon(new Polygon(
                        new int[] {x - radius, x, x + radius}, new int[] {y + radius, y - radius, y + radius}, 3));
        }
        return COLOURS.get(colour) + " " + SHAPES.get(shape);
    }
}
