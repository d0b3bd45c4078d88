package io.captioner.report;

import io.captioner.AttentionMap;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/**
 * Where the model looked, as a picture to lay over a photo: dark and veiled where it did not look, clear, bright and warm where it did.
 * Lightness and opacity run one way along the scale, so that it is read without telling red from green.
 */
final class HeatMap {
    private static final int SIDE = 56;
    private static final IndexColorModel SCALE = scale();

    private HeatMap() {}

    /** Whether some place is looked at more than another: a model without attention looks at all alike. */
    static boolean isTelling(AttentionMap map) {
        float least = Float.MAX_VALUE;
        float most = 0;
        for (float weight : map.weights()) {
            least = Math.min(least, weight);
            most = Math.max(most, weight);
        }
        return most > least * 1.001f;
    }

    /** Address of a PNG, {@code data:image/png;base64,...}; the strongest place has the full colour, no weight has none. */
    static String data(AttentionMap map) {
        double[] fine = smooth(map);
        double most = 0;
        for (double weight : fine) {
            most = Math.max(most, weight);
        }
        BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_INDEXED, SCALE);
        for (int i = 0; i < fine.length; i++) {
            int level = most > 0 ? (int) Math.round(255 * fine[i] / most) : 0;
            picture.getRaster().setSample(i % SIDE, i / SIDE, 0, level);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("a picture in memory is written to memory", e);
        }
        return "data:image/png;base64," + Picture.base64(bytes.toByteArray());
    }

    /** (SIDE, SIDE), row-major: the weights of the places as Gaussian bells around their centres, of a deviation of 0.6 places. */
    static double[] smooth(AttentionMap map) {
        double[][] rows = bells(map.rows());
        double[][] columns = bells(map.columns());
        double[][] across = new double[map.rows()][SIDE];
        for (int r = 0; r < map.rows(); r++) {
            for (int x = 0; x < SIDE; x++) {
                for (int c = 0; c < map.columns(); c++) {
                    across[r][x] += columns[x][c] * map.weight(r, c);
                }
            }
        }
        double[] fine = new double[SIDE * SIDE];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                for (int r = 0; r < map.rows(); r++) {
                    fine[y * SIDE + x] += rows[y][r] * across[r][x];
                }
            }
        }
        return fine;
    }

    /** (SIDE, places): how much of each place a pixel takes; sums to 1 over the places. */
    private static double[][] bells(int places) {
        double[][] shares = new double[SIDE][places];
        for (int pixel = 0; pixel < SIDE; pixel++) {
            double at = (pixel + 0.5) * places / SIDE - 0.5;
            double sum = 0;
            for (int place = 0; place < places; place++) {
                double distance = (at - place) / 0.6;
                shares[pixel][place] = Math.exp(-distance * distance / 2);
                sum += shares[pixel][place];
            }
            for (int place = 0; place < places; place++) {
                shares[pixel][place] /= sum;
            }
        }
        return shares;
    }

    private static IndexColorModel scale() {
        // anchors of the "inferno" scale (Smith and van der Walt, CC0), from no attention to the most
        int[][] anchors = {
            {0, 0, 4}, {40, 11, 84}, {101, 21, 110}, {159, 42, 99}, {212, 72, 66}, {245, 125, 21}, {252, 194, 65}
        };
        byte[][] channels = new byte[4][256];
        for (int level = 0; level < 256; level++) {
            double at = level / 255d * (anchors.length - 1);
            int below = (int) Math.min(at, anchors.length - 2);
            for (int c = 0; c < 3; c++) {
                channels[c][level] = (byte)
                        Math.round(anchors[below][c] + (at - below) * (anchors[below + 1][c] - anchors[below][c]));
            }
            // a veil where nothing is looked at, most colour half way up, and the photo itself to be seen at the peak
            channels[3][level] = (byte) Math.round(255 * (0.55 + 0.1 * Math.sin(Math.PI * level / 255)));
        }
        return new IndexColorModel(8, 256, channels[0], channels[1], channels[2], channels[3]);
    }
}
