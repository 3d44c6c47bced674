/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import io.forebay.tools.cli.Program;
import java.io.PrintStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code forebay sim}: loads a pair of relays between two hosts as DRBD would, and checks what arrives. */
@Command(
        name = "forebay sim",
        description = "Loads a pair of relays between two hosts, with simulated DRBD nodes in the place of both DRBDs,"
                + " and checks every byte. Start standby at one site, then send at the other.")
public final class Sim implements Runnable {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private Sim() {}

    /** Runs the command and ends the process with its exit status. */
    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    /** Runs the command: the result to {@code out}, progress and errors to {@code progress}. Returns the exit status. */
    static int run(PrintStream out, PrintStream progress, String... arguments) {
        CommandLine line = new CommandLine(new Sim());
        line.addSubcommand("send", new SimSend(out, progress));
        line.addSubcommand("standby", new SimStandby(out, progress));
        return Program.run(line, out, progress, arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name the end of the test that this is, send or standby");
    }
}
