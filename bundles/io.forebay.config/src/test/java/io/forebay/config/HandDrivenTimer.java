/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A timer whose time goes on when it is told to. */
final class HandDrivenTimer extends ScheduledThreadPoolExecutor {

    private record Task(long atMs, Runnable work, ScheduledFuture<?> future) {}

    private final List<Task> tasks = new ArrayList<>();
    private long nowMs;

    HandDrivenTimer() {
        super(0);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
        ScheduledFuture<?> future = super.schedule(work, 1000, TimeUnit.DAYS);
        tasks.add(new Task(nowMs + unit.toMillis(delay), work, future));
        return future;
    }

    /** Runs, in the caller's thread, what is due until then and was not cancelled. */
    void advance(long ms) {
        nowMs += ms;
        for (Task task : List.copyOf(tasks)) {
            if (task.atMs <= nowMs && tasks.remove(task) && !task.future.isCancelled()) {
                task.work.run();
            }
        }
    }

    /** Whether nothing is to be done later. */
    boolean isIdle() {
        return tasks.stream().allMatch(task -> task.future.isCancelled());
    }
}
