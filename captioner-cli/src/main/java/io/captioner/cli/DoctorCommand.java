package io.captioner.cli;

import io.captioner.Backend;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.CaptionerException;
import io.captioner.Device;
import io.captioner.ImageInput;
import io.captioner.runtime.Backends;
import io.captioner.spi.BackendProvider;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code captioner doctor}: what is installed and whether it works. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Tells what is installed, and tries each backend on a drawn picture.")
final class DoctorCommand implements Callable<Integer> {
    @Spec
    @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
        Runtime runtime = Runtime.getRuntime();
        out.println("captioner  " + Version.current());
        out.println("Java       " + Runtime.version() + " (" + System.getProperty("java.vm.name") + ")");
        out.println("system     " + System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                + runtime.availableProcessors() + " processors, " + (runtime.maxMemory() >> 20) + " MiB heap at most");
        List<BackendProvider> backends = Backends.installed();
        int working = 0;
        for (BackendProvider backend : backends) {
            out.printf("%-10s %s%n", backend.backend(), backend.description());
            working += tryOut(backend.backend(), Device.cpu(), out) ? 1 : 0;
            tryOut(backend.backend(), Device.cuda(0), out);
        }
        if (working == 0) {
            out.println("No backend works; see above, or run with the jar that brings one.");
        }
        out.flush();
        return working == 0 ? Main.UNAVAILABLE : Main.DONE;
    }

    private static boolean tryOut(Backend backend, Device device, PrintWriter out) {
        long start = System.nanoTime();
        try (Captioner captioner =
                Captioner.builder().backend(backend).device(device).build()) {
            Caption caption = captioner.caption(ImageInput.of(picture()));
            double seconds = (System.nanoTime() - start) / 1e9;
            out.printf(
                    Locale.ROOT,
                    "  %-8s works: %s says \"%s\" of a drawn picture (%.1f s)%n",
                    device,
                    captioner.modelId(),
                    caption.text(),
                    seconds);
            return true;
        } catch (CaptionerException e) {
            out.println("  " + String.format("%-8s", device) + " " + e.getMessage());
            return false;
        }
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
