/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code forebay demo}: shows on one machine, within a minute, what two Forebays do for two DRBD nodes. */
@Command(
        name = "forebay demo",
        sortOptions = false,
        description = "Runs two Forebays joined by an emulated WAN, sends a file through them between two stand-in"
                + " DRBD peers, and compares what arrives.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:what arrived equals what was sent", "1:it does not, or the run failed", "2:wrong options"})
public final class Demo implements Callable<Integer> {
    private static final int EXIT_FAILED = 1;

    @Option(names = "--file", description = "the file to send (default: lib/modules of this Java)")
    private Path file = Path.of(System.getProperty("java.home"), "lib", "modules");

    @Option(names = "--json", description = "print the result as one JSON object")
    private boolean json;

    @Option(
            names = "--seconds",
            description = "bound of the transfer in seconds: no more of the file is sent than a plain line carries in"
                    + " this time (default: 0, all of it)")
    private double seconds;

    @Option(names = "--rate-mbit", defaultValue = "100", description = "of the WAN, each way (default: 100)")
    private double rateMbit;

    @Option(names = "--delay-ms", defaultValue = "20", description = "of the WAN, each way (default: 20)")
    private double delayMs;

    @Option(names = "--codec", defaultValue = "zstd level 3", description = "default: ${DEFAULT-VALUE}")
    private String codec;

    @Option(names = "--allocator", defaultValue = "direct", description = "of the BAB (default: ${DEFAULT-VALUE})")
    private String allocator;

    @Option(names = "--memlimit", defaultValue = "256M", description = "of each relay (default: ${DEFAULT-VALUE})")
    private String memlimit;

    @Option(names = "--home", description = "the unpacked distribution to start (default: the one this belongs to)")
    private Path home;

    @Option(names = "--keep", description = "leave the work folder, with logs and the received file")
    private boolean keep;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private final PrintStream out;
    private final PrintStream progress;

    Demo(PrintStream out, PrintStream progress) {
        this.out = out;
        this.progress = progress;
    }

    /** Runs the command and ends the process with its exit status. */
    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    /** Runs the command: the result to {@code out}, progress and errors to {@code progress}. Returns the exit status. */
    static int run(PrintStream out, PrintStream progress, String... arguments) {
        return new CommandLine(new Demo(out, progress))
                .setOut(new PrintWriter(out, true))
                .setParameterExceptionHandler((e, given) -> {
                    progress.println("forebay demo: " + e.getMessage() + "; see forebay demo --help");
                    return CommandLine.ExitCode.USAGE;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException {
        DemoPlan plan = plan();
        ClosingStack closing = new ClosingStack();
        Thread hook = new Thread(closing::close, "demo-shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            DemoResult result = new DemoRun(plan, ForebaySite.launcher(plan), progress, closing).run();
            out.println(json ? result.toJson() : result.toText());
            return result.equal() ? CommandLine.ExitCode.OK : EXIT_FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return EXIT_FAILED;
        } catch (Exception e) {
            if (!closing.isClosed()) { // if it is, somebody ended the demo, and what broke by that is no news
                progress.println("forebay demo: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            }
            return EXIT_FAILED;
        } finally {
            closing.close();
            forgetHook(hook);
        }
    }

    private static void forgetHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // it is running already
        }
    }

    private DemoPlan plan() {
        Path from = home;
        if (from == null && System.getProperty("forebay.home") != null) {
            from = Path.of(System.getProperty("forebay.home"));
        }
        try {
            return new DemoPlan(
                    file.toAbsolutePath(),
                    seconds,
                    rateMbit,
                    delayMs,
                    codec,
                    allocator,
                    memlimit,
                    from == null ? null : from.toAbsolutePath(),
                    keep);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
