/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of one transport, remembered so that stopping can wait for them. Any thread. */
final class TransportThreads {

    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();

    ThreadFactory named(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new FastThreadLocalThread(task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            threads.removeIf(known -> known.getState() == Thread.State.TERMINATED);
            threads.add(thread);
            return thread;
        };
    }

    /** Waits until all have ended, but not for the calling one, nor longer than the timeout for all together. */
    void join(long timeoutMs) {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        try {
            for (Thread thread : threads) {
                long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
                if (thread != Thread.currentThread() && leftMs > 0) {
                    thread.join(leftMs);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
