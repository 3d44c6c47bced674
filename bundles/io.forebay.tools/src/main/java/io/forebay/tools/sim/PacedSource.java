/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import io.forebay.tools.drbd.StandInSender;
import io.forebay.tools.drbd.WriteSource;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/** Writes of a content, at a rate, until an amount or a time is reached. For the sender's thread; any thread may stop it. */
final class PacedSource implements WriteSource {
    private static final long SLICE_NS = 50_000_000;
    private static final long BURST_NS = 100_000_000;

    private final Content content;
    private final Pace pace;
    private final long amountBytes;
    private long beginNs;
    private long dueNs;
    private long endPosition;
    private volatile boolean stopped;

    /**
     * How fast, how much, how long.
     *
     * @param bytesPerSecond 0 for as fast as it goes
     * @param amountBytes 0 for no bound
     * @param seconds 0 for no bound
     */
    record Pace(long bytesPerSecond, long amountBytes, double seconds) {}

    PacedSource(Content content, Pace pace) {
        this.content = content;
        this.pace = pace;
        amountBytes = pace.amountBytes == 0 ? Long.MAX_VALUE : StandInSender.sectorsUp(pace.amountBytes);
    }

    @Override
    public int next(long position, byte[] into, int offset, int blockBytes) throws IOException {
        if (beginNs == 0) {
            beginNs = System.nanoTime();
            dueNs = beginNs;
        }
        int count = (int) Math.min(blockBytes, amountBytes - position);
        boolean again = position < endPosition && !stopped; // lost with a connection: it is due whatever the time
        if (count <= 0 || !again && (isOver() || !awaitDue(count))) {
            return 0;
        }
        content.fill(position, into, offset, count);
        endPosition = Math.max(endPosition, position + count);
        return count;
    }

    private boolean isOver() {
        return stopped || pace.seconds > 0 && System.nanoTime() - beginNs >= pace.seconds * 1e9;
    }

    /** Waits for the block's turn; what a relay did not take in time is made up for in short bursts only. */
    private boolean awaitDue(int count) {
        if (pace.bytesPerSecond == 0) {
            return true;
        }
        while (dueNs - System.nanoTime() > 0) {
            if (isOver()) {
                return false;
            }
            LockSupport.parkNanos(Math.min(SLICE_NS, dueNs - System.nanoTime()));
        }
        dueNs = Math.max(dueNs, System.nanoTime() - BURST_NS) + (long) (1e9 * count / pace.bytesPerSecond);
        return true;
    }

    /** No more writes. */
    void stop() {
        stopped = true;
    }
}
