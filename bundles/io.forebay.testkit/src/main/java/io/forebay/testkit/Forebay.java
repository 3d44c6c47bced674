/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code bin/forebay} of the unpacked distribution, on a base of its own. What it prints is kept beside the base. For one
 * thread.
 */
public final class Forebay {
    /** The unpacked distribution: the system property {@code forebay.home}. */
    public static final Path HOME = Path.of(System.getProperty("forebay.home"));

    private static final long DEADLINE_SECONDS = 90;

    private final Path base;
    private int outputs;

    public Forebay(Path base) {
        this.base = base;
    }

    /**
     * A command that has ended.
     *
     * @param status its exit status
     * @param out its standard output
     * @param err its standard error
     */
    public record Result(int status, String out, String err) {}

    /** A command that runs on. */
    public record Running(Process process, Path out, Path err) {

        public void awaitReady() throws IOException, InterruptedException {
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
            while (Files.readString(out).lines().noneMatch(line -> line.startsWith("forebay: ready"))) {
                if (process.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() > deadlineNs) {
                    throw new AssertionError("not ready: alive=" + process.isAlive() + ", out=" + Files.readString(out)
                            + ", err=" + Files.readString(err));
                }
            }
        }

        public Result await() throws IOException, InterruptedException {
            if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("still running after " + DEADLINE_SECONDS + " s: " + Files.readString(err));
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        }
    }

    public Path base() {
        return base;
    }

    public Running begin(String... words) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(HOME.resolve("bin/forebay").toString(), "--base", base.toString()));
        command.addAll(List.of(words));
        return begin(new ProcessBuilder(command));
    }

    /** Begins any program whose output is to be kept with that of this Forebay. */
    public Running begin(ProcessBuilder builder) throws IOException {
        outputs++;
        Path out = base.resolveSibling(base.getFileName() + "-" + outputs + ".out");
        Path err = base.resolveSibling(base.getFileName() + "-" + outputs + ".err");
        Process process =
                builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        process.getOutputStream().close();
        return new Running(process, out, err);
    }

    public Result call(String... words) throws IOException, InterruptedException {
        return begin(words).await();
    }
}
