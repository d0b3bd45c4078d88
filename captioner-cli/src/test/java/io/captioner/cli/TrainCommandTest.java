package io.captioner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.captioner.pack.ModelPackage;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainCommandTest {
    private static final String RECIPE = """
            {"encoder": "resnet18", "trainEncoder": "all", "imageSize": 32, "embeddingSize": 8, "hiddenSize": 8,
             "attentionSize": 4, "featureSize": 8, "epochs": 5, "batchImages": 8, "warmupSteps": 0, "minCount": 1}
            """;

    @TempDir
    Path folder;

    @Test
    void drawnPicturesBecomeAModelThatCaptions() throws IOException {
        Path data =
                Drawn.dataset(folder, "train", "train", "train", "train", "train", "train", "train", "train", "val");
        Path recipe = Files.writeString(folder.resolve("recipe.json"), RECIPE);
        Path out = folder.resolve("model");
        Object[] arguments = {
            "train",
            "--data",
            data,
            "--images",
            folder,
            "--config",
            recipe,
            "--out",
            out,
            "--epochs",
            1,
            "--seed",
            7,
            "--threads",
            1,
            "--id",
            "drawn-1"
        };
        Cli trained = Cli.run(arguments);
        assertThat(trained.err())
                .contains("8 pictures with 16 captions, 1 for choosing the best epoch; ", "; 1 epochs of 1 steps")
                .contains("epoch 1: loss ", "(best)");
        assertThat(trained.code()).isZero();
        assertThat(trained.out().strip()).isEqualTo(out.toString());
        assertThat(folder.resolve("model.training/report.html"))
                .content()
                .contains("Training on drawn", "Finished after 1 epoch", "Too little data: 8 training photos", "8.png");
        assertThat(trained.err()).contains("report: " + folder.resolve("model.training/report.html"));
        ModelPackage model = ModelPackage.load(out);
        assertThat(model.id()).isEqualTo("drawn-1");
        assertThat(List.of("yellow", "square")).allMatch(model.vocabulary()::contains);
        assertThat(model.provenance().recipe()).containsEntry("epochs", "1").containsEntry("seed", "7");
        assertThat(Cli.run("caption", "--model", out, "--threads", 1, folder.resolve("0.png"))
                        .code())
                .isZero();

        Path second = folder.resolve("tuned");
        Path tuning = Files.writeString(
                folder.resolve("tune.json"), "{\"trainEncoder\": \"4\", \"epochs\": 1, \"warmupSteps\": 0}");
        Object[] from = {
            "train",
            "--from",
            out,
            "--data",
            data,
            "--images",
            folder,
            "--config",
            tuning,
            "--out",
            second,
            "--threads",
            1
        };
        assertThat(Cli.run(from).code()).isZero();
        ModelPackage tuned = ModelPackage.load(second);
        assertThat(tuned.architecture()).isEqualTo(model.architecture());
        assertThat(tuned.provenance().recipe()).containsEntry("encoder", "fine-tuned from stage 4");
        assertThat(Cli.run("caption", "--model", second, "--threads", 1, folder.resolve("0.png"))
                        .code())
                .isZero();
        Files.writeString(tuning, "{\"hiddenSize\": 24, \"embeddingSize\": 24}");
        Cli contradiction = Cli.run(from);
        assertThat(contradiction.code()).isEqualTo(2);
        assertThat(contradiction.err()).contains("architecture(...) is", "that of the model drawn-1");

        Cli again = Cli.run(arguments);
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err()).contains("holds the checkpoints of another training: resume it, delete that folder");
    }

    @Test
    void phasesFollowEachOtherAndAreNotDoneTwice() throws IOException {
        Path data = Drawn.dataset(folder, "train", "train", "train", "train", "train", "train", "val", "val");
        Path recipe = Files.writeString(
                folder.resolve("recipe.json"),
                RECIPE.strip()
                        .replaceFirst(
                                "}$",
                                ", \"phases\": [{\"epochs\": 1, \"beamWidth\": 2}, "
                                        + "{\"epochs\": 2, \"trainEncoder\": \"last:1\", \"schedule\": \"constant\"}, {\"trainEncoder\": \"frozen\", "
                                        + "\"epochs\": 1, \"optimizer\": \"sgd\", \"weightAverage\": 0.9}]}"));
        Path out = folder.resolve("model");
        Object[] arguments = {
            "train", "--data", data, "--images", folder, "--config", recipe, "--out", out, "--threads", 1, "--resume"
        };
        Cli trained = Cli.run(arguments);
        assertThat(trained.err()).contains("phase 1 of 3", "phase 2 of 3", "phase 3 of 3", "CIDEr-D");
        assertThat(trained.code()).isZero();
        Path work = folder.resolve("model.training");
        ModelPackage first = ModelPackage.load(work.resolve("phase-1/model"));
        ModelPackage second = ModelPackage.load(work.resolve("phase-2/model"));
        ModelPackage third = ModelPackage.load(out);
        assertThat(second.provenance().recipe()).containsEntry("epochs", "2").containsEntry("learningRate", "0.001");
        assertThat(third.provenance().recipe().get("optimizer")).startsWith("Sgd");
        assertThat(third.vocabulary()).isEqualTo(first.vocabulary());
        // the last stage alone moved in the second phase, and nothing of the encoder in the third
        assertThat(encoder(second, "conv1.weight")).isEqualTo(encoder(first, "conv1.weight"));
        assertThat(encoder(second, "layer4.0.conv1.weight")).isNotEqualTo(encoder(first, "layer4.0.conv1.weight"));
        assertThat(third.weights().names()).isEqualTo(second.weights().names());

        Path mean = folder.resolve("mean");
        Cli averaged = Cli.run(
                "average",
                work.resolve("phase-1/model"),
                work.resolve("phase-2/model"),
                "-o",
                mean,
                "--precision",
                "float32");
        assertThat(averaged.code()).isZero();
        float[] one = encoder(first, "layer4.0.conv1.weight");
        float[] other = encoder(second, "layer4.0.conv1.weight");
        float[] between = encoder(ModelPackage.load(mean), "layer4.0.conv1.weight");
        for (int i = 0; i < one.length; i += 1000) {
            assertThat(between[i]).isEqualTo((float) (((double) one[i] + other[i]) / 2));
        }

        FileTime written = Files.getLastModifiedTime(out.resolve("weights.safetensors"));
        Cli again = Cli.run(arguments);
        assertThat(again.code()).isZero();
        assertThat(again.err()).doesNotContain("epoch 1: loss");
        assertThat(Files.getLastModifiedTime(out.resolve("weights.safetensors")))
                .isEqualTo(written);
    }

    private static float[] encoder(ModelPackage model, String name) {
        return model.weights().read("encoder." + name).toFloatArray();
    }

    @Test
    void aFolderOfOtherThingsIsRefusedBeforeTheWork() throws IOException {
        Path data = Drawn.dataset(folder, "train", "val");
        Path recipe = Files.writeString(folder.resolve("recipe.json"), RECIPE);
        Cli refused = Cli.run("train", "--data", data, "--images", folder, "--config", recipe, "--out", folder);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("--out: " + folder + " is not replaced: it is no model package");
    }

    @Test
    void withoutDjlTheCureIsNamed() throws IOException {
        Path data = Drawn.dataset(folder, "train", "val");
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader empty = new URLClassLoader(new URL[0], ClassLoader.getPlatformClassLoader())) {
            Thread.currentThread().setContextClassLoader(empty);
            Cli refused = Cli.run("train", "--data", data, "--images", folder, "--out", folder.resolve("x"));
            assertThat(refused.code()).isEqualTo(3);
            assertThat(refused.err())
                    .contains("no backend that trains is installed; lay captioner-djl.jar beside captioner.jar");
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    @Test
    void aDataSetIsNamedInOneWay() {
        assertThat(Cli.run("train", "--out", "x").code()).isEqualTo(2);
        assertThat(Cli.run("train", "--images", "x", "--out", "x").code()).isEqualTo(2);
        assertThat(Cli.run("train", "--data", "x.json", "--images", "y", "--folder", "z", "--out", "x")
                        .code())
                .isEqualTo(2);
        Cli missing = Cli.run("train", "--folder", folder.resolve("nowhere"), "--out", folder.resolve("x"));
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("nowhere");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"epochs\": 0}|epochs is 0; it must be a whole number between 1 and 1000000",
                "{\"epochs\": \"six\"}|epochs is \"six\"; it must be a whole number between 1",
                "{\"epochs\": 1.5}|epochs is 1.5; it must be a whole number",
                "{\"epochs\": null}|epochs is null; it must be a whole number",
                "{\"dropout\": 1}|dropout is 1; it must be a number, at least 0 and below 1",
                "{\"gate\": 1}|gate is 1; it must be true or false",
                "{\"encoder\": \"vgg16\"}|encoder is \"vgg16\"; it must be one of efficientnet_lite0,",
                "{\"attention\": [\"relu\"]}|attention is [\"relu\"]; it must be one of relu, tanh, dot, multi_head",
                "{\"learningRate\": 0}|learningRate is 0; it must be a number above 0",
                "{\"trainEncoder\": \"some\"}|trainEncoder is \"some\"; it must be \"frozen\", \"last:N\" for the last N",
                "{\"trainEncoder\": \"last:99\"}|trainEncoder is last:99; EfficientNetLite has 9 stages",
                "{\"decoder\": \"transformer\", \"gate\": true}|gate is not known; keys are accumulation,",
                "{\"decoder\": \"transformer\", \"heads\": 7}|hiddenSize is 512; it must be a multiple of heads, 7",
                "{\"decoder\": \"gru\", \"picture\": \"initial_hidden\"}|it must be one of first_word, initial_state",
                "{\"optimizer\": \"sgd\", \"amsgrad\": true}|amsgrad is not known",
                "{\"optimizer\": \"sgd\", \"nesterov\": true, \"momentum\": 0}|needs a momentum above 0",
                "{\"encoder\": \"vit_b_16\", \"imageSize\": 100}|imageSize is 100; vit_b_16 takes 224",
                "{\"selfCritical\": {\"samples\": 1}}|selfCritical.samples is 1; it must be a whole number between 2 and 63",
                "{\"selfCritical\": {\"sample\": 1}}|selfCritical.sample is not known; keys are baseline,",
                "{\"phases\": []}|phases is []; it must be an array of one object or more",
                "{\"phases\": [{\"epochs\": 0}]}|phases[0].epochs is 0; it must be a whole number between 1",
                "{\"epochs\": 0, \"phases\": [{}]}|epochs is 0; it must be a whole number between 1",
                "{\"phases\": [{}, {\"hiddenSize\": 9}]}|phases[1].hiddenSize is not known; keys are accumulation, amsgrad,",
                "{\"phases\": [{\"encoder\": \"last:2\"}]}|phases[0].encoder names an architecture",
                "{\"epochs\": 3, \"epochs\": 4}|epochs stands there a second time, after line 1",
                "{\"epochs\": 3} x|is no JSON: see line 1 column 16",
                "{\"clipValue\": 1}|clipNorm is 5.0 and clipValue is 1.0; set one of them to 0",
                "{\"hiddenSize\": 64}|embeddingSize is 512 and hiddenSize is 64; they must be equal where tiedOutput",
                "{\"epoch\": 3}|epoch is not known; keys are accumulation, amsgrad,",
                "[1]|is no recipe: it must hold one JSON object",
                "{\"epochs\" 3}|is no JSON: ",
            })
    void aRecipeIsRefusedByKeyValueAndLimits(String json, String message) throws IOException {
        Path recipe = Files.writeString(folder.resolve("recipe.json"), json);
        Cli refused = Cli.run("train", "--folder", folder, "--config", recipe, "--out", folder.resolve("x"));
        assertThat(refused.err()).contains("captioner: " + recipe).contains(message);
        assertThat(refused.code()).isEqualTo(2);
    }

    @Test
    void aWrongValueIsFoundInItsLine() throws IOException {
        Path recipe = Files.writeString(folder.resolve("recipe.json"), """
                {
                  "epochs": 3,
                  "optimizer": "adamw",
                  "phases": [
                    {"learningRate": 1e-3},
                    {
                      "trainEncoder": "last:2",
                      "learningRate": -1
                    }
                  ]
                }
                """);
        Cli refused = Cli.run("train", "--folder", folder, "--config", recipe, "--out", folder.resolve("x"));
        assertThat(refused.err())
                .contains(recipe + ", line 8: phases[1].learningRate is -1; it must be a number above 0");
    }

    @Test
    void threadsHaveTheLimitsOfEveryCommand() throws IOException {
        Path data = Drawn.dataset(folder, "train", "val");
        Cli refused = Cli.run("train", "--data", data, "--out", folder.resolve("x"), "--threads", 9999);
        assertThat(refused.err()).contains("--threads is 9999; it must be between 1 and 1024");
        assertThat(refused.code()).isEqualTo(2);
    }

    @Test
    void picturesOfAFolderMayLieElsewhere() throws IOException {
        Path lists = Files.createDirectory(folder.resolve("lists"));
        Files.writeString(lists.resolve("captions.csv"), "image,caption\n0.png,a red circle\n");
        Path pictures = Files.createDirectory(folder.resolve("elsewhere"));
        Object[] train = {"train", "--folder", lists, "--out", folder.resolve("x"), "--epochs", 0, "--images", pictures
        };
        assertThat(Cli.run(train).err()).contains("'0.png' is not in " + pictures);
        Drawn.picture(pictures.resolve("0.png"), 0);
        assertThat(Cli.run(train).err()).contains("epochs is 0"); // all was read
    }

    @Test
    void aMissingRecipeIsWrongUsage() {
        Cli refused = Cli.run("train", "--folder", folder, "--config", folder.resolve("gone.json"), "--out", "x");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("gone.json does not exist");
    }
}
