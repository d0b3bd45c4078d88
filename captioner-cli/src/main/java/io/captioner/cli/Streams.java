package io.captioner.cli;

import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Where what a command writes goes. */
@Command // picocli asks for it where a mixin has no option
final class Streams {
    @Spec(Spec.Target.MIXEE)
    @Nullable
    CommandSpec command;

    /** For results, and nothing else: standard output. */
    PrintWriter out() {
        return line().getOut();
    }

    /** For progress and messages: standard error. */
    PrintWriter err() {
        return line().getErr();
    }

    private CommandLine line() {
        return Objects.requireNonNull(command, "picocli sets it").commandLine();
    }
}
