package io.captioner.cli;

import io.captioner.Caption;
import io.captioner.ImageInput;
import io.captioner.cli.ImageFiles.Picture;
import io.captioner.pack.ModelPackage;
import io.captioner.report.CaptionReport;
import java.nio.file.Path;

/** Writes results as another writer does, and a page that shows them. Closes the page alone. */
record ReportWriter(CaptionWriter results, CaptionReport page) implements CaptionWriter {
    /** @param model that captions */
    static ReportWriter beside(CaptionWriter results, Path page, ModelPackage model) {
        return new ReportWriter(results, CaptionReport.to(page, model.transform()));
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
