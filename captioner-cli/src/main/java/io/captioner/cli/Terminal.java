package io.captioner.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether somebody watches a standard stream. */
final class Terminal {
    private Terminal() {}

    /** Whether standard output is a terminal. */
    static boolean isOutput() {
        return is(1);
    }

    /** Whether standard error is a terminal. */
    static boolean isError() {
        return is(2);
    }

    private static boolean is(int descriptor) {
        try {
            // Linux tells of each stream; Java of standard input and output together, and of standard error not at all
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return hasConsole();
        }
    }

    private static boolean hasConsole() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true; // before Java 22 there is a console where there is a terminal
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
