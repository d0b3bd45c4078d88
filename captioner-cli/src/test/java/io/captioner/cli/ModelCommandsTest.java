package io.captioner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.captioner.fixtures.ParameterShapes;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.ResNet;
import io.captioner.runtime.TinyPackage;
import io.captioner.text.Vocabulary;
import io.captioner.weights.Safetensors;
import io.captioner.weights.Safetensors.Precision;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands inspect, export, import and doctor. */
class ModelCommandsTest {
    @TempDir
    Path folder;

    @Test
    void inspectTellsWhatThePackageIsAndHowItCameToBe() {
        Cli told = Cli.run("inspect", TinyPackage.in(folder), "--tensors");
        assertThat(told.code()).isZero();
        assertThat(told.err()).isEmpty();
        assertThat(told.lines())
                .anyMatch(line -> line.matches("id +tiny-1"))
                .anyMatch(line -> line.matches("licence +CC0-1\\.0"))
                .anyMatch(line -> line.matches("vocabulary +11 words.*"))
                .anyMatch(line -> line.matches("pictures +squashed to 16 x 16 .*"))
                .anyMatch(line -> line.matches("search +greedy, at most 6 words.*"))
                .anyMatch(line -> line.matches("trained by +a test"))
                .anyMatch(line -> line.matches("val\\.bleu4 +0\\.2135"))
                .anyMatch(line -> line.matches("epochs +3"))
                .anyMatch(line -> line.matches("weights\\.safetensors +[0-9,]+ bytes"))
                .anyMatch(line -> line.matches("decoder\\.fc\\.bias +\\(11\\)"))
                .contains("Made by hand.");
        assertThat(told.out()).doesNotContain("Provenance[");
    }

    @Test
    void exportWritesAFileThatLoads() throws OrtException {
        Path onnx = folder.resolve("tiny.onnx");
        Cli exported = Cli.run("export", "--model", TinyPackage.in(folder), "--onnx", onnx);
        assertThat(exported.err()).isEmpty();
        assertThat(exported.code()).isZero();
        assertThat(exported.out().strip()).isEqualTo(onnx.toString());
        try (OrtSession session =
                OrtEnvironment.getEnvironment().createSession(onnx.toString(), new OrtSession.SessionOptions())) {
            assertThat(session.getInputNames()).contains("pixels", "length_penalty");
            assertThat(session.getOutputNames()).contains("ids", "score", "attention");
        }
    }

    @Test
    void exportRefusesAPlaceThatIsNotThere() {
        Path model = TinyPackage.in(folder);
        Cli missing = Cli.run("export", "--model", model, "--onnx", folder.resolve("nowhere/x.onnx"));
        assertThat(missing.code()).isEqualTo(2);
        assertThat(missing.err()).contains("there is no folder " + folder.resolve("nowhere"));
        assertThat(Cli.run("export", "--model", model, "--onnx", folder).code()).isEqualTo(2);
        Cli half = Cli.run("export", "--model", model, "--onnx", folder.resolve("x.onnx"), "--precision", "fp16");
        assertThat(half.code()).isEqualTo(2);
        assertThat(half.err()).contains("'--precision'", "[FP32, INT8]", "'fp16'");
        assertThat(folder.toFile().list()).containsExactly("tiny");
    }

    @Test
    void exportQuantisesFromAFolderOfPictures() throws IOException {
        Path model = TinyPackage.in(folder);
        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        for (int i = 0; i < 3; i++) {
            Drawn.picture(pictures.resolve(i + ".png"), i);
        }
        Path onnx = folder.resolve("int8.onnx");
        Path small = folder.resolve("int8");
        Cli exported = Cli.run(
                "export",
                "--model",
                model,
                "--onnx",
                onnx,
                "--package",
                small,
                "--precision",
                "int8",
                "--calibration",
                pictures,
                "--count",
                "2");
        assertThat(exported.err()).isEmpty();
        assertThat(exported.lines()).containsExactly(onnx.toString(), small.toString());
        assertThat(onnx).isNotEmptyFile();
        Cli caption = Cli.run("caption", "--model", small, pictures.resolve("0.png"));
        assertThat(caption.code()).isZero();

        Path again = folder.resolve("again.onnx");
        assertThat(Cli.run("export", "--model", small, "--onnx", again, "--precision", "int8")
                        .code())
                .isZero();
        Cli back = Cli.run("export", "--model", small, "--onnx", again, "--precision", "fp32");
        assertThat(back.code()).isEqualTo(2);
        assertThat(back.err()).contains("was quantised to int8");
    }

    @Test
    void exportRefusesToQuantiseWithoutPictures() throws IOException {
        Path model = TinyPackage.in(folder);
        Path onnx = folder.resolve("x.onnx");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Path damaged = Files.createDirectory(folder.resolve("damaged"));
        Files.writeString(damaged.resolve("no.jpg"), "no picture");

        Cli none = Cli.run("export", "--model", model, "--onnx", onnx, "--precision", "int8");
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("--calibration");
        Cli nothing =
                Cli.run("export", "--model", model, "--onnx", onnx, "--precision", "int8", "--calibration", empty);
        assertThat(nothing.code()).isEqualTo(2);
        assertThat(nothing.err()).contains("folder " + empty + " has no pictures");
        Cli nowhere = Cli.run(
                "export", "--model", model, "--onnx", onnx, "--precision", "int8", "--calibration", empty.resolve("x"));
        assertThat(nowhere.code()).isEqualTo(2);
        assertThat(nowhere.err()).contains("which is no folder");
        Cli broken =
                Cli.run("export", "--model", model, "--onnx", onnx, "--precision", "int8", "--calibration", damaged);
        assertThat(broken.code()).isNotZero();
        assertThat(broken.err()).contains("no.jpg");
        Cli beside = Cli.run("export", "--model", model, "--onnx", onnx, "--calibration", empty);
        assertThat(beside.err()).contains("--precision int8");
        assertThat(Cli.run("export", "--model", model).err()).contains("nothing to write");
        assertThat(onnx).doesNotExist();
    }

    @Test
    void importMakesAPackageThatCaptions() throws IOException {
        Path torch = Files.createDirectory(folder.resolve("torch"));
        Files.writeString(torch.resolve("config.json"), """
                {"encoder": "resnet18", "image_size": 32, "normalise": "(x / 255 - 0.5) / 0.5",
                 "resize": "Pillow bilinear to 32 x 32 (squash)",
                 "recipe": {"kind": "lstm", "embed": 6, "hidden": 7, "att": 4, "proj": 0, "gate": 1, "tied": 0,
                            "dropout": 0.5, "embed_dropout": 0.3}}
                """);
        Vocabulary words = Vocabulary.count(Stream.of(List.of("a", "red", "circle")), 1);
        words.write(torch.resolve("vocabulary.txt"));
        AttentionLstm decoder = new AttentionLstm(6, 7, AdditiveAttention.relu(4), true, 0.5, 0.3, 0, false);
        Weights weights = ParameterShapes.initial(
                parameters -> {
                    new ResNet(18).bind(parameters.scope("encoder"));
                    decoder.bind(parameters.scope("decoder"), 512, words.size());
                },
                1);
        Safetensors.write(torch.resolve("weights.safetensors"), weights.toMap(), Precision.FLOAT16, Map.of());

        Path out = folder.resolve("my model");
        Cli imported = Cli.run("import", torch, "--out", out);
        assertThat(imported.err()).isEmpty();
        assertThat(imported.code()).isZero();
        assertThat(Cli.run("inspect", out).out()).contains("my-model").contains("ResNet[depth=18");
        Path picture = Drawn.picture(folder.resolve("x.png"), 0);
        assertThat(Cli.run("caption", "--model", out, "--threads", 1, picture).code())
                .isZero();

        Cli damaged = Cli.run("import", folder, "--out", folder.resolve("other"));
        assertThat(damaged.code()).isEqualTo(3);
        assertThat(damaged.err()).contains("config.json does not exist; the folder of a PyTorch captioner has");
        assertThat(folder.resolve("other")).doesNotExist();
    }

    @Test
    void doctorTriesEveryBackend() {
        Cli well = Cli.run("doctor", "--model", TinyPackage.in(folder));
        assertThat(well.code()).isZero();
        assertThat(well.out()).contains("ONNX Runtime", "libtorch", "cpu      works: says", "all well");
        assertThat(well.out() + well.err()).doesNotContain("\tat ");
    }

    @Test
    void doctorSaysThatThereIsNoModelAndWhatToDo() {
        Cli ill = Cli.run("doctor", "--model", folder.resolve("nowhere"));
        assertThat(ill.code()).isEqualTo(3);
        assertThat(ill.out()).contains("nowhere does not exist; name the folder of a model package", "no model");
    }

    @Test
    void helpAndVersionAreResults() {
        assertThat(Cli.run("--version").out()).startsWith("captioner ");
        Cli help = Cli.run("--help");
        assertThat(help.code()).isZero();
        assertThat(help.out())
                .contains(
                        "caption", "train", "evaluate", "score", "export", "import", "inspect", "doctor", "Exit codes");
        Cli nothing = Cli.run();
        assertThat(nothing.code()).isEqualTo(2);
        assertThat(nothing.err()).contains("Missing required subcommand");
    }
}
