/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One direction of the emulated WAN: a line of one rate and one delay which all flows of that direction share.
 *
 * <pre>
 *  flow 1  waiting ─┐                                        ┌─ flying, due at t + delay ─▶ its writer
 *  flow 2  waiting ─┼─ round robin, one chunk at a time ─────┼─ flying ─▶
 *  flow 3  waiting ─┘   the line is busy for chunk / rate    └─ flying ─▶
 * </pre>
 *
 * A chunk starts when the line is free and it has arrived, whichever is later, and not when this thread happens to
 * wake up; so the rate does not depend on how exactly the machine sleeps. Thread-safe: one lock guards the line and the
 * queues of its flows.
 */
final class WanLane {
    private static final long QUEUE_NS = 100_000_000;
    private static final long QUANTUM_NS = 1_000_000;
    private static final int QUANTUM_BYTES_MIN = 1500;
    private static final int QUANTUM_BYTES_MAX = 16 * 1024;

    final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition restored = lock.newCondition();
    private final ArrayDeque<WanFlow> ready = new ArrayDeque<>();
    private final long rateBitsPerSecond;
    private final long delayNs;
    private final int quantumBytes;
    private final long heldBytesMax;
    private long lineFreeNs = System.nanoTime();
    private long carriedBytes;
    private boolean cut;
    private boolean closed;

    WanLane(long rateBitsPerSecond, long delayNs) {
        this.rateBitsPerSecond = rateBitsPerSecond;
        this.delayNs = delayNs;
        quantumBytes = (int) Math.min(QUANTUM_BYTES_MAX, Math.max(QUANTUM_BYTES_MIN, bytesIn(QUANTUM_NS)));
        heldBytesMax = Math.max(2L * quantumBytes, bytesIn(delayNs + QUEUE_NS));
    }

    private long bytesIn(long ns) {
        return (long) (rateBitsPerSecond / 8.0 * ns / 1e9);
    }

    /** The most that a flow puts on the line at once, in bytes: about a millisecond's worth. */
    int quantumBytes() {
        return quantumBytes;
    }

    /** The most that one flow may hold, waiting and flying, in bytes: bandwidth times delay and a queue of 100 ms. */
    long heldBytesMax() {
        return heldBytesMax;
    }

    long delayNs() {
        return delayNs;
    }

    /** Serves the line until {@link #close}; the caller's thread. */
    void run() {
        lock.lock();
        try {
            while (!closed) {
                if (cut || ready.isEmpty()) {
                    work.awaitUninterruptibly();
                    continue;
                }
                long busyNs = lineFreeNs - System.nanoTime();
                if (busyNs > 0) {
                    awaitNs(work, busyNs);
                    continue;
                }
                carry(ready.poll());
            }
        } finally {
            lock.unlock();
        }
    }

    private void carry(WanFlow flow) {
        WanFlow.Chunk chunk = flow.takeWaiting();
        if (chunk == null) {
            return;
        }
        long startNs = chunk.arrivedNs - lineFreeNs > 0 ? chunk.arrivedNs : lineFreeNs;
        lineFreeNs = startNs + (long) (chunk.bytes.length * 8e9 / rateBitsPerSecond);
        chunk.dueNs = lineFreeNs + delayNs;
        carriedBytes += chunk.bytes.length;
        if (flow.launch(chunk)) {
            ready.add(flow);
        }
    }

    /** Called with the lock held when a flow that had nothing waiting has something. */
    void onReady(WanFlow flow) {
        ready.add(flow);
        work.signal();
    }

    /** Called with the lock held: waits as long as the WAN is cut; false once the lane is closed. */
    boolean awaitUncut() {
        while (cut && !closed) {
            restored.awaitUninterruptibly();
        }
        return !closed;
    }

    boolean isCut() {
        return cut;
    }

    void cut(boolean cutNow) {
        lock.lock();
        try {
            if (cut && !cutNow && System.nanoTime() - lineFreeNs > 0) {
                lineFreeNs = System.nanoTime(); // what piled up during the cut still has to pass at the line's rate
            }
            cut = cutNow;
            work.signalAll();
            restored.signalAll();
        } finally {
            lock.unlock();
        }
    }

    long carriedBytes() {
        lock.lock();
        try {
            return carriedBytes;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            work.signalAll();
            restored.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits at most {@code ns}; these threads end by {@link #close}, so an interrupt is only kept for the caller. */
    static void awaitNs(Condition condition, long ns) {
        try {
            condition.awaitNanos(ns);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
