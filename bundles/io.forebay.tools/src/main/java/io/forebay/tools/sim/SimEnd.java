/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import io.forebay.tools.cli.Program;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Runs one end of a test in the foreground: a line a second meanwhile, the report at the end, also after Ctrl-C. */
final class SimEnd {
    private static final int INTERRUPTED = 130;
    private static final long REPORT_SECONDS = 5;

    /** Makes what is to run of the options. */
    interface Plan {
        /** @throws IllegalArgumentException if the options do not go together, with a sentence */
        SimRun make() throws IOException;
    }

    private final CommandSpec command;
    private final PrintStream out;
    private final PrintStream progress;
    private final boolean json;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch reported = new CountDownLatch(1);
    private volatile boolean interrupted;

    SimEnd(CommandSpec command, PrintStream out, PrintStream progress, boolean json) {
        this.command = command;
        this.out = out;
        this.progress = progress;
        this.json = json;
    }

    /** Returns the exit status. */
    int run(Plan plan) throws IOException {
        SimRun run;
        try {
            run = plan.make();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        } catch (IOException e) {
            say(Failure.text(e));
            return Program.FAILED;
        }
        return run(run);
    }

    private void say(String sentence) {
        progress.println(command.qualifiedName() + ": " + sentence);
    }

    private int run(SimRun run) throws IOException {
        Thread onSignal = new Thread(() -> interrupt(run), "sim-shutdown");
        Runtime.getRuntime().addShutdownHook(onSignal);
        Thread ticker = new Thread(() -> tick(run), "sim-progress");
        ticker.setDaemon(true);
        ticker.start();
        try {
            String failure = failure(run);
            SimReport report = run.report();
            report.ended(failure != null ? failure : interrupted ? "interrupted" : "completed");
            if (failure != null) {
                say(failure);
            }
            out.println(json ? report.toJson() : report.toText());
            out.flush();
            return failure != null ? Program.FAILED : interrupted ? INTERRUPTED : CommandLine.ExitCode.OK;
        } finally {
            ended.countDown();
            reported.countDown();
            forget(onSignal);
        }
    }

    private String failure(SimRun run) {
        try {
            run.run();
            return null;
        } catch (InterruptedException e) {
            interrupted = true;
            return null;
        } catch (Exception e) {
            return interrupted && !(e instanceof WrongBytesException) ? null : Failure.text(e);
        } finally {
            ended.countDown();
        }
    }

    private void tick(SimRun run) {
        try {
            for (int seconds = 1; !ended.await(1, TimeUnit.SECONDS); seconds++) {
                progress.println("sim: " + Program.format("%4d s  ", seconds) + run.progress());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void interrupt(SimRun run) {
        interrupted = true;
        run.stop();
        try {
            reported.await(REPORT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void forget(Thread onSignal) {
        try {
            Runtime.getRuntime().removeShutdownHook(onSignal);
        } catch (IllegalStateException e) {
            // it is running already
        }
    }
}
