package io.captioner.cli;

import io.captioner.Caption;
import io.captioner.ImageInput;
import io.captioner.cli.ImageFiles.Picture;
import io.captioner.report.CaptionReport;
import io.captioner.runtime.DefaultCaptionerFactory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Writes results as another writer does, and a page that shows them. Closes the page alone. */
record ReportWriter(CaptionWriter results, CaptionReport page) implements CaptionWriter {
    /** @param model folder of the package that captions, or null for the bundled one */
    static ReportWriter beside(CaptionWriter results, Path page, @Nullable Path model) {
        return new ReportWriter(
                results,
                CaptionReport.to(page, DefaultCaptionerFactory.model(model).transform()));
    }

    @Override
    public void write(Picture image, Caption caption) {
        results.write(image, caption);
        page.add(image.name(), ImageInput.of(image.file()), caption);
    }

    @Override
    public void failed(Picture image, String message) {
        page.addProblem(image.name(), message);
    }

    @Override
    public void close() {
        page.close();
    }
}
