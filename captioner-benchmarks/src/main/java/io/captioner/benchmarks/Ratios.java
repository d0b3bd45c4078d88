package io.captioner.benchmarks;

import ai.onnxruntime.OrtException;
import io.captioner.pack.ModelPackage;
import io.captioner.weights.Safetensors;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares captioner with the PyTorch programs, run by run, so that noise of the machine falls on all of them: seed style is what people
 * write after a tutorial, fast what an expert makes of the same mathematics.
 *
 * <p>Usage: {@code Ratios PEERS_DIR [rounds=5] [threads=2] [python=python3] [only=P1,P4] [jar=captioner.jar] [out=FILE]
 * [against=FILE]}. PEERS_DIR holds {@code measure.py}, and beside it lie {@code data/encoders}, {@code data/flickr8k} and {@code
 * data/photos}. Prints a table and writes one number a target as JSON. With {@code against}, the numbers of an earlier run, it ends with 1
 * where a target is worse by more than a quarter.
 */
public final class Ratios {
    private final Setting setting;
    private final Arguments arguments;
    private final List<String> only;

    private Ratios(Setting setting, Arguments arguments) {
        this.setting = setting;
        this.arguments = arguments;
        this.only = Arrays.stream(arguments.get("only", "").split(",", -1))
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /** Measures and prints. */
    public static void main(String[] words) throws IOException, InterruptedException, OrtException {
        Arguments arguments = Arguments.of(
                words,
                1,
                "Ratios PEERS_DIR [rounds=5] [threads=2] [python=python3] [only=P1,P4] [jar=captioner.jar] [out=FILE] [against=FILE]");
        Path peers = Path.of(words[0]).toAbsolutePath().normalize();
        String python = arguments.get("python", "python3");
        Path out = Path.of(arguments.get("out", "target/ratios.json"));
        Results results = new Results();
        String missing = missing(peers, python);
        if (missing != null) {
            Targets.ALL.forEach(target -> results.missing(target.key(), "not measured"));
            results.write(out);
            System.err.println("nothing was compared, " + out + " holds nulls: " + missing);
            return;
        }
        int threads = arguments.get("threads", 2);
        Path folder = Files.createTempDirectory("ratios");
        try (Contender contender = Contender.start(python, peers, folder, threads)) {
            int rounds = arguments.get("rounds", 5);
            new Ratios(new Setting(peers, folder, python, threads, rounds, contender, results), arguments).measure();
        } finally {
            results.print();
            results.write(out);
            delete(folder);
        }
        String recorded = arguments.get("against", "");
        if (!recorded.isEmpty()) {
            List<String> worse = Regression.between(out, Path.of(recorded));
            worse.forEach(System.err::println);
            if (!worse.isEmpty()) {
                System.exit(1);
            }
        }
    }

    /** What is not there to compare with, and how to get it; null where all is. */
    private static @Nullable String missing(Path peers, String python) {
        if (!Files.exists(peers.resolve("measure.py"))) {
            return peers + " has no measure.py; name the folder of the PyTorch programs with -Dpeers=DIR";
        }
        if (!Contender.available(python)) {
            return python
                    + " has no torch, timm, safetensors and Pillow; pip install torch timm safetensors pillow onnx onnxruntime,"
                    + " or name another Python with -Dpython=PYTHON";
        }
        return null;
    }

    private void measure() throws IOException, InterruptedException, OrtException {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        int cores = Runtime.getRuntime().availableProcessors();
        System.out.printf(
                Locale.ROOT,
                "%d rounds, %d threads, %d cores, load %.1f, Java %s; milliseconds: median (min to max)%n",
                setting.rounds(),
                setting.threads(),
                cores,
                load,
                Runtime.version());
        if (load > 0.5 * cores) {
            System.out.println(
                    "other work runs on this machine: threads that wait for one another, as PyTorch's do, suffer more from it"
                            + " than ours; set OMP_WAIT_POLICY=PASSIVE, and do not record these numbers");
        }
        try (TrainingWork training = new TrainingWork(setting.threads())) {
            ModelPackage model = SizedModel.of(setting, training.weights());
            Path folder = setting.folder().resolve("fp32");
            model.save(folder);
            captions(model, folder);
            if (wanted("P4")) {
                new DecodingWork(setting, model, "").measure();
                new DecodingWork(setting, ModelPackage.load(int8(model)), ".int8").measure();
            }
            if (wanted("P5")) {
                training.measure(setting);
            }
            if (wanted("P6")) {
                new EpochWork(setting, model).measure(training);
            }
            if (wanted("P7")) {
                new OutsideWork(setting, model, folder, "").measure();
                Path small = int8(model);
                new OutsideWork(setting, ModelPackage.load(small), small, ".int8").measure();
            }
            if (wanted("P8")) {
                new BareRuntime(setting, model).measure();
            }
            if (wanted("P9") || wanted("P10")) {
                new ProcessWork(setting, Path.of(arguments.get("jar", "captioner-cli/target/captioner.jar"))).measure();
            }
            if (wanted("P11")) {
                throughput(folder);
            }
            new Roofline(setting.results()).print(new Machine(setting).measure());
        }
    }

    /** P1 to P3 for each form of the model. */
    private void captions(ModelPackage model, Path full) {
        if (!wanted("P1") && !wanted("P2") && !wanted("P3")) {
            return;
        }
        forms(new CaptioningWork(setting, full, "fp32"));
        forms(new CaptioningWork(setting, int8(model), "int8"));
    }

    /** The model in int8, made once. */
    private Path int8(ModelPackage model) {
        Path small = setting.folder().resolve("int8");
        if (Files.notExists(small)) {
            setting.quantized(model).save(small, Safetensors.Precision.INT8);
        }
        return small;
    }

    private void forms(CaptioningWork work) {
        if (wanted("P1") || wanted("P2")) {
            work.single();
        }
        if (wanted("P3")) {
            work.batches();
        }
    }

    private void throughput(Path model) throws IOException, InterruptedException {
        Path images = setting.data().resolve("flickr8k/images");
        for (int threads = 1; threads < setting.threads(); threads *= 2) {
            Throughput.inItsOwnProcess(model, images, threads, 0);
        }
        int rounds = Math.min(3, setting.rounds());
        setting.results().put("P11", Throughput.inItsOwnProcess(model, images, setting.threads(), rounds));
    }

    private boolean wanted(String target) {
        return only.isEmpty() || only.contains(target);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        }
    }
}
