/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.transport.Loop;
import java.util.function.Consumer;

/**
 * Looks at how long the calls of a plug-in take, one at a time, while they are under way. Thread-safe.
 *
 * <p>A call that is overdue is looked at once more a little later: if the whole machine stood still, it returns meanwhile.
 */
final class CallWatch {

    private static final long ONCE_MORE_NS = 100_000_000L;

    private final Loop timers;
    private Consumer<String> onOverdue;
    private String call;
    private long beganNs;
    private long limitNs;
    private long number;
    private long suspect;
    private boolean armed;

    /** With who is told of a call that is overdue, by a clause that goes on after the plug-in's name; on the loop. */
    CallWatch(Loop timers, Consumer<String> onOverdue) {
        this.timers = timers;
        this.onOverdue = onOverdue;
    }

    /** A call begins. */
    synchronized void begin(String what, long mostNs) {
        call = what;
        number++;
        limitNs = mostNs;
        beganNs = timers.nowNs();
        if (!armed) {
            armed = true;
            timers.schedule(this::look, mostNs);
        }
    }

    /** The call has returned. */
    synchronized void end() {
        call = null;
    }

    /** Nothing is watched any more, nor held: a timer may live on for a while. */
    synchronized void close() {
        call = null;
        onOverdue = null;
    }

    private void look() {
        Consumer<String> told = null;
        String clause = null;
        synchronized (this) {
            armed = false;
            if (call == null || onOverdue == null) {
                return;
            }
            long leftNs = beganNs + limitNs - timers.nowNs();
            if (leftNs <= 0 && suspect == number) {
                told = onOverdue;
                clause = "has not returned from %s for more than %d s".formatted(call, limitNs / 1_000_000_000L);
            } else {
                suspect = leftNs <= 0 ? number : 0;
                armed = true;
                timers.schedule(this::look, leftNs <= 0 ? ONCE_MORE_NS : leftNs);
            }
        }
        if (told != null) {
            told.accept(clause);
        }
    }
}
