package io.captioner.benchmarks;

import com.sun.management.ThreadMXBean;
import io.captioner.Backend;
import io.captioner.Captioner;
import io.captioner.ImageInput;
import io.captioner.pack.ModelPackage;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import javax.imageio.ImageIO;

/**
 * P7: the share of a caption's time that is neither encoder nor decoder (decoding a JPEG of 500 x 375, resizing, words, objects), and the
 * bytes that a caption allocates: the same caption with and without the graph ({@link ReplayBackend}), one of each a turn, so that the one
 * without finds the caches as the graph leaves them.
 */
final class OutsideWork {
    private static final int WIDTH = 500;
    private static final int HEIGHT = 375;
    private static final int REPEATS = 20;

    /** Captions until what is compiled at run time is compiled. */
    private static final int WARM_UP = 200;

    private final Setting setting;
    private final ModelPackage model;
    private final Path folder;
    private final String suffix;

    /**
     * @param folder where {@code model} is saved
     * @param suffix of the keys
     */
    OutsideWork(Setting setting, ModelPackage model, Path folder, String suffix) {
        this.setting = setting;
        this.model = model;
        this.folder = folder;
        this.suffix = suffix;
    }

    void measure() {
        ImageInput photo = ImageInput.of(jpeg());
        try (Captioner captioner = open(Backend.ONNX);
                Captioner replay = open(ReplayBackend.NAME)) {
            Work whole = new Work("whole", 1, () -> captioner.caption(photo, SizedModel.options(1)));
            Work outside = new Work("outside", 1, () -> replay.caption(photo, SizedModel.options(1)));
            Work picture = new Work("picture", 1, () -> model.transform().apply(List.of(photo)));
            // a graph before the picture too, so that it as well finds the caches as a graph leaves them
            List<Supplier<Double>> works = List.of(whole::seconds, outside::seconds, whole::seconds, picture::seconds);
            Turns.of(WARM_UP, works);
            List<Samples> seconds = Turns.of(setting.rounds() * REPEATS, works).stream()
                    .map(Samples::of)
                    .toList();
            seconds.get(0).print(WIDTH + " x " + HEIGHT + suffix, whole.name());
            seconds.get(1).print("", outside.name());
            seconds.get(3).print("", picture.name());
            setting.results()
                    .put("P7" + suffix, seconds.get(1).median() / seconds.get(0).median());
            allocated(captioner, photo);
        }
    }

    private Captioner open(Backend backend) {
        return Captioner.builder()
                .backend(backend)
                .model(folder)
                .threads(setting.threads())
                .build();
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
        setting.results().put("P7.bytes" + suffix, bytes - picture);
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
