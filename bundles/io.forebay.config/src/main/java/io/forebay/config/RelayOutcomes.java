/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * What became of configurations: Config Admin passes them on in a thread of its own, and whoever changes one wants to know.
 * Thread-safe.
 */
@Component(service = RelayOutcomes.class)
public final class RelayOutcomes {

    private final Map<String, Outcome> outcomes = new HashMap<>();

    private record Outcome(long revision, String refusal) {}

    @Activate
    public RelayOutcomes() {}

    /**
     * A configuration was looked at.
     *
     * @param revision which one of this PID
     * @param refusal why it cannot be used; empty if it is in force
     */
    synchronized void report(String pid, long revision, String refusal) {
        outcomes.put(pid, new Outcome(revision, refusal));
        notifyAll();
    }

    /** The configuration is gone, and its relay with it. */
    synchronized void reportGone(String pid) {
        outcomes.remove(pid);
        notifyAll();
    }

    /**
     * Waits until a configuration was looked at.
     *
     * @return why it cannot be used; empty if it is in force, {@code Optional.empty()} if nothing is known in time
     */
    synchronized Optional<String> await(String pid, long revision, long timeoutMs) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (!outcomes.containsKey(pid) || outcomes.get(pid).revision() < revision) {
            if (!waitUntil(deadlineNs)) {
                return Optional.empty();
            }
        }
        return Optional.of(outcomes.get(pid).refusal());
    }

    /** Waits until a configuration is gone; {@code false} if it is not in time. */
    synchronized boolean awaitGone(String pid, long timeoutMs) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (outcomes.containsKey(pid)) {
            if (!waitUntil(deadlineNs)) {
                return false;
            }
        }
        return true;
    }

    private boolean waitUntil(long deadlineNs) throws InterruptedException {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
        if (leftMs <= 0) {
            return false;
        }
        wait(leftMs);
        return true;
    }
}
