package io.captioner.cli;

import io.captioner.runtime.Backends;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What every caption needs, whatever the options say, made ready beside the reading of the command line, which takes as long. What fails here
 * fails again where it is needed.
 */
final class Preparation {
    /** With these there is no caption, or perhaps another backend. */
    private static final List<String> ASKS_FOR_ELSE = List.of("-h", "--help", "-V", "--version", "--backend");

    private final CompletableFuture<Void> done;

    private Preparation(CompletableFuture<Void> done) {
        this.done = done;
    }

    static Preparation begin(String... arguments) {
        CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
        if (isWorthwhile(List.of(arguments))) {
            done = CompletableFuture.runAsync(() -> Backends.find(null).prepare(), Preparation::start);
        }
        return new Preparation(done);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "captioner-prepare");
        thread.setDaemon(true);
        thread.start();
    }

    private static boolean isWorthwhile(List<String> arguments) {
        return arguments.size() > 1
                && arguments.get(0).equals("caption")
                && arguments.stream()
                        .noneMatch(argument -> ASKS_FOR_ELSE.stream().anyMatch(argument::startsWith));
    }

    /** Until it has ended: a process that leaves while a library is being unpacked leaves its file behind. */
    void await() {
        done.handle((nothing, failure) -> null).join();
    }
}
