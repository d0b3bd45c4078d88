package io.captioner.cli;

import io.captioner.Backend;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.CaptionerException;
import io.captioner.Device;
import io.captioner.ImageInput;
import io.captioner.pack.ModelPackage;
import io.captioner.runtime.Backends;
import io.captioner.spi.BackendProvider;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code captioner doctor}: what is installed and whether it works. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description =
                "Tells what is installed, tries each backend on a drawn picture, and says how to mend what is missing.")
final class DoctorCommand implements Callable<Integer> {
    @Mixin
    ModelFolder model = new ModelFolder();

    @Mixin
    Streams streams = new Streams();

    @Override
    public Integer call() {
        PrintWriter out = streams.out();
        Runtime runtime = Runtime.getRuntime();
        line(out, "captioner", Version.current());
        line(out, "Java", Runtime.version() + " (" + System.getProperty("java.vm.name") + ")");
        line(
                out,
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                        + runtime.availableProcessors() + " processors, " + (runtime.maxMemory() >> 20)
                        + " MiB heap at most");
        boolean model = model(out);
        int working = 0;
        for (BackendProvider backend : backends(out)) {
            line(out, backend.backend().name(), backend.description());
            if (model) {
                working += works(backend.backend(), Device.cpu(), out) ? 1 : 0;
                works(backend.backend(), Device.cuda(0), out);
            }
        }
        if (!ModelOptions.isInstalled(Backend.DJL)) {
            line(out, "djl", "not installed, so there is no training: " + ModelOptions.DJL_CURE);
        }
        line(out, "result", !model ? "no model" : working == 0 ? "no backend works" : "all well");
        out.flush();
        return working == 0 ? Main.UNAVAILABLE : Main.DONE;
    }

    private boolean model(PrintWriter out) {
        try {
            ModelPackage loaded = model.load();
            line(out, "model", loaded.id() + (model.folder == null ? ", bundled" : ", " + model.folder));
            return true;
        } catch (CaptionerException e) {
            line(out, "model", "none: " + e.getMessage() + (model.folder == null ? "; here: doctor --model DIR" : ""));
            return false;
        }
    }

    private static List<BackendProvider> backends(PrintWriter out) {
        try {
            return Backends.installed();
        } catch (ServiceConfigurationError e) {
            line(out, "backends", "one of them cannot be loaded: " + e.getMessage());
            return List.of();
        }
    }

    private boolean works(Backend backend, Device device, PrintWriter out) {
        Captioner.Builder builder = Captioner.builder().backend(backend).device(device);
        if (model.folder != null) {
            builder.model(model.folder);
        }
        long start = System.nanoTime();
        try (Captioner captioner = builder.build()) {
            Caption caption = captioner.caption(ImageInput.of(picture()));
            double seconds = (System.nanoTime() - start) / 1e9;
            line(
                    out,
                    "  " + device,
                    String.format(
                            Locale.ROOT, "works: says \"%s\" of a drawn picture (%.1f s)", caption.text(), seconds));
            return true;
        } catch (CaptionerException e) {
            line(out, "  " + device, "does not work: " + e.getMessage());
        } catch (LinkageError e) {
            line(
                    out,
                    "  " + device,
                    "does not work: a library is missing or does not fit (" + e
                            + "); is the jar whole, and of one version?");
        }
        return false;
    }

    private static void line(PrintWriter out, String name, String text) {
        out.println(String.format("%-10s %s", name, text.replace("\n", " ")));
    }

    private static BufferedImage picture() {
        BufferedImage picture = new BufferedImage(320, 240, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(new Color(120, 170, 230));
        graphics.fillRect(0, 0, 320, 140);
        graphics.setColor(new Color(60, 140, 60));
        graphics.fillRect(0, 140, 320, 100);
        graphics.setColor(new Color(200, 30, 30));
        graphics.fillOval(130, 90, 60, 60);
        graphics.dispose();
        return picture;
    }
}
