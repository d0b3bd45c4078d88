package io.captioner.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress on standard error, and only where that is a terminal. */
final class Progress {
    private Progress() {}

    static ProgressBar bar(String task, long total) {
        ProgressBarBuilder builder = ProgressBar.builder()
                .setTaskName(task)
                .setInitialMax(total)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(500);
        if (total < 2 || System.console() == null || System.getenv("TERM") == null) {
            builder.setConsumer(new Silent());
        }
        return builder.build();
    }

    /** Shows nothing. */
    private static final class Silent implements me.tongfei.progressbar.ProgressBarConsumer {
        @Override
        public int getMaxRenderedLength() {
            return 80;
        }

        @Override
        public void accept(String rendered) {
            // nothing is shown where nobody watches
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
