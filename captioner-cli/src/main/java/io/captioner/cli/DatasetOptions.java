package io.captioner.cli;

import io.captioner.DatasetException;
import io.captioner.data.CaptionDataset;
import io.captioner.data.CaptionDataset.Example;
import io.captioner.data.CaptionDataset.Split;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The data set of a command that looks at a split of it. */
final class DatasetOptions {
    @Option(
            names = "--data",
            paramLabel = "FILE",
            required = true,
            description = "Data set: a file, or a folder of pictures with captions; see docs/training.md.")
    Path data = Path.of("");

    @Mixin
    DataOptions reading = new DataOptions();

    CaptionDataset read(PrintWriter err) {
        return reading.read(data, err);
    }

    /**
     * The pictures of a split, one at least.
     *
     * @param option what names the split
     */
    static List<Example> examples(CaptionDataset dataset, Split split, String option) {
        List<Example> examples = dataset.split(split);
        if (examples.isEmpty()) {
            throw new DatasetException(
                    dataset + " has no picture in the split " + split.label() + "; name another one with " + option);
        }
        return examples;
    }
}
