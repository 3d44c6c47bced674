/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads that run codecs: as many as there are processors. One that has been at its task for long does not count, for
 * the codec may hang: if work waits, a spare thread takes its place, so that one codec does not stop all relays.
 * Thread-safe.
 */
final class CodecThreads implements Workers, AutoCloseable {

    /** Far longer than a block takes, and less than the half second after which a DRBD gives up its peer. */
    private static final long STUCK_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final int SPARES_MAX = 16;
    private static final long SPARE_IDLE_NS = TimeUnit.SECONDS.toNanos(10);

    private final String name;
    private final int count;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final List<Seat> seats = new ArrayList<>();

    /** Those with nothing to do, the one that had something last first: what it needs is still in its processor's cache. */
    private final ArrayDeque<Seat> idle = new ArrayDeque<>();

    private Thread watch;
    private boolean watchSleeps;
    private int serial;
    private boolean closed;

    /** A thread, and since when it has been at a task. */
    private static final class Seat {
        private Thread thread;
        private boolean busy;
        private long sinceNs;
    }

    /** With {@code count} threads when nothing hangs, which start as they are needed. */
    CodecThreads(String name, int count) {
        this.name = name;
        this.count = count;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public void execute(Runnable task) {
        LockSupport.unpark(add(task));
    }

    /** Adds work; answers the thread that is to be woken for it, {@code null} if none is. */
    private synchronized Thread add(Runnable task) {
        waiting.add(task);
        Seat free = idle.poll();
        if (free != null) {
            return free.thread;
        }
        if (seats.size() < count) {
            sit();
        } else if (watch == null) {
            watch = start(this::watch, "watch");
        } else if (watchSleeps) {
            return watch;
        }
        return null;
    }

    private void sit() {
        Seat seat = new Seat();
        seats.add(seat);
        seat.thread = start(() -> serve(seat), Integer.toString(++serial));
    }

    private Thread start(Runnable task, String suffix) {
        Thread thread = new Thread(task, name + "-" + suffix);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    // ---- a thread

    private void serve(Seat seat) {
        while (true) {
            Runnable task = next(seat);
            if (task == null) {
                return;
            }
            try {
                task.run();
            } catch (Throwable e) {
                Thread current = Thread.currentThread();
                current.getUncaughtExceptionHandler().uncaughtException(current, e);
            }
        }
    }

    /** Waits for the next task; {@code null} if the thread is to end. */
    private Runnable next(Seat seat) {
        long idleNs = System.nanoTime();
        while (true) {
            Thread.interrupted(); // a codec may have left it so
            synchronized (this) {
                long now = System.nanoTime();
                idle.remove(seat); // if it woke by itself
                Runnable task = waiting.poll();
                seat.busy = task != null;
                seat.sinceNs = now;
                if (task != null) {
                    return task;
                }
                if (closed || seats.size() > count && now - idleNs >= SPARE_IDLE_NS) {
                    seats.remove(seat);
                    return null;
                }
                idle.push(seat);
            }
            LockSupport.parkNanos(this, SPARE_IDLE_NS);
        }
    }

    // ---- the watch

    private void watch() {
        while (true) {
            long ns;
            synchronized (this) {
                if (closed) {
                    return;
                }
                watchSleeps = waiting.isEmpty();
                ns = watchSleeps ? SPARE_IDLE_NS : STUCK_NS / 4;
                if (!watchSleeps) {
                    replaceStuck();
                }
            }
            LockSupport.parkNanos(this, ns);
        }
    }

    private void replaceStuck() {
        long now = System.nanoTime();
        int able = 0;
        for (Seat seat : seats) {
            able += seat.busy && now - seat.sinceNs > STUCK_NS ? 0 : 1;
        }
        while (able < count && seats.size() < count + SPARES_MAX) {
            sit();
            able++;
        }
    }

    /** Ends each thread when nothing is left for it to do; what comes later is still done. */
    @Override
    public synchronized void close() {
        closed = true;
        seats.forEach(seat -> LockSupport.unpark(seat.thread));
        LockSupport.unpark(watch);
    }
}
