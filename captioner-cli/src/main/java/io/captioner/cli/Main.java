package io.captioner.cli;

import io.captioner.BackendException;
import io.captioner.CaptionerException;
import io.captioner.ModelException;
import io.captioner.OptionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;

/** The root command. */
@Command(
        name = "captioner",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Writes captions for pictures; trains, exports and inspects captioners.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit codes: 0 all done; 1 some inputs failed (each is named); 2 wrong usage; 3 no model, backend or device."
        },
        subcommands = {
            CaptionCommand.class,
            TrainCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            InspectCommand.class,
            DoctorCommand.class,
        })
public final class Main {
    /** Everything was done. */
    static final int DONE = 0;

    /** Some inputs failed. */
    static final int FAILED = 1;

    /** The command line is wrong. */
    static final int USAGE = 2;

    /** There is no such model, backend or device. */
    static final int UNAVAILABLE = 3;

    private Main() {}

    /** Runs the command line and leaves the JVM with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(Main::report);
    }

    private static int report(Exception failure, CommandLine command, ParseResult parsed) throws Exception {
        if (!(failure instanceof CaptionerException)) {
            throw failure;
        }
        command.getErr().println(command.getColorScheme().errorText("captioner: " + failure.getMessage()));
        if (failure instanceof OptionException) {
            return USAGE;
        }
        return failure instanceof ModelException || failure instanceof BackendException ? UNAVAILABLE : FAILED;
    }
}
