/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

/**
 * How many segments a relay has leased ahead, so that nobody who needs one waits for the allocator: a few before anything
 * moves, more under load, and as much as is reserved at any time. What channels hold counts to the reserve.
 *
 * <p>Guarded by the lock of its {@link RelayMemory}.
 */
final class LeaseAhead {

    /** Segments leased ahead before anything moves: DRBD's next write finds one to read into, and two to receive into. */
    private static final int AHEAD = 4;

    /** Under load, one more is leased ahead for so many that are out. */
    private static final int AHEAD_OF_OUT = 4;

    /**
     * What channels hold together swings within milliseconds, and on a busy machine the allocator's turn comes later; what is missing
     * until then comes from the Java heap, and has that collected. So of a stock that a load has needed so many stay, and when it is
     * used up, it is made as large as what is out, up to this.
     */
    private static final int SWING = 32;

    /** Nor more than this part of all. */
    private static final int SWING_OF_ALL = 8;

    private long reserveBytes;

    /** Keeps so much from now on, channels or not; what of it is no whole segment is not kept. */
    void reserve(long bytes) {
        reserveBytes = bytes;
    }

    /**
     * Has the pool ask for what is missing, and give back what is too much.
     *
     * @param limitBytes the limit in force
     * @param mayBeNeeded whether there are channels
     * @param roomBytes what more may be leased; less than 0 for what must go back
     */
    void settle(SegmentPool pool, long limitBytes, boolean mayBeNeeded, long roomBytes) {
        long room = roomBytes / pool.segmentBytes();
        int reserved = reserved(pool);
        int swing = (int) Math.min(SWING, limitBytes / pool.segmentBytes() / SWING_OF_ALL);
        int most = Math.max(reserved, mayBeNeeded ? Math.max(AHEAD + pool.out(), swing) : 0);
        pool.keep((int) Math.min(most, Math.max(0, pool.ahead() + Math.min(0, room))));
        int more = Math.max(pool.out() / AHEAD_OF_OUT, pool.hasStock() ? 0 : Math.min(swing, pool.out()));
        int aim = Math.max(reserved, mayBeNeeded ? AHEAD + more : 0);
        if (pool.ahead() < reserved || pool.ahead() <= aim / 2) {
            pool.ask(Math.min(aim - pool.ahead(), room));
        }
    }

    /** The limit in force may be another than the one that the reserve is a part of. */
    private int reserved(SegmentPool pool) {
        long segments = Math.min(reserveBytes, pool.limitBytes()) / pool.segmentBytes();
        return (int) Math.max(0, segments - pool.out());
    }
}
