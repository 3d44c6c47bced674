/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.engine.RelayMemory.Use;
import java.util.Arrays;

/**
 * What one channel is kept back of its relay's memory, and what of that it holds: the sum in {@link RelayMemory}, and nothing
 * but arithmetic. Guarded by that memory's lock, but for {@link #recordBytes}, {@link #pieceBytes} and {@link #windowBytes}.
 */
final class MemoryShare {

    private static final Use[] USES = Use.values();
    private static final int WINDOW_MAX = 64;

    private final boolean isData;

    /** Its pieces are this part of the largest, or as much more as what was promised needs. */
    private final int parts;

    private final MemoryPromises all;
    private final long[] minimum = new long[USES.length];
    private final long[] held = new long[USES.length];
    private volatile int pieceBytes;
    private volatile int recordBytes;
    private volatile long windowBytes;

    /** What the peer may have credit for: more than the window while that shrinks. */
    private long creditBytes;

    private boolean used;

    /** Whether a record may fill a piece. */
    private volatile boolean whole;

    /** What of this {@link #all} has counted. */
    private long countedMinimum;

    private long countedUnmet;
    private long countedWindow;
    private int countedPieceBytes;

    /** The least that a channel can live with, in pieces that are such a part of the largest. */
    MemoryShare(boolean isData, int parts, int segmentBytes, long limitBytes, MemoryPromises all) {
        this.isData = isData;
        this.parts = parts;
        this.all = all;
        adapt(segmentBytes, limitBytes);
    }

    /** What such a share would keep back at least, in bytes. */
    static long leastBytes(boolean isData, int parts, int segmentBytes, long limitBytes) {
        int piece = MemoryPlan.pieceBytes(segmentBytes, farPieceBytes(parts, segmentBytes, limitBytes), 0);
        int record = MemoryPlan.recordBytesMax(piece);
        return needed(isData, piece, record, record + RecordLayout.HEADER_BYTES);
    }

    boolean isData() {
        return isData;
    }

    /** The size of its new pieces. Any thread. */
    int pieceBytes() {
        return pieceBytes;
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

    /** Segments have another size from now on, or the limit is another; the window is the least until it is set. */
    void adapt(int segmentBytes, long limitBytes) {
        pieceBytes = pieceBytes(segmentBytes, limitBytes);
        recordBytes = recordBytes(pieceBytes);
        windowBytes = window(1);
        keepBack();
    }

    /** The size of its pieces with segments of this size under this limit: a power of two. */
    int pieceBytes(int segmentBytes, long limitBytes) {
        int aim = whole ? segmentBytes / parts : farPieceBytes(parts, segmentBytes, limitBytes);
        return MemoryPlan.pieceBytes(segmentBytes, aim, recordBytes);
    }

    private static int farPieceBytes(int parts, int segmentBytes, long limitBytes) {
        return Math.min(segmentBytes, MemoryPlan.pieceBytesFor(limitBytes)) / parts;
    }

    private int recordBytes(int piece) {
        int most = whole ? MemoryPlan.wholeRecordBytes(piece) : MemoryPlan.recordBytesMax(piece);
        return Math.max(recordBytes, most);
    }

    /**
     * The peer may fill pieces with its records from now on, and those are as large as its part of a segment, if so many bytes are
     * enough for what is kept back more; the window is the least then, until it is set.
     *
     * @return whether they are
     */
    boolean takeWholeRecords(int segmentBytes, long limitBytes, long freeBytes) {
        long former = minimum();
        whole = true;
        whole = minimumWith(segmentBytes, limitBytes) - former <= freeBytes;
        if (whole) {
            adapt(segmentBytes, limitBytes);
        }
        return whole;
    }

    /** Whether the peer's records may fill pieces. Any thread. */
    boolean takesWholeRecords() {
        return whole;
    }

    /** Sets the window to so many bytes of memory, as far as that is sensible. */
    void settleWindow(long bytes) {
        long former = windowBytes;
        windowBytes = window(bytes / pieceBytes / directions());
        if (windowBytes != former) {
            keepBack();
        }
    }

    private long window(long pieces) {
        int usable = MemoryPlan.usableBytes(pieceBytes, recordBytes);
        long window = Math.max(1, Math.min(WINDOW_MAX, pieces)) * usable;
        return Math.max(recordBytes + RecordLayout.HEADER_BYTES, window);
    }

    /** Whether the peer may have credit for more than the window. */
    boolean isShrinking() {
        return creditBytes > windowBytes;
    }

    /** Whether the peer has not used its first window yet: it may be idle. */
    boolean isUnused() {
        return !used;
    }

    /** The peer has used so much credit in all; whether that was its first window at least. */
    boolean use(long bytes) {
        used |= bytes >= windowBytes;
        return used;
    }

    /** The peer may have so much credit from now on. */
    void credit(long bytes) {
        boolean shrinking = isShrinking();
        creditBytes = bytes;
        if (shrinking) {
            keepBack();
        }
    }

    /** Nothing is kept back any more. */
    void close() {
        Arrays.fill(minimum, 0);
        creditBytes = 0;
        windowBytes = 0;
        count();
    }

    private void keepBack() {
        for (Use use : USES) {
            minimum[use.ordinal()] = needed(use, isData, pieceBytes, recordBytes, credit());
        }
        count();
    }

    private long credit() {
        return Math.max(windowBytes, creditBytes);
    }

    private void count() {
        long minimumNow = minimum();
        long unmetNow = unmet();
        if (countedPieceBytes != 0) {
            all.change(countedPieceBytes, -countedMinimum, -countedUnmet);
        }
        all.change(pieceBytes, minimumNow, unmetNow);
        countedPieceBytes = pieceBytes;
        countedMinimum = minimumNow;
        countedUnmet = unmetNow;
        long windowNow = beyondLeastBytes();
        all.changeWindows(isData, windowNow - countedWindow);
        countedWindow = windowNow;
    }

    // ---- the sum

    private static long needed(Use use, boolean isData, int pieceBytes, int recordBytes, long credit) {
        int ifData = isData ? 1 : 0;
        int usable = MemoryPlan.usableBytes(pieceBytes, recordBytes);
        long window = (credit + usable - 1) / usable;
        long pieces = switch (use) {
            case INTAKE -> isData ? 1 : window;
            case RECORD, PLAIN -> ifData;
            case RECEIVE -> window + 1;
        };
        return pieces * pieceBytes;
    }

    /** In how many directions it is kept back a window: data that DRBD writes may be stalled, meta may not. */
    private int directions() {
        return isData ? 1 : 2;
    }

    private static long needed(boolean isData, int pieceBytes, int recordBytes, long credit) {
        long sum = 0;
        for (Use use : USES) {
            sum += needed(use, isData, pieceBytes, recordBytes, credit);
        }
        return sum;
    }

    /** What is kept back. */
    private long minimum() {
        long sum = 0;
        for (long bytes : minimum) {
            sum += bytes;
        }
        return sum;
    }

    /** What would be kept back with segments of this size under this limit, with the credit that the peer has. */
    long minimumWith(int segmentBytes, long limitBytes) {
        int piece = pieceBytes(segmentBytes, limitBytes);
        return needed(isData, piece, recordBytes(piece), credit());
    }

    /** Memory for what the window, or the credit, is more than the least; as it was counted. */
    long countedWindowBytes() {
        return countedWindow;
    }

    private long beyondLeastBytes() {
        long pieces = credit() / MemoryPlan.usableBytes(pieceBytes, recordBytes);
        return Math.max(0, pieces - 1) * pieceBytes * directions();
    }

    /** What is kept back and not held. */
    private long unmet() {
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
        return held[use.ordinal()] < needed(use, isData, pieceBytes, recordBytes, 1);
    }

    // ---- what is held

    /** So much more is held, or less. */
    void hold(Use use, long bytes) {
        held[use.ordinal()] += bytes;
        count();
    }

    long heldBytes(Use use) {
        return held[use.ordinal()];
    }
}
