package io.captioner.data;

import io.captioner.DatasetException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a row of a data set that is wrong: a picture that is not there or has no caption with a word, a split that does not exist. A
 * file that cannot be read on, as damaged JSON, is refused in any case. Thread-safe if the consumer is.
 */
public final class BadRows {
    private static final BadRows REFUSED = new BadRows(null);

    private final @Nullable Consumer<String> report;

    private BadRows(@Nullable Consumer<String> report) {
        this.report = report;
    }

    /** The first one ends the reading with a {@link DatasetException} that names file and line. The default. */
    public static BadRows refused() {
        return REFUSED;
    }

    /**
     * They are left out.
     *
     * @param report hears of each, with file and line
     */
    public static BadRows skipped(Consumer<String> report) {
        return new BadRows(report);
    }

    /** Reads one row; a {@link DatasetException} is of that row alone. */
    void row(Runnable row) {
        if (report == null) {
            row.run();
            return;
        }
        try {
            row.run();
        } catch (DatasetException e) {
            report.accept(String.valueOf(e.getMessage()));
        }
    }
}
