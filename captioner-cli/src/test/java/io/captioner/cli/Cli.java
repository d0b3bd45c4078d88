package io.captioner.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/**
 * What the command line did with its arguments.
 *
 * @param code the exit code
 * @param out what a pipe would get
 * @param err what else was written
 */
record Cli(int code, String out, String err) {
    static Cli run(Object... arguments) {
        String[] texts = List.of(arguments).stream().map(String::valueOf).toArray(String[]::new);
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.commandLine(texts)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(texts);
        return new Cli(code, out.toString(), err.toString());
    }

    List<String> lines() {
        return out.lines().toList();
    }
}
