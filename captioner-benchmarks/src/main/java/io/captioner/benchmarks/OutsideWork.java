package io.captioner.benchmarks;

import com.sun.management.ThreadMXBean;
import io.captioner.Backend;
import io.captioner.Captioner;
import io.captioner.Device;
import io.captioner.ImageInput;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.onnx.OnnxBackend;
import io.captioner.pack.ModelPackage;
import io.captioner.search.CaptionProgram;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * P7: the share of a caption's time that is neither encoder nor decoder (decoding a JPEG of 500 x 375, resizing, words, objects), and the
 * bytes that a caption allocates: a whole caption against the backend's call for the same pixels, by turns.
 */
final class OutsideWork {
    private static final int WIDTH = 500;
    private static final int HEIGHT = 375;
    private static final int REPEATS = 20;

    private final Setting setting;
    private final ModelPackage model;
    private final Path folder;

    /** @param folder where {@code model} is saved */
    OutsideWork(Setting setting, ModelPackage model, Path folder) {
        this.setting = setting;
        this.model = model;
        this.folder = folder;
    }

    void measure() {
        ImageInput photo = ImageInput.of(jpeg());
        CaptionProgram program = CaptionProgram.fromPixels(model.architecture(), model.transform(), SizedModel.WORDS);
        try (Captioner captioner = Captioner.builder()
                        .backend(Backend.ONNX)
                        .model(folder)
                        .threads(setting.threads())
                        .build();
                Executable executable =
                        new OnnxBackend().compile(program, model.weights(), Device.cpu(), setting.threads())) {
            HostTensor pixels = model.transform().apply(List.of(photo));
            List<HostTensor> inputs = program.inputs(pixels, SizedModel.options(1), List.of());
            Work whole = Work.repeated("whole", REPEATS, () -> captioner.caption(photo, SizedModel.options(1)));
            Work graph = Work.repeated("graph", REPEATS, () -> executable.run(inputs));
            Work picture =
                    Work.repeated("picture", REPEATS, () -> model.transform().apply(List.of(photo)));
            List<List<Double>> seconds = Turns.afterWarmUp(
                    setting.rounds(), List.of(whole::secondsEach, graph::secondsEach, picture::secondsEach));
            Samples all = Samples.of(seconds.get(0));
            Samples inside = Samples.of(seconds.get(1));
            all.print(WIDTH + " x " + HEIGHT, whole.name());
            inside.print("", graph.name());
            Samples.of(seconds.get(2)).print("", picture.name());
            setting.results().put("P7", Math.max(0, 1 - inside.median() / all.median()));
            allocated(captioner, photo);
        }
    }

    private void allocated(Captioner captioner, ImageInput photo) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < REPEATS; i++) {
            captioner.caption(photo, SizedModel.options(1));
        }
        long bytes = (threads.getThreadAllocatedBytes(thread) - before) / REPEATS;
        long picture = 3L * WIDTH * HEIGHT;
        System.out.printf(Locale.ROOT, "%-16s %,d bytes allocated, of them the picture's %,d%n", "", bytes, picture);
        setting.results().put("P7.bytes", bytes - picture);
    }

    /** A photograph with its detail, cut to the size. */
    private byte[] jpeg() {
        try {
            BufferedImage photo =
                    ImageIO.read(setting.data().resolve("photos/china.jpg").toFile());
            BufferedImage cut = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
            Graphics2D graphics = cut.createGraphics();
            graphics.drawImage(photo, 0, 0, null);
            graphics.dispose();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ImageIO.write(cut, "jpg", bytes);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
