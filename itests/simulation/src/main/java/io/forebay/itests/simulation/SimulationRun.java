/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.function.LongSupplier;

/** The command line: runs seeds until one breaks a promise. */
public final class SimulationRun {

    private static final String USAGE = """
            run --seconds N    random seeds for N seconds
            run --seed S       one seed, with its events
            run --seeds A-B    a range of seeds
            run --crossed A-B  DRBDs that dial at the same moment: how long until they are connected
            run --survey A-B   a range of seeds, going on after a broken promise with one line for each""";
    private static final long PROGRESS_NS = 5_000_000_000L;

    /** Java frees memory outside its heap only when it collects, which a small heap rarely makes it do. */
    private static final int SEEDS_PER_COLLECTION = 200;

    private static final int BROKEN = 1;
    private static final int MISUSED = 2;

    private final PrintStream out;
    private long seeds;
    private long simulatedNs;
    private long steps;
    private long bytes;
    private int broken;

    private SimulationRun(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] arguments) {
        System.exit(new SimulationRun(System.out).run(arguments));
    }

    private int run(String[] arguments) {
        if (arguments.length != 2) {
            out.println(USAGE);
            return MISUSED;
        }
        String value = arguments[1];
        switch (arguments[0]) {
            case "--seconds" -> {
                long endNs = System.nanoTime() + (long) (Double.parseDouble(value) * 1e9);
                Random random = new Random();
                return runAll(() -> System.nanoTime() < endNs ? random.nextInt(Integer.MAX_VALUE) : -1, false);
            }
            case "--seed" -> {
                return runOne(Long.parseLong(value));
            }
            case "--crossed" -> {
                return runCrossed(first(value), last(value));
            }
            case "--seeds", "--survey" -> {
                long last = last(value);
                long[] next = {first(value)};
                return runAll(() -> next[0] <= last ? next[0]++ : -1, arguments[0].equals("--survey"));
            }
            default -> {
                out.println(USAGE);
                return MISUSED;
            }
        }
    }

    private int runOne(long seed) {
        Simulation.Outcome outcome = Simulation.run(seed);
        count(outcome);
        print(outcome);
        if (!outcome.isBroken()) {
            out.println("no promise was broken: " + counts());
        }
        return outcome.isBroken() ? BROKEN : 0;
    }

    private static long first(String range) {
        return Long.parseLong(range.substring(0, range.indexOf('-')));
    }

    private static long last(String range) {
        return Long.parseLong(range.substring(range.indexOf('-') + 1));
    }

    /** Tells the distribution of times, whether or not the promise about them was kept. */
    private int runCrossed(long first, long last) {
        long[] connectMs = new long[(int) (last - first + 1)];
        for (long seed = first; seed <= last; seed++) {
            Simulation.Outcome outcome = Simulation.run(Scenario.crossed(seed));
            connectMs[(int) (seed - first)] = outcome.connectNs() / 1_000_000;
            if (outcome.isBroken()) {
                broken++;
                out.println(verdict(outcome));
            }
        }
        Arrays.sort(connectMs);
        out.printf(
                Locale.ROOT,
                "ms until connected: least %d, median %d, 9 of 10 %d, 99 of 100 %d, most %d%n",
                connectMs[0],
                connectMs[connectMs.length / 2],
                connectMs[connectMs.length * 9 / 10],
                connectMs[connectMs.length * 99 / 100],
                connectMs[connectMs.length - 1]);
        return broken == 0 ? 0 : BROKEN;
    }

    private int runAll(LongSupplier next, boolean goOn) {
        long startNs = System.nanoTime();
        long progressNs = startNs + PROGRESS_NS;
        for (long seed = next.getAsLong(); seed >= 0; seed = next.getAsLong()) {
            Simulation.Outcome outcome = Simulation.run(seed);
            count(outcome);
            if (outcome.isBroken() && goOn) {
                broken++;
                out.println(verdict(outcome));
            } else if (outcome.isBroken()) {
                print(outcome);
                out.println("replay it with: itests/simulation/run --seed " + seed);
                return BROKEN;
            }
            if (seeds % SEEDS_PER_COLLECTION == 0) {
                System.gc();
            }
            if (System.nanoTime() > progressNs) {
                out.println(counts());
                progressNs += PROGRESS_NS;
            }
        }
        out.printf(
                Locale.ROOT,
                "%s: %s, %.1f seeds a second%n",
                broken == 0 ? "no promise was broken" : broken + " seeds broke a promise",
                counts(),
                seeds * 1e9 / (System.nanoTime() - startNs));
        return broken == 0 ? 0 : BROKEN;
    }

    private void count(Simulation.Outcome outcome) {
        seeds++;
        simulatedNs += outcome.simulatedNs();
        steps += outcome.steps();
        bytes += outcome.bytes();
    }

    private String counts() {
        return String.format(
                Locale.ROOT,
                "%d seeds, %.0f simulated seconds, %.1f million steps, %.1f MB received by DRBDs",
                seeds,
                simulatedNs / 1e9,
                steps / 1e6,
                bytes / 1e6);
    }

    private void print(Simulation.Outcome outcome) {
        out.println("seed " + outcome.scenario().seed() + ": " + outcome.scenario());
        outcome.lines().get().forEach(out::println);
        if (outcome.isBroken()) {
            out.println(verdict(outcome));
        }
    }

    private static String verdict(Simulation.Outcome outcome) {
        return "BROKEN PROMISE, seed %d (%s): %s"
                .formatted(outcome.scenario().seed(), outcome.scenario().kind(), outcome.failure());
    }
}
