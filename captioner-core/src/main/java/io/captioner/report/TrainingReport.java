package io.captioner.report;

import io.captioner.data.CaptionDataset;
import io.captioner.io.AtomicFile;
import io.captioner.text.Vocabulary;
import io.captioner.train.EpochMetrics;
import io.captioner.train.StepMetrics;
import io.captioner.train.TrainingListener;
import io.captioner.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows a training as a page for people: what its numbers say in words, too little data first; curves of loss and of dev metrics; the same
 * photos captioned epoch after epoch; lengths and words of the captions; the recipe. One HTML file that needs no network and no script.
 *
 * <pre>{@code
 * trainer.listener(TrainingReport.to(Path.of("report.html"), dataset))
 * }</pre>
 *
 * <p>The file is written anew when training begins, after each epoch and at the end, each time whole, so that a training can be watched: until
 * it ends the page reads itself anew. A page that cannot be written is logged and ends no training.
 */
public final class TrainingReport implements TrainingListener {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingReport.class);

    private final Path file;
    private final CaptionDataset dataset;
    private @Nullable TrainingLog log;
    private @Nullable TrainingPage page;

    private TrainingReport(Path file, CaptionDataset dataset) {
        this.file = file;
        this.dataset = dataset;
    }

    /**
     * A report of one training.
     *
     * @param file HTML; replaced
     * @param dataset the one that is trained on
     */
    public static TrainingReport to(Path file, CaptionDataset dataset) {
        return new TrainingReport(file.toAbsolutePath(), dataset);
    }

    @Override
    public void onStart(Start start) {
        log = new TrainingLog(start);
        page = new TrainingPage(
                log,
                TrainingData.of(dataset, start.vocabulary() - Vocabulary.SPECIAL.size()),
                start.vocabulary() - Vocabulary.SPECIAL.size());
        write();
    }

    @Override
    public void onStep(StepMetrics step) {
        if (log != null) {
            log.add(step);
        }
    }

    @Override
    public void onEpoch(EpochMetrics epoch) {
        if (log != null) {
            log.add(epoch);
            write();
        }
    }

    @Override
    public void onEnd(TrainingResult result) {
        if (log != null) {
            log.finish();
            write();
        }
    }

    private void write() {
        if (page == null) {
            return;
        }
        try {
            Files.createDirectories(file.resolveSibling(""));
            AtomicFile.writeText(file, page.html());
        } catch (IOException e) {
            LOG.warn("report {} cannot be written: {}", file, e.getMessage());
        }
    }
}
