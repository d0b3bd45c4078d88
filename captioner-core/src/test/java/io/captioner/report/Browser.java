package io.captioner.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * A headless Chromium: that of the system property {@code captioner.chromium}, or the first on the path. Tests that need one are skipped where
 * there is none.
 */
record Browser(Path program, Path folder) {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "chrome");

    /** @param folder for the browser's own files and for the pictures it takes */
    static Browser find(Path folder) {
        String given = System.getProperty("captioner.chromium", "");
        Optional<Path> found = given.isEmpty()
                ? Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .flatMap(place -> NAMES.stream().map(name -> Path.of(place, name)))
                        .filter(Files::isExecutable)
                        .findFirst()
                : Optional.of(Path.of(given));
        assumeTrue(
                found.isPresent(),
                "no Chromium on the path; install one, or name it with -Dcaptioner.chromium, to see the reports in a browser");
        return new Browser(found.get(), folder);
    }

    /** The page's document after it was laid out. */
    String dom(Path page) {
        return run("--dump-dom", page.toUri().toString());
    }

    /** The page as it looks, so many pixels wide; narrow ones as on a phone. */
    BufferedImage screenshot(Path page, int width, int height, boolean dark) throws IOException {
        Path picture = folder.resolve(page.getFileName() + "-" + width + (dark ? "-dark" : "-light") + ".png");
        run(
                "--blink-settings=preferredColorScheme=" + (dark ? 0 : 1),
                "--window-size=" + Math.max(width, 500) + "," + height,
                "--screenshot=" + picture,
                framed(page, width, height).toUri().toString());
        return ImageIO.read(picture.toFile()).getSubimage(0, 0, width, height);
    }

    /** How many pixels the page's content is wide where the window has so many. */
    int contentWidth(Path page, int width) throws IOException {
        Matcher measured = Pattern.compile("<title>wide (\\d+)</title>")
                .matcher(run(
                        "--allow-file-access-from-files",
                        framed(page, width, 800).toUri().toString(),
                        "--dump-dom"));
        assertThat(measured.find()).as("the page was measured").isTrue();
        return Integer.parseInt(measured.group(1));
    }

    /** A window is never narrower than 500 pixels; a frame is. */
    private Path framed(Path page, int width, int height) throws IOException {
        return Files.writeString(folder.resolve("frame.html"), """
                <!DOCTYPE html><html><head><title></title><style>body { margin: 0 } iframe { border: 0; display: block }</style></head><body>
                <iframe src="%s" width="%d" height="%d" onload="measure(this)"></iframe>
                <script>
                function measure(frame) {
                  try { document.title = 'wide ' + frame.contentDocument.documentElement.scrollWidth } catch (e) { document.title = e.message }
                }
                </script></body></html>
                """.formatted(page.toUri(), width, height));
    }

    private String run(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--force-device-scale-factor=1",
                "--user-data-dir=" + folder.resolve("profile")));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("browser.out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            boolean ended = process.waitFor(60, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            assertThat(ended).as("the browser ends within a minute").isTrue();
            assertThat(process.exitValue()).isZero();
            return Files.readString(out);
        } catch (IOException e) {
            throw new AssertionError(program + " cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
