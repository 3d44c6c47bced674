/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.engine.RelayMemory.Use;

/**
 * What one channel is kept back of its relay's memory, and what of that it holds: the sum in {@link RelayMemory}, and nothing
 * but arithmetic. Guarded by that memory's lock, but for {@link #recordBytes} and {@link #windowBytes}.
 */
final class MemoryShare {

    private static final Use[] USES = Use.values();
    private static final int WINDOW_MAX = 64;

    private final boolean isData;
    private final long[] minimum = new long[USES.length];
    private final long[] held = new long[USES.length];
    private int segmentBytes;
    private volatile int recordBytes;
    private volatile long windowBytes;

    /** What the peer may have credit for: more than the window while that shrinks. */
    private long creditBytes;

    /** The least that a channel can live with. */
    MemoryShare(boolean isData, int segmentBytes, int recordBytes) {
        this.isData = isData;
        adapt(segmentBytes, recordBytes);
    }

    boolean isData() {
        return isData;
    }

    /** The largest DATA payload that the peer may send: what was promised stays. Any thread. */
    int recordBytes() {
        return recordBytes;
    }

    /** The credit that the peer should have. Any thread. */
    long windowBytes() {
        return windowBytes;
    }

    // ---- changing

    /** Segments and records have other sizes from now on; the window is the least until it is set. */
    void adapt(int bytesOfSegment, int bytesOfRecord) {
        segmentBytes = bytesOfSegment;
        recordBytes = Math.max(recordBytes, bytesOfRecord);
        window(1);
    }

    /** Sets the window to so many segments, as far as that is sensible. */
    void window(long segments) {
        int usable = MemoryPlan.usableBytes(segmentBytes, recordBytes);
        long window = Math.max(1, Math.min(WINDOW_MAX, segments)) * usable;
        windowBytes = Math.max(recordBytes + RecordLayout.HEADER_BYTES, window);
        keepBack();
    }

    /** Whether the peer may have credit for more than the window. */
    boolean isShrinking() {
        return creditBytes > windowBytes;
    }

    /** The peer may have so much credit from now on. */
    void credit(long bytes) {
        boolean shrinking = isShrinking();
        creditBytes = bytes;
        if (shrinking) {
            keepBack();
        }
    }

    private void keepBack() {
        for (Use use : USES) {
            minimum[use.ordinal()] = needed(use, segmentBytes, recordBytes, credit());
        }
    }

    private long credit() {
        return Math.max(windowBytes, creditBytes);
    }

    // ---- the sum

    private long needed(Use use, int bytesOfSegment, int bytesOfRecord, long credit) {
        int ifData = isData ? 1 : 0;
        int usable = MemoryPlan.usableBytes(bytesOfSegment, bytesOfRecord);
        long segments = switch (use) {
            case INTAKE -> 1;
            case RECORD, PLAIN -> ifData;
            case RECEIVE -> (credit + usable - 1) / usable + 1;
        };
        return segments * bytesOfSegment;
    }

    private long needed(int bytesOfSegment, int bytesOfRecord, long credit) {
        long sum = 0;
        for (Use use : USES) {
            sum += needed(use, bytesOfSegment, bytesOfRecord, credit);
        }
        return sum;
    }

    /** What is kept back. */
    long minimum() {
        long sum = 0;
        for (long bytes : minimum) {
            sum += bytes;
        }
        return sum;
    }

    /** What would be kept back with these sizes, with the credit that the peer has. */
    long minimumWith(int bytesOfSegment, int bytesOfRecord) {
        return needed(bytesOfSegment, Math.max(bytesOfRecord, recordBytes), credit());
    }

    /** What is kept back, of segments of this size, once the peer has no credit for more than the window. */
    long minimumSettled(int bytesOfSegment) {
        return needed(bytesOfSegment, recordBytes, windowBytes);
    }

    /** What is kept back and not held. */
    long unmet() {
        long sum = 0;
        for (int i = 0; i < minimum.length; i++) {
            sum += Math.max(0, minimum[i] - held[i]);
        }
        return sum;
    }

    /** Whether less is held than what is kept back. */
    boolean isUnmet(Use use) {
        return held[use.ordinal()] < minimum[use.ordinal()];
    }

    /** Whether less is held than what a channel needs to make any progress. */
    boolean lacksLeast(Use use) {
        return held[use.ordinal()] < needed(use, segmentBytes, recordBytes, 1);
    }

    // ---- what is held

    /** So much more is held, or less. */
    void hold(Use use, long bytes) {
        held[use.ordinal()] += bytes;
    }

    long heldBytes(Use use) {
        return held[use.ordinal()];
    }
}
