/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The threads on which clients' sessions run. */
final class ShellThreads implements Closeable {

    private static final long CLOSE_TIMEOUT_MS = 2_000;

    private final Set<Thread> threads = new HashSet<>();
    private long started;
    private boolean closed;

    /**
     * Runs a session.
     *
     * @throws IOException if the server closes
     */
    synchronized Thread start(Runnable session) throws IOException {
        if (closed) {
            throw new IOException("the server closes");
        }
        started++;
        Thread thread = new Thread(
                () -> {
                    try {
                        session.run();
                    } finally {
                        forget(Thread.currentThread());
                    }
                },
                "forebay-ssh-" + started);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
        return thread;
    }

    private synchronized void forget(Thread thread) {
        threads.remove(thread);
    }

    /** Takes no more, and waits a moment for those that run; whoever closes their channels has ended them. */
    @Override
    public void close() {
        List<Thread> running;
        synchronized (this) {
            closed = true;
            running = new ArrayList<>(threads);
        }
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_TIMEOUT_MS);
        try {
            for (Thread thread : running) {
                if (thread != Thread.currentThread()) {
                    thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime())));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
