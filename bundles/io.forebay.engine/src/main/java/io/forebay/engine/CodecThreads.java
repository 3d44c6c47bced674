/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

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
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition backlog = lock.newCondition();
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final List<Seat> seats = new ArrayList<>();
    private int idle;
    private int serial;
    private boolean watched;
    private boolean watchSleeps;
    private boolean closed;

    /** A thread, and since when it has been at a task. */
    private static final class Seat {
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
        lock.lock();
        try {
            waiting.add(task);
            if (waiting.size() <= idle) {
                work.signal();
            } else if (seats.size() < count) {
                sit();
            } else if (!watched) {
                watched = true;
                start(this::watch, "watch");
            } else if (watchSleeps) {
                backlog.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void sit() {
        Seat seat = new Seat();
        start(() -> serve(seat), Integer.toString(++serial));
        seats.add(seat);
    }

    private void start(Runnable task, String suffix) {
        Thread thread = new Thread(task, name + "-" + suffix);
        thread.setDaemon(true);
        thread.start();
    }

    // ---- a thread

    private void serve(Seat seat) {
        Runnable task = next(seat);
        while (task != null) {
            try {
                task.run();
            } catch (Throwable e) {
                Thread current = Thread.currentThread();
                current.getUncaughtExceptionHandler().uncaughtException(current, e);
            }
            Thread.interrupted(); // a codec may have left it so
            task = next(seat);
        }
    }

    /** The next task; {@code null} if the thread is to end. */
    private Runnable next(Seat seat) {
        lock.lock();
        try {
            seat.busy = false;
            long left = SPARE_IDLE_NS;
            while (waiting.isEmpty()) {
                if (closed || left <= 0 && seats.size() > count) {
                    seats.remove(seat);
                    return null;
                }
                left = await(left > 0 ? left : SPARE_IDLE_NS);
            }
            seat.busy = true;
            seat.sinceNs = System.nanoTime();
            return waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for work; answers what is left of a time. */
    private long await(long ns) {
        idle++;
        try {
            return work.awaitNanos(ns);
        } catch (InterruptedException e) {
            return ns; // nobody interrupts these threads but a codec
        } finally {
            idle--;
        }
    }

    // ---- the watch

    private void watch() {
        lock.lock();
        try {
            while (!closed) {
                if (waiting.isEmpty()) {
                    watchSleeps = true;
                    backlog.awaitUninterruptibly();
                    watchSleeps = false;
                } else {
                    replaceStuck();
                    backlog.awaitNanos(STUCK_NS / 4);
                }
            }
        } catch (InterruptedException e) {
            watched = false;
        } finally {
            lock.unlock();
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
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.signalAll();
            backlog.signal();
        } finally {
            lock.unlock();
        }
    }
}
