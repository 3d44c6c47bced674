/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the channels of a relay are kept back, each as much as leaves enough for those to come, and all of it added up: each
 * {@link MemoryShare} tells what has changed, because the sum is wanted with every piece. Guarded by the lock of the
 * {@link RelayMemory}.
 */
final class MemoryPromises {

    /**
     * The windows of data channels are this part of all at most, and each is at most half of what those before have left of that,
     * so that there is room for those after.
     */
    private static final int DATA_WINDOWS_OF_ALL = 4;

    /** Likewise with meta, of which each may have a quarter. */
    private static final int META_WINDOWS_OF_ALL = 16;

    /** What the acknowledgements of a fast disk fill on a long line: 50,000 a second, for 0.1 s. */
    private static final int META_WINDOW_BYTES = 256 << 10;

    /** What all data channels are kept back without their windows is about this part of all, however many they are. */
    private static final int LEAST_OF_ALL = 4;

    /** A data channel's piece is the largest of these parts of a segment for which that is so. */
    private static final int[] DATA_PARTS = {1, 4, 16, 64};

    private static final int META_PARTS = 64;

    private final List<MemoryShare> shares = new ArrayList<>();

    private long minimumBytes;

    /** By the binary logarithm of the size of the pieces. */
    private final long[] unmetBytes = new long[Integer.SIZE];

    /** Of a share with pieces of this size so much more is kept back, or less, and so much of that is not held. */
    void change(int pieceBytes, long minimum, long unmet) {
        minimumBytes += minimum;
        unmetBytes[Integer.numberOfTrailingZeros(pieceBytes)] += unmet;
    }

    /** Opens a share of all; {@code null} if the least that it needs is more than what is free. */
    MemoryShare open(boolean isData, int segmentBytes, long limitBytes, long freeBytes) {
        int parts = isData ? dataParts(segmentBytes, limitBytes) : META_PARTS;
        if (MemoryShare.leastBytes(isData, parts, segmentBytes) > freeBytes) {
            return null;
        }
        MemoryShare share = new MemoryShare(isData, parts, segmentBytes, this);
        shares.add(share);
        return share;
    }

    private int dataParts(int segmentBytes, long limitBytes) {
        long others = shares.stream().filter(MemoryShare::isData).count();
        long most = limitBytes / LEAST_OF_ALL / (others + 1);
        return Arrays.stream(DATA_PARTS)
                .filter(parts -> MemoryShare.leastBytes(true, parts, segmentBytes) <= most)
                .findFirst()
                .orElse(DATA_PARTS[DATA_PARTS.length - 1]);
    }

    void close(MemoryShare share) {
        share.close();
        shares.remove(share);
    }

    /** Sets a share's window, which is the least so far. */
    void widen(MemoryShare share, long limitBytes) {
        long others = 0;
        for (MemoryShare other : shares) {
            others += other.isData() == share.isData() ? other.beyondLeastBytes() : 0;
        }
        share.widen(
                share.isData()
                        ? (limitBytes / DATA_WINDOWS_OF_ALL - others) / 2
                        : Math.min(META_WINDOW_BYTES, (limitBytes / META_WINDOWS_OF_ALL - others) / 4));
    }

    /** What memory must be like for a limit, with the channels that there are. */
    MemoryPlan plan(long limitBytes) {
        int segment = MemoryPlan.segmentBytesFor(limitBytes);
        for (MemoryShare share : shares) {
            segment = Math.max(segment, MemoryPlan.leastSegmentBytes(share.recordBytes()));
        }
        // Slices of each size may leave a segment unused for the most part.
        long least = 0;
        for (MemoryShare share : shares) {
            least += share.minimumWith(segment);
        }
        least += shares.isEmpty() ? 0 : (long) (DATA_PARTS.length - 1) * segment;
        return new MemoryPlan(Math.max(limitBytes, least), segment);
    }

    /** What is kept back. */
    long minimumBytes() {
        return minimumBytes;
    }

    /** What is kept back in pieces of this size and not held. */
    long unmetBytes(int pieceBytes) {
        return unmetBytes[Integer.numberOfTrailingZeros(pieceBytes)];
    }

    /** What a pool must still give, in whole segments, for all that is kept back and not held. */
    long unmetBytes(SegmentPool pool) {
        int segmentBytes = pool.segmentBytes();
        long sum = 0;
        for (int i = 0; i < unmetBytes.length; i++) {
            if (unmetBytes[i] > 0) {
                long lacking = Math.max(0, unmetBytes[i] - pool.freeBytes(1 << i));
                sum += (lacking + segmentBytes - 1) / segmentBytes * segmentBytes;
            }
        }
        return sum;
    }
}
