package io.captioner.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.captioner.data.CaptionDataset;
import io.captioner.data.DatasetCheck;
import io.captioner.data.DatasetReport;
import io.captioner.data.DatasetReport.Duplicate;
import io.captioner.data.DatasetReport.SplitCount;
import io.captioner.data.DatasetReport.Unreadable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code captioner data check DATASET}. */
@Command(
        name = "data",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Looks at data sets.",
        subcommands = DataCommand.Check.class)
final class DataCommand {
    /** What is wrong with a data set before one trains on it. */
    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = {
                "Counts pictures, captions and words; finds pictures that cannot be read, duplicates, and pictures of one split in another.",
                "Exit code 1 where a picture cannot be read, a row is bad, or a split leaks into another."
            })
    static final class Check implements Callable<Integer> {
        /** As many of a kind are listed for people; --json has all. */
        private static final int LISTED = 20;

        @Parameters(paramLabel = "DATASET", description = "A file, or a folder of pictures with captions.")
        Path data = Path.of("");

        @Mixin
        DataOptions reading = new DataOptions();

        @Option(
                names = "--near",
                paramLabel = "BITS",
                defaultValue = "" + DatasetCheck.DEFAULT_NEAR,
                description =
                        "Bits of 64 in which hashes of pictures that look alike differ, 0 to 10. Default: ${DEFAULT-VALUE}.")
        int near = DatasetCheck.DEFAULT_NEAR;

        @Option(
                names = "--min-count",
                paramLabel = "N",
                defaultValue = "5",
                description =
                        "How often a word must occur in training to be in the vocabulary. Default: ${DEFAULT-VALUE}.")
        int minCount = 5;

        @Option(names = "--json", description = "One JSON object instead of tables.")
        boolean json;

        @Mixin
        Streams streams = new Streams();

        @Override
        public Integer call() {
            PrintWriter out = streams.out();
            PrintWriter err = streams.err();
            CaptionDataset dataset = reading.read(data, err);
            DatasetReport report;
            try (Progress progress = Progress.of("pictures", dataset.examples().size(), err)) {
                report = DatasetCheck.run(dataset, near, minCount, done -> progress.stepBy(1));
            }
            if (json) {
                out.println(new GsonBuilder()
                        .disableHtmlEscaping()
                        .setPrettyPrinting()
                        .create()
                        .toJson(object(report)));
            } else {
                print(report, out);
            }
            out.flush();
            return report.isSound() && reading.skipped().isEmpty() ? Main.DONE : Main.FAILED;
        }

        private JsonObject object(DatasetReport report) {
            JsonObject object = new JsonObject();
            JsonElement all = new GsonBuilder().create().toJsonTree(report);
            object.add("dataset", all.getAsJsonObject().get("dataset"));
            object.addProperty(
                    "images",
                    report.splits().stream().mapToInt(SplitCount::images).sum());
            object.addProperty(
                    "captions",
                    report.splits().stream().mapToInt(SplitCount::captions).sum());
            object.addProperty("badRows", reading.skipped().size());
            object.addProperty("unreadableImages", report.unreadable().size());
            object.addProperty("exactDuplicates", report.exactDuplicates().size());
            object.addProperty("nearDuplicates", report.nearDuplicates().size());
            object.addProperty("leaks", report.leaks().size());
            for (String key : List.of("splits", "lengths", "vocabulary", "unreadable", "duplicates")) {
                object.add(key, all.getAsJsonObject().get(key));
            }
            object.add("skipped", new GsonBuilder().create().toJsonTree(reading.skipped()));
            return object;
        }

        private void print(DatasetReport report, PrintWriter out) {
            out.println(report.dataset());
            out.printf("%-8s %8s %9s %12s %15s%n", "split", "pictures", "captions", "known words", "known captions");
            for (SplitCount split : report.splits()) {
                out.printf(
                        Locale.ROOT,
                        "%-8s %8d %9d %11.2f%% %14.2f%%%n",
                        split.split().label(),
                        split.images(),
                        split.captions(),
                        100 * split.knownWords(),
                        100 * split.knownCaptions());
            }
            var lengths = report.lengths();
            out.printf(
                    Locale.ROOT,
                    "%nwords of a caption: %d to %d, mean %.1f, median %d, 95%% have %d or fewer%n",
                    lengths.least(),
                    lengths.most(),
                    lengths.mean(),
                    lengths.median(),
                    lengths.percentile95());
            var words = report.vocabulary();
            out.printf(
                    "vocabulary of the training captions: %d words, %d of them %d times or more%n",
                    words.words(), words.kept(), words.minCount());
            out.printf("bad rows: %d%n", reading.skipped().size());
            out.printf("pictures that cannot be read: %d%n", report.unreadable().size());
            first(report.unreadable(), out, (Unreadable picture) -> picture.id() + "  " + picture.reason());
            List<Duplicate> exact = report.exactDuplicates();
            out.printf("the same file twice: %d%n", exact.size());
            first(exact, out, Check::line);
            List<Duplicate> alike = report.nearDuplicates();
            out.printf("pictures that look alike (%d bits or fewer): %d%n", near, alike.size());
            first(alike, out, Check::line);
            out.printf("of both, in different splits: %d%n", report.leaks().size());
            first(report.leaks(), out, Check::line);
        }

        private static String line(Duplicate pair) {
            return pair.first() + " (" + pair.firstSplit().label() + ")  " + pair.second() + " ("
                    + pair.secondSplit().label() + ")" + (pair.exact() ? "" : "  " + pair.distance() + " bits");
        }

        private static <T> void first(List<T> list, PrintWriter out, Function<T, String> line) {
            list.stream().limit(LISTED).forEach(one -> out.println("  " + line.apply(one)));
            if (list.size() > LISTED) {
                out.printf("  and %d more; --json lists all%n", list.size() - LISTED);
            }
        }
    }
}
