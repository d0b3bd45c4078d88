package io.captioner.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** What the reports have in common: the head with its style, the beginning and the end of the body. */
final class Page {
    private static final String STYLE = style();

    private Page() {}

    /**
     * Everything up to the first element of the body's content.
     *
     * @param refreshSeconds after how long a browser reads the page anew; 0 for never
     */
    static String begin(String title, int refreshSeconds) {
        Element head = Element.of("head")
                .add(
                        Element.of("meta").with("charset", "utf-8"),
                        Element.of("meta")
                                .with("name", "viewport")
                                .with("content", "width=device-width, initial-scale=1"),
                        Element.of("meta").with("name", "color-scheme").with("content", "light dark"),
                        Element.of("meta").with("name", "referrer").with("content", "no-referrer"),
                        // Whatever a caption may hold, the page runs no script and asks for nothing.
                        Element.of("meta")
                                .with("http-equiv", "Content-Security-Policy")
                                .with("content", "default-src 'none'; img-src data:; style-src 'unsafe-inline'"));
        if (refreshSeconds > 0) {
            head.add(Element.of("meta").with("http-equiv", "refresh").with("content", refreshSeconds));
        }
        head.add(Element.of("title").text(title), Element.style(STYLE));
        return "<!DOCTYPE html>\n<html lang=\"en\">\n" + head + "\n<body>\n<main>\n";
    }

    static String end(String footer) {
        return Element.of("footer").add(Element.of("p").text(footer)) + "\n</main>\n</body>\n</html>\n";
    }

    private static String style() {
        try (InputStream stream =
                Objects.requireNonNull(Page.class.getResourceAsStream("report.css"), "report.css is part of the jar")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
