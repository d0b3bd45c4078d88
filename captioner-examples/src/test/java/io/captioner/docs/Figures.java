package io.captioner.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;

/** Draws the figures of the documents; run it to write them anew: {@code docs/figures/*.svg}. */
final class Figures {
    private static final String BOX = "#e8eef7";
    private static final String DONE = "#4c72b0";
    private static final String KEPT = "#dbe4f0";
    private static final int CELL = 22;
    private static final int WORDS = 8;

    private Figures() {}

    /** Writes them below the repository. */
    public static void main(String[] arguments) throws IOException {
        for (Map.Entry<String, String> figure : all().entrySet()) {
            Files.writeString(Markdown.root().resolve("docs/figures").resolve(figure.getKey()), figure.getValue());
        }
    }

    /** The text of each, by its file's name. */
    static Map<String, String> all() {
        return Map.of("attention.svg", attention(), "decoder-step.svg", decoderStep(), "cache.svg", cache());
    }

    /** Weights over a grid of places, as a softmax of energies gives them. */
    private static String attention() {
        Drawing drawing = new Drawing(620, 220, "Attention over a grid of 7 x 7 places");
        drawing.text(85, 20, "features a_i, L = 49")
                .text(310, 20, "α = softmax(e)")
                .text(530, 20, "context z");
        double[] alpha = new double[49];
        double sum = 0;
        for (int i = 0; i < 49; i++) {
            double distance = Math.pow(i / 7 - 4.0, 2) + Math.pow(i % 7 - 2.0, 2);
            alpha[i] = Math.exp(-distance / 2); // energies that fall with the square of the distance
            sum += alpha[i];
        }
        for (int i = 0; i < 49; i++) {
            int x = i % 7 * CELL;
            int y = 30 + i / 7 * CELL;
            drawing.cell(8 + x, y, KEPT, 1).cell(233 + x, y, DONE, alpha[i] / sum * 5);
        }
        drawing.arrow(170, 107, 225, 107).arrow(395, 107, 465, 107).box(470, 87, 120, 40, "Σ α_i a_i");
        drawing.arrow(310, 212, 310, 190).text(375, 208, "asked by h: e_i");
        return drawing.end();
    }

    private static String decoderStep() {
        Drawing drawing = new Drawing(700, 250, "One step of the attention LSTM");
        drawing.box(10, 20, 120, 36, "word w_t-1").box(170, 20, 120, 36, "embedding");
        drawing.box(10, 110, 120, 36, "features a")
                .box(170, 110, 120, 36, "attention")
                .box(330, 110, 90, 36, "gate f_beta");
        drawing.box(400, 20, 120, 36, "decode_step").box(560, 20, 120, 36, "fc");
        drawing.arrow(130, 38, 168, 38)
                .arrow(290, 38, 398, 38)
                .arrow(130, 128, 168, 128)
                .arrow(290, 128, 328, 128);
        drawing.arrow(400, 110, 440, 58)
                .arrow(520, 38, 558, 38)
                .text(540, 30, "h_t")
                .text(620, 74, "logits y_t");
        drawing.arrow(475, 56, 475, 190).text(520, 150, "h_t, c_t: next step");
        drawing.line(475, 190, 230, 190).arrow(230, 190, 230, 148).arrow(375, 190, 375, 148);
        drawing.text(300, 206, "h_t-1 asks, and opens the gate").text(230, 240, "α_t: where it looked");
        drawing.text(308, 121, "z");
        return drawing.end();
    }

    /** Which pairs of words are worked out at the last word of eight. */
    private static String cache() {
        Drawing drawing = new Drawing(520, 250, "The work of the eighth word, without and with kept keys and values");
        drawing.text(105, 20, "computed again").text(365, 20, "kept");
        for (int row = 0; row < WORDS; row++) {
            for (int column = 0; column <= row; column++) {
                boolean last = row == WORDS - 1;
                drawing.cell(20 + column * CELL, 30 + row * CELL, DONE, 1);
                drawing.cell(280 + column * CELL, 30 + row * CELL, last ? DONE : KEPT, 1);
            }
        }
        drawing.text(105, 228, "t words: t² scores, t passes").text(365, 228, "t words: t scores, 1 pass");
        return drawing.end();
    }

    /** A picture under way. */
    private static final class Drawing {
        private final StringBuilder svg = new StringBuilder();

        Drawing(int width, int height, String title) {
            add(
                    "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %d %d'"
                            + " font-family='sans-serif' font-size='13' text-anchor='middle'>",
                    width, height, width, height);
            add("<title>%s</title>", title);
            add("<defs><marker id='tip' viewBox='0 0 8 8' refX='7' refY='4' markerWidth='7' markerHeight='7'"
                    + " orient='auto'><path d='M0 0 8 4 0 8z'/></marker></defs>");
            add("<rect width='%d' height='%d' fill='white'/>", width, height);
        }

        Drawing box(int x, int y, int width, int height, String text) {
            add(
                    "<rect x='%d' y='%d' width='%d' height='%d' rx='4' fill='%s' stroke='black'/>",
                    x, y, width, height, BOX);
            return text(x + width / 2, y + height / 2 + 4, text);
        }

        Drawing cell(int x, int y, String colour, double share) {
            add(
                    "<rect x='%d' y='%d' width='%d' height='%d' fill='%s' fill-opacity='%.3f' stroke='#999'/>",
                    x, y, CELL - 2, CELL - 2, colour, Math.min(1, share));
            return this;
        }

        Drawing text(int x, int y, String text) {
            add("<text x='%d' y='%d'>%s</text>", x, y, text);
            return this;
        }

        Drawing line(int fromX, int fromY, int toX, int toY) {
            add("<path d='M%d %d %d %d' stroke='black'/>", fromX, fromY, toX, toY);
            return this;
        }

        Drawing arrow(int fromX, int fromY, int toX, int toY) {
            add("<path d='M%d %d %d %d' stroke='black' marker-end='url(#tip)'/>", fromX, fromY, toX, toY);
            return this;
        }

        String end() {
            return svg + "</svg>\n";
        }

        private void add(String form, Object... values) {
            svg.append(String.format(Locale.ROOT, form, values)).append('\n');
        }
    }
}
