package io.captioner.cli;

import io.captioner.data.BadRows;
import io.captioner.data.CaptionDataset;
import io.captioner.data.DatasetFormat;
import io.captioner.data.DatasetReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a data set is read. */
final class DataOptions {
    /** What becomes of a bad row. */
    enum Choice {
        REFUSE,
        SKIP
    }

    /** As many bad rows are named before they are only counted. */
    private static final int NAMED = 20;

    @Option(
            names = "--images",
            paramLabel = "DIR",
            description = "Folder of its pictures; beside the data if left out.")
    @Nullable
    Path images;

    @Option(
            names = "--format",
            paramLabel = "NAME",
            description =
                    "karpathy, coco, flickr (tokens), csv, metadata (jsonl) or text (beside each picture); recognised if left out.")
    @Nullable
    String format;

    @Option(
            names = "--bad-rows",
            paramLabel = "CHOICE",
            defaultValue = "refuse",
            description =
                    "refuse: the first bad row ends the work; skip: bad rows are named and left out. Default: ${DEFAULT-VALUE}.")
    Choice badRows = Choice.REFUSE;

    private final List<String> skipped = new ArrayList<>();

    CaptionDataset read(Path data, PrintWriter err) {
        DatasetReader reader = DatasetReader.of(data);
        if (images != null) {
            reader.images(images);
        }
        if (format != null) {
            reader.format(DatasetFormat.of(format));
        }
        if (badRows == Choice.SKIP) {
            reader.badRows(BadRows.skipped(problem -> {
                skipped.add(problem);
                if (skipped.size() <= NAMED) {
                    err.println("skipped: " + problem);
                }
            }));
        }
        CaptionDataset dataset = reader.read();
        if (skipped.size() > NAMED) {
            err.println("skipped: " + (skipped.size() - NAMED) + " more");
        }
        err.flush();
        return dataset;
    }

    /** What was left out, in order. */
    List<String> skipped() {
        return List.copyOf(skipped);
    }
}
