/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

/**
 * What a relay's memory must be like, and how segments and records follow from a limit.
 *
 * @param capacityBytes what it must be able to lend: the limit, or what is kept back if that is more
 * @param segmentBytes what suits the limit, or what sessions need if that is more
 */
record MemoryPlan(long capacityBytes, int segmentBytes) {

    private static final int MIN_SEGMENT_BYTES = 8 << 10;
    private static final int MAX_SEGMENT_BYTES = 1 << 20;
    private static final int SEGMENTS_AIM = 32;
    private static final int PIECES_AIM = 128;
    private static final int RECORDS_PER_SEGMENT = 4;

    /** A record of this size costs little enough, and its compression loses little at its borders. */
    private static final int LARGE_RECORD_BYTES = 128 << 10;

    private static final int RECORD_BYTES_MAX = 256 << 10;

    /** What any memory can take: all that is promised before a session begins. */
    static final int RECORD_BYTES_LEAST = MIN_SEGMENT_BYTES / 2;

    /** With a record there must be room for its header, and with what it was before compression for the guards around it. */
    private static final int AROUND_BYTES = 64;

    /** The segment size for a memlimit: a power of two, so that there are about 32 or more. */
    static int segmentBytesFor(long memlimitBytes) {
        return partOf(memlimitBytes, SEGMENTS_AIM);
    }

    /**
     * The largest pieces of data channels for a memlimit, so that there are about 128 or more; but a near peer fills segments. A BAB
     * that waits for a line is the fuller the smaller its pieces are; what is not long in memory should rather cost little.
     */
    static int pieceBytesFor(long memlimitBytes) {
        return partOf(memlimitBytes, PIECES_AIM);
    }

    private static int partOf(long memlimitBytes, int parts) {
        long aim = Long.highestOneBit(Math.max(1, memlimitBytes / parts));
        return (int) Math.max(MIN_SEGMENT_BYTES, Math.min(MAX_SEGMENT_BYTES, aim));
    }

    /**
     * The largest DATA payload for a segment size. The smaller a part of it that is, the less of a segment's end is wasted; but
     * with small records what each of them costs weighs more, so a small segment may hold but one.
     */
    static int recordBytesMax(int segmentBytes) {
        int large = Math.max(LARGE_RECORD_BYTES, segmentBytes / RECORDS_PER_SEGMENT);
        return Math.min(RECORD_BYTES_MAX, Math.min(large, segmentBytes - AROUND_BYTES));
    }

    /**
     * The largest DATA payload where no memory needs to be spared for the ends of segments: what a record costs, the system's calls for
     * it and the way through this program, and what both drive out of the cache, does not grow with it.
     */
    static int wholeRecordBytes(int segmentBytes) {
        return Math.min(RecordLayout.DATA_BYTES_MAX, segmentBytes - AROUND_BYTES);
    }

    /** The smallest segment that can take a record. */
    static int leastSegmentBytes(int recordBytes) {
        return Math.max(MIN_SEGMENT_BYTES, 2 * Integer.highestOneBit(recordBytes + RecordLayout.HEADER_BYTES - 1));
    }

    /** The size of pieces that should be as small as this: large enough for records, and never larger than a segment. */
    static int pieceBytes(int segmentBytes, int aimBytes, int recordBytes) {
        return Math.min(segmentBytes, Math.max(aimBytes, leastSegmentBytes(recordBytes)));
    }

    /**
     * What of each segment records fill for sure, if there are two at least: the next one may just not fit behind them; but then
     * it and what is before it fill more than one segment, so in the mean no segment is less than half full.
     */
    static int usableBytes(int segmentBytes, int recordBytes) {
        return Math.max(segmentBytes / 2, segmentBytes - recordBytes - RecordLayout.HEADER_BYTES);
    }

    /** Whether memory is as large as this at least. */
    boolean isMetBy(int segment, long capacity) {
        return segment >= segmentBytes && capacity >= wholeSegments(segment);
    }

    /** Whether memory is what it should be: for a limit that is not in full effect yet, not much larger is near enough. */
    boolean isSuitedBy(int segment, long capacity, long limit) {
        boolean near = capacityBytes > limit && capacity / 2 < capacityBytes;
        return isMetBy(segment, capacity)
                && segment == segmentBytes
                && (near || capacity == wholeSegments(segmentBytes));
    }

    private long wholeSegments(int bytes) {
        return capacityBytes / bytes * bytes;
    }
}
