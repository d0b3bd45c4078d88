package io.captioner.cli;

import io.captioner.BackendException;
import io.captioner.CaptionerException;
import io.captioner.ModelException;
import io.captioner.OptionException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The root command. */
@Command(
        name = "captioner",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Writes captions for pictures; trains, measures, exports and inspects captioners.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit codes: 0 all done; 1 some inputs failed (each is named); 2 wrong usage; 3 no model, backend or device."
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

    /** Each named as its class begins. */
    private static final List<Class<?>> COMMANDS = List.of(
            CaptionCommand.class,
            TrainCommand.class,
            EvaluateCommand.class,
            ScoreCommand.class,
            BaselineCommand.class,
            CalibrateCommand.class,
            TagCommand.class,
            DataCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            AverageCommand.class,
            InspectCommand.class,
            DoctorCommand.class);

    private Main() {}

    /** Runs the command line and leaves the JVM with its exit code. */
    public static void main(String[] arguments) {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true"); // pictures are read and resized, no window is opened
        }
        // UTF-8 whatever the locale says; whatever libraries print goes where log lines go
        PrintStream results = utf8(FileDescriptor.out);
        System.setErr(utf8(FileDescriptor.err));
        System.setOut(System.err);
        Preparation preparation = Preparation.begin(arguments);
        PrintWriter out = new PrintWriter(results, false, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = commandLine(arguments).setOut(out).setErr(err).execute(arguments);
        if (out.checkError()) {
            err.println("captioner: standard output cannot be written; results are missing");
            code = Math.max(code, FAILED);
        }
        preparation.await();
        System.exit(code);
    }

    private static PrintStream utf8(FileDescriptor stream) {
        return new PrintStream(new FileOutputStream(stream), true, StandardCharsets.UTF_8);
    }

    /** To read the options of all commands takes longer than a caption: where one is asked for by its name, the others are left out. */
    static CommandLine commandLine(String... arguments) {
        CommandLine line = new CommandLine(new Main());
        List<Class<?>> wanted = COMMANDS.stream()
                .filter(command -> arguments.length > 0
                        && command.getSimpleName().toLowerCase(Locale.ROOT).equals(arguments[0] + "command"))
                .toList();
        (wanted.isEmpty() ? COMMANDS : wanted).forEach(line::addSubcommand);
        return line.setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Main::misuse)
                .setExecutionExceptionHandler(Main::report);
    }

    private static int misuse(ParameterException misuse, String[] arguments) {
        CommandLine command = misuse.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("captioner: " + String.valueOf(misuse.getMessage()).replaceFirst("^Error: ", ""));
        UnmatchedArgumentException.printSuggestions(misuse, err);
        err.println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
        err.flush();
        return USAGE;
    }

    private static int report(Exception failure, CommandLine command, ParseResult parsed) throws Exception {
        if (!(failure instanceof CaptionerException)) {
            throw failure;
        }
        command.getOut().flush();
        command.getErr().println("captioner: " + failure.getMessage());
        command.getErr().flush();
        if (failure instanceof OptionException) {
            return USAGE;
        }
        return failure instanceof ModelException || failure instanceof BackendException ? UNAVAILABLE : FAILED;
    }
}
