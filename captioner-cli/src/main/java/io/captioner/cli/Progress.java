package io.captioner.cli;

import java.io.PrintWriter;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar on standard error where that is a terminal, and the lines that are written there meanwhile. */
final class Progress implements AutoCloseable {
    /** To the first column, and clear the line. */
    private static final String CLEAR = "\r\u001b[K";

    private final PrintWriter err;
    private final @Nullable ProgressBar bar;

    private Progress(PrintWriter err, @Nullable ProgressBar bar) {
        this.err = err;
        this.bar = bar;
    }

    /** A bar up to {@code total}; none is shown where nobody watches. */
    static Progress of(String task, long total, PrintWriter err) {
        if (total < 2 || !Terminal.isError()) {
            return new Progress(err, null);
        }
        return new Progress(
                err,
                ProgressBar.builder()
                        .setTaskName(task)
                        .setInitialMax(total)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(500)
                        .build());
    }

    /** A bar beside results that go to standard output as they come: none where they show on the same terminal. */
    static Progress besideResults(String task, long total, PrintWriter err) {
        return of(task, Terminal.isOutput() ? 0 : total, err);
    }

    void stepBy(long steps) {
        if (bar != null) {
            bar.stepBy(steps);
        }
    }

    void stepTo(long step, String message) {
        if (bar != null) {
            bar.stepTo(step);
            bar.setExtraMessage(message);
        }
    }

    /** Writes a line above the bar. */
    void line(String text) {
        err.println(bar == null ? text : CLEAR + text);
        err.flush();
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
