package io.captioner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.captioner.SharedFiles;
import io.captioner.pack.ModelPackage;
import io.captioner.runtime.TinyPackage;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrateCommandTest {
    private static final int SIDE = 224;

    @TempDir
    Path folder;

    private final Random random = new Random(6);

    /** Of every second picture people say what the tiny model says of it; of the others they agree with each other alone. */
    private Path dataset(Path model) throws IOException {
        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        for (int i = 0; i < 84; i++) {
            Drawn.noise(pictures.resolve((100 + i) + ".png"), i);
        }
        List<String> said = Cli.run("caption", "--model", model, "--threads", 1, "--batch", 16, "--jsonl", pictures)
                .lines();
        List<Map<String, Object>> images = new ArrayList<>();
        for (int i = 0; i < said.size(); i++) {
            String text = JsonParser.parseString(said.get(i))
                    .getAsJsonObject()
                    .get("text")
                    .getAsString();
            String raw = i % 2 == 0 ? text : "nobody but people says number" + i;
            images.add(Map.of(
                    "filename",
                    (100 + i) + ".png",
                    "cocoid",
                    i,
                    "split",
                    i < 24 ? "train" : "val",
                    "sentences",
                    List.of(Map.of("raw", raw), Map.of("raw", raw))));
        }
        return Files.writeString(
                pictures.resolve("dataset.json"), new Gson().toJson(Map.of("dataset", "noise", "images", images)));
    }

    @Test
    void aCalibratedModelSaysHowSureItIs() throws IOException {
        Path model = TinyPackage.in(folder);
        Path out = folder.resolve("calibrated");
        Cli calibrated = Cli.run("calibrate", "--model", model, "--data", dataset(model), "--threads", 1, "--out", out);
        assertThat(calibrated.err()).contains("60 captions in ");
        assertThat(calibrated.code()).as(calibrated.err()).isZero();
        assertThat(calibrated.lines().get(0)).matches("photos +60 of val");
        assertThat(calibrated.out())
                .contains("the median of people")
                .containsPattern("separation +[01]\\.\\d{3}, worst quarter from best")
                .containsPattern("calibration error +0\\.\\d{3}")
                .containsPattern("unlike training +[0-3]\\.\\d %");
        assertThat(ModelPackage.load(out).reliability()).isNotNull();
        assertThat(Cli.run("inspect", out).lines())
                .anyMatch(line -> line.matches("good caption +\\d+\\.\\d{3} CIDEr-D or more, the median of people"))
                .anyMatch(line -> line.matches("good ones +\\d+\\.\\d % of the captions of val"))
                .anyMatch(line -> line.matches("separation +[01]\\.\\d{3}, .*area under the curve.*"))
                .anyMatch(line -> line.matches("calibration error +0\\.\\d{3}"))
                .anyMatch(line -> line.matches("unlike training +photos with an unfamiliarity above \\d+\\.\\d{3}"))
                .noneMatch(line -> line.startsWith("confidence"));
        assertThat(Cli.run("inspect", model).lines())
                .anyMatch(line -> line.matches("confidence +none; captioner calibrate adds it"));
        Cli exported = Cli.run("export", "--model", out, "--onnx", folder.resolve("calibrated.onnx"));
        assertThat(exported.code()).isZero();
        assertThat(exported.err().strip())
                .isEqualTo("captioner: the file writes captions alone; the package tiny-1 keeps its confidence");

        Path one = folder.resolve("pictures/101.png");
        Path strange = Drawn.picture(folder.resolve("strange.png"), 2);
        JsonArray captions = JsonParser.parseString(
                        Cli.run("caption", "--model", out, "--threads", 1, "--json", one, strange)
                                .out())
                .getAsJsonArray();
        for (JsonElement caption : captions) {
            assertThat(caption.getAsJsonObject().get("confidence").getAsDouble())
                    .isBetween(0.0, 1.0);
            assertThat(caption.getAsJsonObject().has("unlikeTraining")).isTrue();
        }
        JsonObject plain = JsonParser.parseString(Cli.run("caption", "--model", model, "--threads", 1, "--json", one)
                        .out())
                .getAsJsonObject();
        assertThat(plain.has("confidence") || plain.has("unlikeTraining")).isFalse();
        Path page = folder.resolve("page.html");
        Cli.run("caption", "--model", out, "--threads", 1, "--report", page, one);
        assertThat(page).content().contains("Confidence ");
    }

    @Test
    void whatCannotBeCalibratedIsRefused() throws IOException {
        Path model = TinyPackage.in(folder);
        Path data = Drawn.dataset(folder, "train", "val", "val");
        Path out = folder.resolve("out");
        Cli few = Cli.run("calibrate", "--model", model, "--data", data, "--threads", 1, "--out", out);
        assertThat(few.code()).isEqualTo(1);
        assertThat(few.err()).contains("20 of them at least, not 1").doesNotContain("captions in ");
        Path fewer = Drawn.dataset(
                Files.createDirectory(folder.resolve("small")),
                Stream.concat(Collections.nCopies(20, "train").stream(), Collections.nCopies(49, "val").stream())
                        .toArray(String[]::new));
        Cli small = Cli.run("calibrate", "--model", model, "--data", fewer, "--threads", 1, "--out", out);
        assertThat(small.code()).isEqualTo(1);
        assertThat(small.err()).contains("50 captioned photos at least, not 49").doesNotContain("captions in ");
        Cli none = Cli.run("calibrate", "--model", model, "--data", data, "--split", "test", "--out", out);
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.err()).contains("no picture in the split test");
        Cli both = Cli.run("calibrate", "--model", model, "--ensemble", model, "--data", data, "--out", out);
        assertThat(both.code()).isEqualTo(2);
        assertThat(both.err()).contains("'--ensemble'"); // one model is calibrated
        assertThat(out).doesNotExist();
    }

    /** The bundled model on a part of its dev split, against drawings and noise. */
    @Test
    void theBundledModelKnowsWhatItIsGoodAt() throws IOException {
        Path flickr = SharedFiles.beside("data/flickr8k");
        Path data = part(flickr.resolve("dataset_flickr8k.json"), 160, 240);
        Path out = folder.resolve("calibrated");
        Cli calibrated =
                Cli.run("calibrate", "--data", data, "--images", flickr.resolve("images"), "--batch", 16, "--out", out);
        assertThat(calibrated.code()).as(calibrated.err()).isZero();
        assertThat(number(calibrated.out(), "separation +([0-9.]+)")).isGreaterThanOrEqualTo(0.7);
        assertThat(number(calibrated.out(), "calibration error +([0-9.]+)")).isLessThan(0.15);
        double falseAlarms = number(calibrated.out(), "unlike training +([0-9.]+)") / 100;
        assertThat(falseAlarms).isLessThanOrEqualTo(0.05);

        double shapes = flagged(out, "shapes");
        double noise = flagged(out, "noise");
        assertThat((shapes + 1 - falseAlarms) / 2)
                .as("balanced accuracy, drawn shapes")
                .isGreaterThanOrEqualTo(0.95);
        assertThat((noise + 1 - falseAlarms) / 2).as("balanced accuracy, noise").isGreaterThanOrEqualTo(0.95);
    }

    private Path part(Path dataset, int train, int dev) throws IOException {
        JsonArray all = JsonParser.parseString(Files.readString(dataset))
                .getAsJsonObject()
                .getAsJsonArray("images");
        JsonArray some = new JsonArray();
        int trains = 0;
        int devs = 0;
        for (JsonElement image : all) {
            String split = image.getAsJsonObject().get("split").getAsString();
            if (split.equals("train") && trains++ < train || split.equals("val") && devs++ < dev) {
                some.add(image);
            }
        }
        JsonObject part = new JsonObject();
        part.addProperty("dataset", "part");
        part.add("images", some);
        return Files.writeString(folder.resolve("part.json"), part.toString());
    }

    /** Share of thirty pictures of a kind that are flagged. */
    private double flagged(Path model, String kind) throws IOException {
        Path pictures = Files.createDirectory(folder.resolve(kind));
        for (int i = 0; i < 30; i++) {
            BufferedImage picture = kind.equals("noise") ? noise(new int[] {224, 56, 14, 4}[i % 4]) : shapes();
            ImageIO.write(picture, "png", pictures.resolve(i + ".png").toFile());
        }
        Cli captions = Cli.run("caption", "--model", model, "--batch", 15, "--jsonl", pictures);
        assertThat(captions.code()).isZero();
        long flags = captions.lines().stream()
                .filter(line -> JsonParser.parseString(line)
                        .getAsJsonObject()
                        .get("unlikeTraining")
                        .getAsBoolean())
                .count();
        assertThat(captions.err().lines().filter(line -> line.contains("is unlike the photos")))
                .hasSize((int) flags);
        return flags / 30.0;
    }

    private BufferedImage shapes() {
        BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(new Color(random.nextInt(1 << 24)));
        graphics.fillRect(0, 0, SIDE, SIDE);
        int shapes = 1 + random.nextInt(5);
        for (int i = 0; i < shapes; i++) {
            graphics.setColor(new Color(random.nextInt(1 << 24)));
            int size = 15 + random.nextInt(75);
            if (random.nextBoolean()) {
                graphics.fillOval(random.nextInt(200), random.nextInt(200), size, size);
            } else {
                graphics.fillRect(random.nextInt(200), random.nextInt(200), size, size);
            }
        }
        graphics.dispose();
        return picture;
    }

    /** Squares of random colours, as many as this along an edge. */
    private BufferedImage noise(int squares) {
        BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        int size = SIDE / squares;
        Graphics2D graphics = picture.createGraphics();
        for (int i = 0; i < squares * squares; i++) {
            graphics.setColor(new Color(random.nextInt(1 << 24)));
            graphics.fillRect(i % squares * size, i / squares * size, size, size);
        }
        graphics.dispose();
        return picture;
    }

    private static double number(String text, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(text);
        assertThat(found.find()).as("%s in %s", pattern, text).isTrue();
        return Double.parseDouble(found.group(1));
    }
}
