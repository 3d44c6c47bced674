/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;

/**
 * How much of a data channel may be on its way, so that the line is full and no long queue grows in it: meta shares that line,
 * and DRBD's pings must not stand in a queue of data, whatever congestion control the system uses. Owned by one loop.
 *
 * <p>The signal is the round trip of heartbeats on links that carry no data: the least of them is the line's, what is above it
 * is a queue. While that is short, the window grows with each heartbeat, and until the first queue with each confirmation, by
 * what can add but a short queue; how much that is follows from the time that bytes take to be confirmed. It shrinks when the
 * queue is longer than meta should wait, and data are confirmed late as well. Every 10 s under load, and when shrinking does
 * not help, it is halved for a moment to measure the line anew: it may have become a longer one, or the queue may be another's.
 */
final class SendWindow implements RecordChain.Window {

    private static final long START_BYTES = 256 << 10;
    private static final long LEAST_BYTES = 32 << 10;

    /** More than any line holds. */
    private static final long MOST_BYTES = 4L << 30;

    /**
     * More than the line to a near peer holds, be it one of 10 Gbit/s. The memory of what is on its way cannot be used again, so a queue
     * that costs no time there would cost the processor's cache.
     */
    private static final long NEAR_MOST_BYTES = 3 << 19;

    private static final int RECORD_LEAST_BYTES = 8 << 10;
    private static final int BLOCK_LEAST_BYTES = 64 << 10;

    /** One record is at most this part of the window: on a slow line a single one would fill it for long. */
    private static final int RECORDS = 4;

    /**
     * Where there was a queue, records that are not small are at most this part of it: each comes to the queue at once, so large ones
     * make it swing, and heartbeats meet it empty or long, whatever its mean.
     */
    private static final int LARGE_RECORDS = 16;

    /** The same before the first queue. */
    private static final int UNKNOWN_RECORDS = 8;

    private static final int RECORD_SMALL_BYTES = 16 << 10;

    /** One block before compression is at most this part of the window. */
    private static final int BLOCKS = 2;

    /** While data are confirmed, so much more is sent at most. */
    private static final double PACE = 1.25;

    /** Data that took longer than so many round trips, as in an outage, do not slow down those to come. */
    private static final int PACED_ROUND_TRIPS = 4;

    private static final double NS_PER_S = 1e9;

    /** A shorter queue is none. */
    private static final long SHORT_NS = 10_000_000L;

    /** What the window grows towards. */
    private static final long AIM_NS = 22_000_000L;

    /**
     * A queue longer than this makes the window shrink: with what it grows meanwhile, meta waits less than 50 ms. Data stand in
     * it, too; when they are confirmed in time, the heartbeat was late for something else, such as a machine that is busy.
     */
    private static final long LONG_NS = 25_000_000L;

    private static final double SHRINK_MOST = 0.5;

    /** Times the window shrinks in vain until the line is measured anew. */
    private static final int SHRUNK_MAX = 2;

    private static final long MEASURE_AGAIN_NS = 10_000_000_000L;
    private static final int MEASUREMENTS_ANEW = 3;

    /** A line that seems to have become a longer one is measured again sooner. */
    private static final long DOUBTED_NS = 2_000_000_000L;

    /**
     * The window grows back by this part of what is confirmed: with half as much in flight bytes come in lumps, and the more
     * each of them grows in a round trip, the longer is the queue it makes.
     */
    private static final int RESTORED = 5;

    /**
     * A heartbeat that is as late as this, and by a round trip at least, may have been lost and sent again: TCP hears of that from
     * what is sent behind it.
     */
    private static final long RESENT_NS = 50_000_000L;

    /** So many of those in a row tell of a queue. */
    private static final int RESENT_SIGHTINGS = 3;

    /** That there is no queue, so many in a row tell: where one finds it empty, the next may find it long. */
    private static final int SHORT_SIGHTINGS = 2;

    private static final int MARKS = 256;

    private final Loop loop;
    private final RelayHealth health;

    private final long[] positions = new long[MARKS];
    private final long[] wireBytes = new long[MARKS];
    private final long[] timesNs = new long[MARKS];

    /** Whether the peer was to confirm it soon, so that the time until then tells of the line. */
    private final boolean[] isSoon = new boolean[MARKS];

    private int head;
    private int size;
    private long sentBytes;
    private long confirmedBytes;
    private long confirmNs = Long.MAX_VALUE;

    /** The mean of about the last window. */
    private double meanConfirmNs;

    /** The last measurement that was heeded. */
    private RelayHealth.RoundTrip seen;

    private long leastConfirmNs = Long.MAX_VALUE;
    private long windowBytes;

    /** Whether it has grown without a measurement since the last one. */
    private boolean grown;

    private long leastNs = Long.MAX_VALUE;
    private boolean limited;

    /** Until then measurements do not show yet what came of the last change. */
    private long settledNs = Long.MIN_VALUE;

    private long measuredNs;
    private int shrunk;
    private int longInARow;
    private int shortInARow;

    /** Whether the window has met a queue: before, it may be small because it has just begun to grow. */
    private boolean found;

    private long fullBytes;

    /** Measurements still to come with a small window; 0: the window is what it should be, or grows back to that. */
    private int anew;

    private long restoreBytes;
    private long formerLeastNs = Long.MAX_VALUE;

    /** Measures by the relay's light round trips, and begins near the window that was right last. */
    SendWindow(Loop loop, RelayHealth health) {
        this.loop = loop;
        this.health = health;
        this.measuredNs = loop.nowNs();
        this.windowBytes = Math.max(START_BYTES, health.windowBytes() / 4 * 3);
    }

    @Override
    public boolean isOpen() {
        return fits(0);
    }

    @Override
    public boolean fits(int bytes) {
        boolean room = isRoom(bytes);
        limited |= !room;
        return room;
    }

    /** A farther peer confirms soon enough by itself, and a window that is always full would have it confirm each record. */
    @Override
    public boolean isFilledBy(int bytes) {
        return health.isNear() && !isRoom(bytes);
    }

    private boolean isRoom(int bytes) {
        return sentBytes + bytes - confirmedBytes < Math.min(windowBytes, mostBytes());
    }

    private long mostBytes() {
        return health.isNear() ? NEAR_MOST_BYTES : MOST_BYTES;
    }

    /**
     * How fast to send, so that what the peer confirms in a lump does not let out a lump: somewhat faster than data go now, because that
     * may change. Not before the first queue, while the window may double in each round trip; nor on a short line, where a lump makes
     * but a short queue.
     */
    @Override
    public int paceBytesPerSecond() {
        long lineNs = Math.min(leastNs, formerLeastNs);
        boolean isShort = lineNs < SHORT_NS;
        double tookNs = Math.min(meanConfirmNs, (double) lineNs * PACED_ROUND_TRIPS);
        return found && !isShort
                ? (int) Math.min(SocketOptions.UNPACED, PACE * windowBytes / tookNs * NS_PER_S)
                : SocketOptions.UNPACED;
    }

    /**
     * Nothing is lost when a record is small, but what each of them costs. When many channels share a line, each has a small window
     * even if the line is fast, so what counts as well is for how long a record fills the line.
     */
    @Override
    public int recordBytesMax() {
        long small = Math.max(RECORD_LEAST_BYTES, Math.min(RECORD_SMALL_BYTES, windowBytes / RECORDS));
        long large = windowBytes / (found ? LARGE_RECORDS : UNKNOWN_RECORDS);
        long shared = Math.min(windowBytes, (long) (health.dataBytesPerSecond() * (AIM_NS / LARGE_RECORDS / NS_PER_S)));
        return (int) Math.min(Integer.MAX_VALUE, Math.max(small, Math.max(large, shared)));
    }

    /** Small blocks compress worse, and on the line a block is less than it was, so only a line that is known to be slow makes it small. */
    @Override
    public int blockBytesMax() {
        return found
                ? (int) Math.max(BLOCK_LEAST_BYTES, Math.min(Integer.MAX_VALUE, windowBytes / BLOCKS))
                : Integer.MAX_VALUE;
    }

    @Override
    public void onSent(long position, long wire) {
        sentBytes = wire;
        health.onData();
        if (size < MARKS) {
            timesNs[(head + size++) % MARKS] = loop.nowNs();
        }
        int last = (head + size - 1) % MARKS; // if there are no more, it stands for these bytes, too
        positions[last] = position;
        wireBytes[last] = wire;
        isSoon[last] = !health.isNear() || isFilledBy(0);
    }

    @Override
    public void onConfirmed(long position) {
        long before = confirmedBytes;
        boolean soon = false;
        while (size > 0 && positions[head] <= position) {
            confirmedBytes = wireBytes[head];
            if (isSoon[head]) {
                soon = true;
                confirmNs = loop.nowNs() - timesNs[head];
            }
            head = (head + 1) % MARKS;
            size--;
        }
        leastConfirmNs = Math.min(leastConfirmNs, confirmNs);
        if (soon) {
            double part = meanConfirmNs == 0 ? 1 : Math.min(1, (double) (confirmedBytes - before) / windowBytes);
            meanConfirmNs += (confirmNs - meanConfirmNs) * part;
        }
        if (confirmedBytes > before) {
            health.onDataConfirmed(confirmedBytes - before);
        }
        if (anew == 0 && windowBytes < restoreBytes) {
            windowBytes = Math.min(restoreBytes, windowBytes + (confirmedBytes - before) / RESTORED);
        } else if (anew == 0 && !found) {
            growUnmeasured(confirmedBytes - before);
        }
        RelayHealth.RoundTrip last = health.lightRoundTrip();
        if (last != seen) {
            boolean used = limited;
            seen = last;
            onRoundTrip(last.ns);
            if (used) {
                health.onWindow(Math.max(windowBytes, restoreBytes));
            }
        }
    }

    /**
     * Heartbeats are too few for a window that has just begun to grow. Until the first queue it also grows while what is confirmed
     * was not longer on its way than before, by as much in a round trip as can add but a short queue.
     */
    private void growUnmeasured(long bytes) {
        if (limited && confirmedLateNs() < SHORT_NS) {
            grown = true;
            windowBytes = Math.min(mostBytes(), windowBytes + (long) (bytes * growth(confirmedLateNs())));
        }
    }

    /** How much longer than the least the last bytes took to be confirmed. */
    private long confirmedLateNs() {
        return confirmNs - leastConfirmNs;
    }

    private double growth(long queueNs) {
        return Math.min(1, (double) (AIM_NS - queueNs) / Math.max(1, confirmNs));
    }

    private void onRoundTrip(long roundTripNs) {
        long nowNs = loop.nowNs();
        leastNs = Math.min(leastNs, roundTripNs);
        if (nowNs < settledNs) {
            return;
        }
        if (anew > 0) {
            if (--anew == 0) {
                onMeasuredAnew();
            }
            return;
        }
        long queueNs = roundTripNs - leastNs;
        boolean late = queueNs > LONG_NS && confirmedLateNs() > AIM_NS;
        longInARow = late ? longInARow + 1 : 0;
        shortInARow = queueNs < SHORT_NS ? shortInARow + 1 : 0;
        if (late && (queueNs < Math.max(RESENT_NS, leastNs) || longInARow >= RESENT_SIGHTINGS)) {
            onLongQueue(roundTripNs, queueNs);
        } else if (!late) {
            if (limited && shortInARow >= SHORT_SIGHTINGS && !grown) {
                windowBytes = Math.min(mostBytes(), windowBytes + (long) (windowBytes * growth(queueNs)));
                settledNs = nowNs + roundTripNs;
            }
            shrunk = 0;
        }
        if (limited && nowNs - measuredNs > MEASURE_AGAIN_NS) {
            fullBytes = windowBytes;
            measureAnew(roundTripNs);
        }
        limited = false;
        grown = false;
    }

    private void onLongQueue(long roundTripNs, long queueNs) {
        if (shrunk == 0) {
            fullBytes = windowBytes;
        }
        if (shrunk++ == SHRUNK_MAX) {
            measureAnew(roundTripNs);
            return;
        }
        // What is on its way took this round trip, and should take the least and a short queue.
        found = true;
        double share = Math.max(SHRINK_MOST, (double) (leastNs + SHORT_NS) / roundTripNs);
        windowBytes = Math.max(LEAST_BYTES, (long) (windowBytes * share));
        restoreBytes = windowBytes;
        settledNs = loop.nowNs() + queueNs + roundTripNs;
    }

    private void measureAnew(long roundTripNs) {
        anew = MEASUREMENTS_ANEW;
        formerLeastNs = leastNs;
        restoreBytes = windowBytes;
        windowBytes = Math.max(LEAST_BYTES, (long) (windowBytes * SHRINK_MOST));
        settledNs = loop.nowNs() + roundTripNs;
        leastNs = Long.MAX_VALUE;
        leastConfirmNs = Long.MAX_VALUE;
    }

    private void onMeasuredAnew() {
        measuredNs = loop.nowNs();
        if (leastNs - formerLeastNs > SHORT_NS) {
            // The line has become a longer one, or the queue is another's: it was wrong to shrink. Or it has become so
            // slow that
            // its queue was still there.
            restoreBytes = (long) (fullBytes * ((double) (leastNs + SHORT_NS) / (formerLeastNs + SHORT_NS)));
            measuredNs -= MEASURE_AGAIN_NS - DOUBTED_NS;
        }
        shrunk = 0;
    }

    @Override
    public void rewind(long wire) {
        head = 0;
        size = 0;
        sentBytes = wire;
        confirmedBytes = wire;
        meanConfirmNs = 0;
    }
}
