/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.transport.Loop;

/**
 * How far a DRBD is read ahead of its line. What lies in the BAB for long has left the processor's cache, and to bring it there and
 * back costs as much as all the rest; so where the line takes data about as fast as memory does, what DRBD sends waits in the system's
 * buffers until the line is near. A DRBD that sends faster than the line takes is never held below {@link #FAST_NS that rate},
 * nor on any slower line: that is what the BAB is for. Owned by one loop.
 */
final class ReadAhead {

    /** So much may always wait to be sent. */
    private static final long BYTES = 512 << 10;

    /** By so much at a time the line is measured: by less, the turns of processes on a busy machine would be taken for it. */
    private static final int MEASURED_BYTES = 4 << 20;

    /** A line that takes that within this time is fast: 6 Gbit/s. Also the longest time that DRBD is not read. */
    private static final long FAST_NS = 5_600_000L;

    private final Loop loop;
    private final Runnable onDue;
    private boolean fast;
    private boolean pausing;
    private boolean watched;
    private long writtenBytes;
    private long seenBytes;
    private long measuredBytes;
    private long measuredNs;

    /** With {@code onDue}, what to do when DRBD is to be read again because the line has slowed down. */
    ReadAhead(Loop loop, Runnable onDue) {
        this.loop = loop;
        this.onDue = onDue;
        this.measuredNs = loop.nowNs();
    }

    /** Whether DRBD is to be read now, with so many bytes that wait to be sent; if not, it pauses. */
    boolean isDue(long unsentBytes) {
        pausing = fast && unsentBytes > BYTES;
        if (pausing && !watched) {
            watched = true;
            seenBytes = writtenBytes;
            loop.schedule(this::look, FAST_NS);
        }
        return !pausing;
    }

    /** The line has taken so many bytes more. */
    void onWritten(int bytes) {
        writtenBytes += bytes;
        if (writtenBytes - measuredBytes >= MEASURED_BYTES) {
            long nowNs = loop.nowNs();
            fast = nowNs - measuredNs < FAST_NS;
            measuredBytes = writtenBytes;
            measuredNs = nowNs;
        }
    }

    /** Whether DRBD is not read because of what {@link #isDue} said last. */
    boolean isPausing() {
        return pausing;
    }

    private void look() {
        watched = false;
        fast = writtenBytes - seenBytes >= MEASURED_BYTES;
        if (pausing && isDue(Long.MAX_VALUE)) {
            onDue.run();
        }
    }
}
