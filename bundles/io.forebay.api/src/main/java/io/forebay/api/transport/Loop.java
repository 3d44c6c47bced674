/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.transport;

import java.util.concurrent.Executor;
import org.osgi.annotation.versioning.ConsumerType;

/** One thread that serves connections, timers and commands in turn; in a simulation, the caller's. */
@ConsumerType
public interface Loop extends Executor {

    /** Whether the calling thread is this loop's. */
    boolean inLoop();

    /** A clock in nanoseconds that only grows, with an arbitrary origin: the only clock the engine reads. Any thread. */
    long nowNs();

    /** Runs a task on this loop after a delay. Any thread. */
    Timer schedule(Runnable task, long delayNs);

    /** A task that was scheduled. */
    @ConsumerType
    interface Timer {
        /** Keeps the task from running if it has not begun. Any thread. */
        void cancel();
    }
}
