package io.captioner.benchmarks;

import io.captioner.Backend;
import io.captioner.BackendException;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Captions photos with the bundled model on the CPU and on an NVIDIA GPU, with each backend; compares words and scores; prints captions a
 * second for batches of 1 to 64 and the GPU's memory. Usage: {@code GpuCheck PHOTOS_DIR [device=cuda:0] [rounds=5]}.
 *
 * <p>Ends with 0 where all is equal, with 1 where captions differ, with 3 where no backend can use the GPU: it prints what is missing.
 */
public final class GpuCheck {
    /** Sums of some dozen float32 logarithms, taken in another order. */
    private static final double TOLERANCE = 1e-3;

    private static final int[] BATCHES = {1, 2, 4, 8, 16, 32, 64};
    private static final int PHOTOS = 64;

    private final List<byte[]> photos;
    private final Device device;
    private final int rounds;
    private final PrintStream out;

    GpuCheck(List<byte[]> photos, Device device, int rounds, PrintStream out) {
        this.photos = photos;
        this.device = device;
        this.rounds = rounds;
        this.out = out;
    }

    /** Checks and prints. */
    public static void main(String[] words) throws IOException {
        Arguments arguments = Arguments.of(words, 1, "GpuCheck PHOTOS_DIR [device=cuda:0] [rounds=5]");
        List<byte[]> photos;
        try (Stream<Path> files = Files.list(Path.of(words[0]))) {
            photos = Setting.read(files.filter(file -> file.toString().endsWith(".jpg"))
                    .sorted()
                    .limit(PHOTOS)
                    .toList());
        }
        Device device = Device.parse(arguments.get("device", "cuda:0"));
        System.exit(
                new GpuCheck(photos, device, arguments.get("rounds", 5), System.out).run(Backend.ONNX, Backend.DJL));
    }

    /** The exit code. */
    int run(Backend... backends) {
        int working = 0;
        int different = 0;
        for (Backend backend : backends) {
            try (Captioner gpu = open(backend, device)) {
                out.printf("%s on %s%n", backend, device);
                different += compare(backend, gpu);
                rates(gpu);
                working++;
            } catch (BackendException e) {
                out.printf("%s: not on %s: %s%n", backend, device, e.getMessage());
            }
        }
        if (working == 0) {
            out.println("no backend can use " + device + "; nothing was measured");
            return 3;
        }
        return different > 0 ? 1 : 0;
    }

    private static Captioner open(Backend backend, Device device) {
        return Captioner.builder().backend(backend).device(device).build();
    }

    /** How many captions differ, greedy and with a beam of three. */
    private int compare(Backend backend, Captioner gpu) {
        int different = 0;
        try (Captioner cpu = open(backend, Device.cpu())) {
            for (int width : new int[] {1, 3}) {
                GenerationOptions options =
                        GenerationOptions.builder().beamWidth(width).build();
                List<Caption> expected = cpu.captionAll(images(photos.size()), options);
                List<Caption> captions = gpu.captionAll(images(photos.size()), options);
                double worst = 0;
                for (int i = 0; i < photos.size(); i++) {
                    Caption one = expected.get(i);
                    Caption other = captions.get(i);
                    double gap = Math.abs(one.score() - other.score());
                    worst = Math.max(worst, gap);
                    if (!one.text().equals(other.text()) || gap > TOLERANCE) {
                        different++;
                        out.printf(
                                Locale.ROOT,
                                "  differs: \"%s\" (%.4f), on the CPU \"%s\" (%.4f)%n",
                                other.text(),
                                other.score(),
                                one.text(),
                                one.score());
                    }
                }
                out.printf(
                        Locale.ROOT,
                        "  beam %d: %d captions, scores within %.2g of the CPU's%n",
                        width,
                        photos.size(),
                        worst);
            }
        }
        return different;
    }

    private void rates(Captioner gpu) {
        for (int batch : BATCHES) {
            List<ImageInput> images = images(batch);
            Work work = new Work("", 1, () -> gpu.captionAll(images));
            // the warm-up is for memory and convolutions of this size
            Samples samples = Samples.of(
                    Turns.<Double>afterWarmUp(rounds, List.of(work::seconds)).get(0));
            out.printf(
                    Locale.ROOT,
                    "  batch %2d: %7.1f captions a second, %s ms%n",
                    batch,
                    batch / samples.median(),
                    samples.toString().strip());
        }
        out.println("  memory: " + memory());
    }

    /** JPEGs, as many as asked for; few photos come more than once. */
    private List<ImageInput> images(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> ImageInput.of(photos.get(i % photos.size())))
                .toList();
    }

    /** Of this process on all GPUs, as the driver's own program says. */
    private static String memory() {
        try {
            Process process = new ProcessBuilder(
                            "nvidia-smi", "--query-compute-apps=pid,used_memory", "--format=csv,noheader")
                    .redirectErrorStream(true)
                    .start();
            String own = ProcessHandle.current().pid() + ",";
            List<String> lines = new ArrayList<>(process.inputReader().lines().toList());
            return lines.stream()
                    .filter(line -> line.startsWith(own))
                    .map(line -> line.substring(own.length()).strip())
                    .findFirst()
                    .orElse("nvidia-smi does not list this process: " + lines);
        } catch (IOException e) {
            return "unknown, nvidia-smi cannot be run: " + e.getMessage();
        }
    }
}
