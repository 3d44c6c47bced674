/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;

/**
 * One direction of one connection over the emulated WAN: what was read on one side waits for the line, flies for the
 * delay and is written on the other side, in order. The end of the stream (FIN or reset) travels behind the bytes like
 * a chunk of none. Two threads serve it, {@link #readUntilEnd} and {@link #writeUntilEnd}.
 *
 * <p>A flow whose receiver does not read fills up to its share and then its sender is not read either; a reset of that
 * sender is therefore noticed only once the receiver reads on.
 */
final class WanFlow {
    /** How a stream goes on, or ends. */
    enum Ending {
        NONE,
        FIN,
        RESET
    }

    /** Some bytes, or an end, on their way; owned by the queue it is in. */
    static final class Chunk {
        final byte[] bytes;
        final Ending ending;
        final long arrivedNs = System.nanoTime();
        long dueNs;

        Chunk(byte[] bytes, Ending ending) {
            this.bytes = bytes;
            this.ending = ending;
        }
    }

    /** Told how the flow ended, once, on the flow's own thread. */
    interface Listener {
        void onDelivered(WanFlow flow, Ending ending);

        /** The receiving socket does not take bytes any more: its owner has reset it. */
        void onRefused(WanFlow flow);
    }

    private final WanLane lane;
    private final Socket from;
    private final Socket to;
    private final Listener listener;
    private final Condition room;
    private final Condition due;
    private final ArrayDeque<Chunk> waiting = new ArrayDeque<>();
    private final ArrayDeque<Chunk> flying = new ArrayDeque<>();
    private long heldBytes;
    private boolean ending;
    private boolean dead;

    WanFlow(WanLane lane, Socket from, Socket to, Listener listener) {
        this.lane = lane;
        this.from = from;
        this.to = to;
        this.listener = listener;
        room = lane.lock.newCondition();
        due = lane.lock.newCondition();
    }

    void readUntilEnd() {
        byte[] scratch = new byte[lane.quantumBytes()];
        while (awaitRoom()) {
            int count;
            try {
                count = from.getInputStream().read(scratch);
            } catch (IOException e) {
                end(Ending.RESET);
                return;
            }
            if (count < 0) {
                end(Ending.FIN);
                return;
            }
            offer(new Chunk(Arrays.copyOf(scratch, count), Ending.NONE));
        }
    }

    void writeUntilEnd() {
        for (Chunk chunk = awaitDue(); chunk != null; chunk = awaitDue()) {
            if (chunk.ending == Ending.RESET) {
                listener.onDelivered(this, Ending.RESET);
                return;
            }
            try {
                if (chunk.ending == Ending.FIN) {
                    to.shutdownOutput();
                    listener.onDelivered(this, Ending.FIN);
                    return;
                }
                to.getOutputStream().write(chunk.bytes);
            } catch (IOException e) {
                listener.onRefused(this);
                return;
            }
            release(chunk);
        }
    }

    /** Lets the stream end this way behind what it holds; false if it had an end already, which then counts. */
    boolean end(Ending how) {
        return offer(new Chunk(new byte[0], how));
    }

    /** Drops what the flow holds and ends its threads. */
    void kill() {
        lane.lock.lock();
        try {
            dead = true;
            waiting.clear();
            flying.clear();
            room.signalAll();
            due.signalAll();
        } finally {
            lane.lock.unlock();
        }
    }

    private boolean offer(Chunk chunk) {
        lane.lock.lock();
        try {
            if (dead || ending) {
                return false;
            }
            ending = chunk.ending != Ending.NONE;
            heldBytes += chunk.bytes.length;
            waiting.add(chunk);
            if (waiting.size() == 1) {
                lane.onReady(this);
            }
            return true;
        } finally {
            lane.lock.unlock();
        }
    }

    private boolean awaitRoom() {
        lane.lock.lock();
        try {
            while (!dead && !ending && heldBytes >= lane.heldBytesMax()) {
                room.awaitUninterruptibly();
            }
            return !dead && !ending;
        } finally {
            lane.lock.unlock();
        }
    }

    /** Called by the lane with its lock held; null if the flow was killed meanwhile. */
    Chunk takeWaiting() {
        return waiting.poll();
    }

    /** Called by the lane with its lock held; true if more is waiting. */
    boolean launch(Chunk chunk) {
        flying.add(chunk);
        due.signal();
        return !waiting.isEmpty();
    }

    private Chunk awaitDue() {
        lane.lock.lock();
        try {
            while (!dead) {
                if (flying.isEmpty()) {
                    due.awaitUninterruptibly();
                    continue;
                }
                if (lane.isCut()) {
                    if (!lane.awaitUncut()) {
                        return null;
                    }
                    continue;
                }
                long aheadNs = flying.peek().dueNs - System.nanoTime();
                if (aheadNs <= 0) {
                    return flying.poll();
                }
                WanLane.awaitNs(due, aheadNs);
            }
            return null;
        } finally {
            lane.lock.unlock();
        }
    }

    private void release(Chunk chunk) {
        lane.lock.lock();
        try {
            heldBytes -= chunk.bytes.length;
            room.signal();
        } finally {
            lane.lock.unlock();
        }
    }
}
