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
     * The windows of data channels are this part of all at most, in equal shares, with one for who comes next. Whoever was there
     * before others has more until its peer has used up what it has credit for.
     */
    private static final int DATA_WINDOWS_OF_ALL = 4;

    /**
     * Up to so much the share of who comes next is the others', until they have used up what their peers have credit for: a peer nearby,
     * or a line of 200 Mbit/s and 50 ms, wants that.
     */
    private static final long WANTED_WINDOW_BYTES = 4 << 20;

    /** Meta has this part of all. */
    private static final int META_WINDOWS_OF_ALL = 16;

    /** Part of its share that a channel begins with: most are idle. */
    private static final int UNUSED_OF_SHARE = 4;

    /** What the acknowledgements of a fast disk fill on a long line, 50,000 a second for 0.1 s, in both directions. */
    private static final int META_WINDOW_BYTES = 2 * 256 << 10;

    /** A data channel's pieces are the largest parts of what they may be at most for which this is so. */
    private static final DataParts[] DATA_PARTS = {
        new DataParts(1, 8),
        new DataParts(2, 5),
        new DataParts(4, 6),
        new DataParts(8, 4),
        new DataParts(16, 2),
        new DataParts(64, 1)
    };

    /** Nor does a newcomer take more than this part of what is free, unless that is less than the least. */
    private static final int SPARE_OF_FREE = 16;

    /** Windows leave this part of all to newcomers, which need little. */
    private static final int SPARE_OF_ALL = 16;

    private static final int META_PARTS = 64;

    /**
     * Pieces that are such a part of the largest.
     *
     * @param ofAll what all data channels would be kept back with such pieces, without windows, is this part of all at most
     */
    private record DataParts(int parts, int ofAll) {}

    private final List<MemoryShare> shares = new ArrayList<>();

    private long minimumBytes;

    private final Windows dataWindows = new Windows(DATA_WINDOWS_OF_ALL, WANTED_WINDOW_BYTES, Long.MAX_VALUE);
    private final Windows metaWindows = new Windows(META_WINDOWS_OF_ALL, 0, META_WINDOW_BYTES);

    /** The windows of one type. */
    private static final class Windows {
        private final int ofAll;
        private final long wantedBytes;
        private final long mostBytes;
        private int channels;

        /** Memory for what they are more than the least, or, if that is more, for what their peers have credit for. */
        private long bytes;

        Windows(int ofAll, long wantedBytes, long mostBytes) {
            this.ofAll = ofAll;
            this.wantedBytes = wantedBytes;
            this.mostBytes = mostBytes;
        }

        /** One channel's share of this, with one for who comes next as far as the others do not want it. */
        long fairBytes(long allBytes) {
            return Math.max(allBytes / (channels + 1), Math.min(wantedBytes, allBytes / Math.max(1, channels)));
        }
    }

    /** By the binary logarithm of the size of the pieces. */
    private final long[] unmetBytes = new long[Integer.SIZE];

    /** Of which sizes some are unmet, each a bit of its own. */
    private int unmetSizes;

    /** The windows of this type take so much more memory, or less. */
    void changeWindows(boolean isData, long bytes) {
        windows(isData).bytes += bytes;
    }

    private Windows windows(boolean isData) {
        return isData ? dataWindows : metaWindows;
    }

    /** Of a share with pieces of this size so much more is kept back, or less, and so much of that is not held. */
    void change(int pieceBytes, long minimum, long unmet) {
        minimumBytes += minimum;
        unmetBytes[Integer.numberOfTrailingZeros(pieceBytes)] += unmet;
        unmetSizes = unmetBytes(pieceBytes) > 0 ? unmetSizes | pieceBytes : unmetSizes & ~pieceBytes;
    }

    /** Opens a share of all; {@code null} if the least that it needs is more than what is free. */
    MemoryShare open(boolean isData, int segmentBytes, long limitBytes, long freeBytes) {
        int parts = isData ? dataParts(segmentBytes, limitBytes, freeBytes) : META_PARTS;
        if (MemoryShare.leastBytes(isData, parts, segmentBytes, limitBytes) > freeBytes) {
            return null;
        }
        MemoryShare share = new MemoryShare(isData, parts, segmentBytes, limitBytes, this);
        shares.add(share);
        windows(isData).channels++;
        return share;
    }

    private int dataParts(int segmentBytes, long limitBytes, long freeBytes) {
        long most = limitBytes / (dataWindows.channels + 1);
        long spare = freeBytes / SPARE_OF_FREE;
        return Arrays.stream(DATA_PARTS)
                .filter(one -> MemoryShare.leastBytes(true, one.parts(), segmentBytes, limitBytes)
                        <= Math.min(most / one.ofAll(), spare))
                .findFirst()
                .orElse(DATA_PARTS[DATA_PARTS.length - 1])
                .parts();
    }

    void close(MemoryShare share) {
        share.close();
        shares.remove(share);
        windows(share.isData()).channels--;
    }

    /** Sets a share's window to what is fair with the channels that there are, as far as others have left that. */
    void settleWindow(MemoryShare share, long limitBytes) {
        Windows windows = windows(share.isData());
        long all = limitBytes / windows.ofAll;
        long fair = windows.fairBytes(all) / (share.isUnused() ? UNUSED_OF_SHARE : 1);
        long free = limitBytes - limitBytes / SPARE_OF_ALL - minimumBytes;
        long left = Math.min(all - windows.bytes, free) + share.countedWindowBytes();
        share.settleWindow(Math.min(windows.mostBytes, Math.min(fair, left)));
    }

    /** What memory must be like for a limit, with the channels that there are. */
    MemoryPlan plan(long limitBytes) {
        int segment = MemoryPlan.segmentBytesFor(limitBytes);
        for (MemoryShare share : shares) {
            segment = Math.max(segment, MemoryPlan.leastSegmentBytes(share.recordBytes()));
        }
        long least = 0;
        int sizes = 0; // of pieces: powers of two
        for (MemoryShare share : shares) {
            least += share.minimumWith(segment, limitBytes);
            sizes |= share.pieceBytes(segment, limitBytes);
        }
        // Slices of each size may leave a segment unused for the most part.
        least += (long) Integer.bitCount(sizes & segment - 1) * segment;
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
        for (int sizes = unmetSizes; sizes != 0; sizes &= sizes - 1) {
            int pieceBytes = Integer.lowestOneBit(sizes);
            long lacking = Math.max(0, unmetBytes(pieceBytes) - pool.freeBytes(pieceBytes));
            sum += (lacking + segmentBytes - 1) / segmentBytes * segmentBytes;
        }
        return sum;
    }
}
