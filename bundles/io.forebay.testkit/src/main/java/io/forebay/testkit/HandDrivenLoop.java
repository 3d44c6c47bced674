/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import io.forebay.api.transport.Loop;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/**
 * A loop that runs on the caller's thread, with a clock that jumps from one task to the next. Tasks of the same time run in
 * the order in which they were given, so a run can be repeated exactly.
 */
public final class HandDrivenLoop implements Loop {

    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private long nowNs;
    private long serial;
    private long steps;

    private static final class Task implements Comparable<Task>, Timer {
        private final long atNs;
        private final long serial;
        private final Runnable action;
        private boolean cancelled;

        Task(long atNs, long serial, Runnable action) {
            this.atNs = atNs;
            this.serial = serial;
            this.action = action;
        }

        @Override
        public int compareTo(Task other) {
            int byTime = Long.compare(atNs, other.atNs);
            return byTime != 0 ? byTime : Long.compare(serial, other.serial);
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public long nowNs() {
        return nowNs;
    }

    @Override
    public void execute(Runnable task) {
        schedule(task, 0);
    }

    @Override
    public Timer schedule(Runnable task, long delayNs) {
        Task entry = new Task(nowNs + Math.max(0, delayNs), serial++, task);
        tasks.add(entry);
        return entry;
    }

    /** How many tasks have run. */
    public long steps() {
        return steps;
    }

    /** Runs the next task, if there is one. */
    public boolean step() {
        Task next = tasks.poll();
        while (next != null && next.cancelled) {
            next = tasks.poll();
        }
        if (next == null) {
            return false;
        }
        nowNs = next.atNs;
        steps++;
        next.action.run();
        return true;
    }

    /** Runs tasks for a while on the clock. */
    public void runFor(long durationNs) {
        long end = nowNs + durationNs;
        schedule(() -> {}, durationNs);
        while (nowNs < end && step()) {
            // each step runs one task
        }
    }

    /** Runs tasks until a condition holds; {@code false} if it does not within {@code limitNs} on the clock. */
    public boolean runUntil(BooleanSupplier condition, long limitNs) {
        long end = nowNs + limitNs;
        schedule(() -> {}, limitNs);
        while (!condition.getAsBoolean()) {
            if (nowNs >= end || !step()) {
                return condition.getAsBoolean();
            }
        }
        return true;
    }
}
