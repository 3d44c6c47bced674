/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.util.function.LongSupplier;

/**
 * How much of a data channel may be on its way, so that the line is full and no long queue grows in it: meta shares that line,
 * and DRBD's pings must not stand in a queue of data, whatever congestion control the system uses. Owned by one loop.
 *
 * <p>The signal is the round trip of heartbeats on links that carry no data: the least of them is the line's, what is above it
 * is a queue. The window doubles with every other heartbeat until there is a queue, then grows by a quarter, and shrinks when
 * the queue is longer than meta should wait; the heartbeat between shows what came of it. Every 10 s under load, and when shrinking does not help, it is halved for a
 * moment to measure the line anew: it may have become a longer one, or the queue may be another's.
 */
final class SendWindow {

    private static final long START_BYTES = 128 << 10;
    private static final long LEAST_BYTES = 32 << 10;

    /** More than any line holds. */
    private static final long MOST_BYTES = 4L << 30;

    private static final int RECORD_LEAST_BYTES = 16 << 10;

    /** One record is at most this part of the window. */
    private static final int RECORDS = 4;

    /** A shorter queue is none. */
    private static final long SHORT_NS = 10_000_000L;

    /** A queue longer than this makes the window shrink: with what it grows meanwhile, meta waits less than 50 ms. */
    private static final long LONG_NS = 22_000_000L;

    /** Measurements in all of which the window shrank, after which the line is measured anew. */
    private static final int SHRUNK_MAX = 4;

    private static final int MEASUREMENTS_BETWEEN = 50;
    private static final int MEASUREMENTS_ANEW = 3;

    private static final int MARKS = 256;

    private final LongSupplier lightRoundTripNs;
    private final long[] positions = new long[MARKS];
    private final long[] wireBytes = new long[MARKS];
    private int head;
    private int size;
    private long sentBytes;
    private long confirmedBytes;

    private long windowBytes = START_BYTES;
    private long keptBytes;
    private long leastNs = Long.MAX_VALUE;
    private boolean starting = true;
    private boolean limited;
    private boolean settling;
    private int shrunk;
    private int measured;
    private int anew;

    /** With the last round trip of a link that carries no data, each once; 0 while there is no new one. */
    SendWindow(LongSupplier lightRoundTripNs) {
        this.lightRoundTripNs = lightRoundTripNs;
    }

    /** Whether a record may be sent. */
    boolean isOpen() {
        return fits(0);
    }

    /** Whether a record may be sent after so many bytes more. */
    boolean fits(int bytes) {
        boolean open = sentBytes + bytes - confirmedBytes < windowBytes;
        limited |= !open;
        return open;
    }

    /** The largest payload of a record now. */
    int recordBytesMax() {
        return (int) Math.max(RECORD_LEAST_BYTES, Math.min(Integer.MAX_VALUE, windowBytes / RECORDS));
    }

    /** Records up to a position were given to the link. */
    void onSent(long position, long wire) {
        sentBytes = wire;
        if (size < MARKS) {
            int at = (head + size++) % MARKS;
            positions[at] = position;
            wireBytes[at] = wire;
        } else {
            // The last mark stands for these bytes, too.
            int last = (head + size - 1) % MARKS;
            positions[last] = position;
            wireBytes[last] = wire;
        }
    }

    /** The peer has confirmed all bytes up to a position. */
    void onConfirmed(long position) {
        while (size > 0 && positions[head] <= position) {
            confirmedBytes = wireBytes[head];
            head = (head + 1) % MARKS;
            size--;
        }
        long roundTripNs = lightRoundTripNs.getAsLong();
        if (roundTripNs > 0) {
            onRoundTrip(roundTripNs);
        }
    }

    private void onRoundTrip(long roundTripNs) {
        leastNs = Math.min(leastNs, roundTripNs);
        if (anew > 0) {
            if (--anew == 0) {
                windowBytes = keptBytes;
            }
            return;
        }
        if (settling) {
            settling = false;
            return;
        }
        long queueNs = roundTripNs - leastNs;
        if (queueNs > LONG_NS) {
            // What is on its way took this round trip, and should take the least and a short queue.
            windowBytes = Math.max(LEAST_BYTES, (long) (windowBytes * ((double) (leastNs + SHORT_NS) / roundTripNs)));
            starting = false;
            settling = true;
            shrunk++;
        } else {
            if (limited && queueNs < SHORT_NS) {
                windowBytes = Math.min(MOST_BYTES, starting ? windowBytes * 2 : windowBytes * 5 / 4);
                settling = true;
            }
            shrunk = 0;
        }
        if (shrunk >= SHRUNK_MAX || limited && ++measured >= MEASUREMENTS_BETWEEN) {
            measureAnew();
        }
        limited = false;
    }

    private void measureAnew() {
        anew = MEASUREMENTS_ANEW;
        keptBytes = windowBytes;
        windowBytes = Math.max(LEAST_BYTES, windowBytes / 2);
        leastNs = Long.MAX_VALUE;
        measured = 0;
        shrunk = 0;
    }

    /** Another link goes on from where the peer is; nothing is on its way. */
    void rewind(long wire) {
        head = 0;
        size = 0;
        sentBytes = wire;
        confirmedBytes = wire;
    }
}
