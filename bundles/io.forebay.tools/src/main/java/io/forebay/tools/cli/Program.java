/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine;

/** What the operator's programs have in common: exit statuses, one sentence for a refusal, and numbers with a point in them. */
public final class Program {
    public static final int FAILED = 1;

    private Program() {}

    /** Runs a command: the result to {@code out}, progress and errors to {@code err}. Returns the exit status. */
    public static int run(CommandLine command, PrintStream out, PrintStream err, String... arguments) {
        return command.registerConverter(ByteSize.class, new ByteSize.Converter())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(out, true))
                .setParameterExceptionHandler((e, given) -> {
                    String name = e.getCommandLine().getCommandSpec().qualifiedName();
                    err.println(name + ": " + e.getMessage() + "; see " + name + " --help");
                    return CommandLine.ExitCode.USAGE;
                })
                .execute(arguments);
    }

    public static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** A line of a result: a name and what it is. */
    public static String line(String name, Object value) {
        return format("%-20s%s", name, value);
    }

    /** Three digits behind the point; {@code null} for what is no number. */
    public static Double rounded(double value) {
        return Double.isFinite(value) ? Math.round(value * 1000) / 1000.0 : null;
    }
}
