package io.captioner.train;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** A data set drawn on the spot: a coloured square at the top or at the bottom of a black picture, with two captions each. */
final class Squares {
    private static final String[] NAMES = {"red", "green", "blue", "white"};
    private static final Color[] COLOURS = {Color.RED, Color.GREEN, Color.BLUE, Color.WHITE};
    private static final int SIZE = 16;

    private Squares() {}

    /** Pictures and a Karpathy JSON file beside them; every fourth picture is in the dev split. */
    static Path draw(Path folder, int pictures) throws IOException {
        Files.createDirectories(folder);
        Random random = new Random(5);
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < pictures; i++) {
            int colour = i % NAMES.length;
            boolean top = i / NAMES.length % 2 == 0;
            BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
            Graphics2D graphics = picture.createGraphics();
            graphics.setColor(COLOURS[colour]);
            graphics.fillRect(random.nextInt(8), top ? random.nextInt(2) : 8 + random.nextInt(2), 6, 6);
            graphics.dispose();
            String file = "square-" + i + ".png";
            ImageIO.write(picture, "png", folder.resolve(file).toFile());
            String first = "a " + NAMES[colour] + " square at the " + (top ? "top" : "bottom");
            String second = "there is a " + NAMES[colour] + " square " + (top ? "above" : "below");
            String split = i / 8 % 4 == 3 ? "val" : "train";
            entries.add("{\"filename\": \"" + file + "\", \"imgid\": " + i + ", \"split\": \"" + split
                    + "\", \"sentences\": [" + sentence(first) + ", " + sentence(second) + "]}");
        }
        Path json = folder.resolve("dataset.json");
        Files.writeString(json, "{\"images\": [" + String.join(",\n", entries) + "], \"dataset\": \"squares\"}");
        return json;
    }

    private static String sentence(String text) {
        return "{\"tokens\": [\"" + text.replace(" ", "\", \"") + "\"], \"raw\": \"" + text + "\"}";
    }
}
