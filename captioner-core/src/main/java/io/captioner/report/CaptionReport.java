package io.captioner.report;

import io.captioner.Caption;
import io.captioner.CaptionerException;
import io.captioner.ImageInput;
import io.captioner.image.ImageTransform;
import io.captioner.io.AtomicFile;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Captions as a page for people: each photo with its caption, the probability of each word, the alternatives, and, of a model with attention,
 * where it looked for each word, laid over the photo. One HTML file that needs no network and no script, and that prints.
 *
 * <pre>{@code
 * try (CaptionReport report = CaptionReport.to(Path.of("captions.html"), model.transform())) {
 *     report.add(photo.toString(), ImageInput.of(photo), captioner.caption(photo));
 * }
 * }</pre>
 *
 * <p>Photos are written as they come, about 100 kB each; the file appears when the report is closed. Not thread-safe.
 */
public final class CaptionReport implements AutoCloseable {
    private final Path file;
    private final Path temporary;
    private final ImageTransform transform;
    private final Writer out;
    private int photos;
    private int problems;
    private boolean explained;
    private boolean damaged;
    private boolean closed;

    private CaptionReport(Path file, Path temporary, ImageTransform transform, Writer out) {
        this.file = file;
        this.temporary = temporary;
        this.transform = transform;
        this.out = out;
    }

    /**
     * Begins a report.
     *
     * @param file HTML; replaced when the report is closed
     * @param transform of the model, which says what part of a photo it sees
     * @throws CaptionerException when the file is a folder or cannot be written
     */
    public static CaptionReport to(Path file, ImageTransform transform) {
        Path target = file.toAbsolutePath();
        if (Files.isDirectory(target)) {
            throw new CaptionerException("report " + target + " cannot be written: it is a folder; name a file in it");
        }
        CaptionReport report = begun(target, transform);
        try {
            report.write(Page.begin("Captions", 0));
            report.write(Element.of("header", "top").add(Element.of("h1").text("Captions")));
        } catch (CaptionerException e) {
            report.close();
            throw e;
        }
        return report;
    }

    private static CaptionReport begun(Path file, ImageTransform transform) {
        try {
            Path folder = file.resolveSibling("");
            Files.createDirectories(folder);
            Path temporary = Files.createTempFile(folder, "." + file.getFileName(), ".part");
            return new CaptionReport(file, temporary, transform, Files.newBufferedWriter(temporary));
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /**
     * Adds a photo.
     *
     * @param name shown above its caption
     * @param image read again, to be shown; where it cannot be read its caption stands without it
     * @throws CaptionerException when the file cannot be written
     */
    public void add(String name, ImageInput image, Caption caption) {
        if (!explained) {
            explained = true;
            write(legend(caption));
        }
        photos++;
        Optional<Picture> picture = Picture.read(image, CaptionCard.photoSide());
        write(new CaptionCard("p" + photos, transform).of(name, picture, caption));
    }

    /** Adds what became of a photo that has no caption. */
    public void addProblem(String name, String message) {
        problems++;
        write(Element.of("article", "card problem")
                .add(Element.of("p", "file").text(name), Element.of("p").text(message)));
    }

    private static Element legend(Caption first) {
        String attention = CaptionCard.hasAttention(first)
                ? " Point at a word, or choose it, and the photo shows where the model looked while it wrote that word: bright where most, veiled where not."
                : " This model has no attention over places of the photo, so there is none to show.";
        return Element.of("p", "legend")
                .text(
                        "Written by " + first.modelId()
                                + ". Below each word stands how probable the model thought it, given the photo and the words before."
                                + attention
                                + " A caption's score is the sum of its words' logarithms, the end's included, divided by the length as the search was told; higher is better."
                                + (first.confidence().isEmpty()
                                        ? ""
                                        : " Confidence is how probable it is that people agree with a caption at least as much as they typically do with each other."));
    }

    private void write(Object part) {
        try {
            out.write(part.toString());
            out.write('\n');
        } catch (IOException e) {
            damaged = true;
            throw failure(file, e);
        }
    }

    /**
     * Ends the page and puts it in its place, or, where something could not be written before, leaves that place as it was. Closing again does
     * nothing.
     *
     * @throws CaptionerException when the file cannot be written; nothing is left of it then
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            end();
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private void end() throws IOException {
        try {
            try (out) {
                if (!damaged) {
                    write(Page.end(photos + (photos == 1 ? " photo" : " photos")
                            + (problems == 0 ? "" : ", " + problems + " without a caption")
                            + ". Written by captioner."));
                }
            }
            if (!damaged) {
                AtomicFile.publish(temporary, file);
            }
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static CaptionerException failure(Path file, IOException e) {
        return new CaptionerException("report " + file + " cannot be written: " + e.getMessage(), e);
    }
}
