/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

/**
 * How many segments a relay has leased ahead, so that nobody who needs one waits for the allocator: a few while nothing moves,
 * more under load, and as much as is reserved at any time. What channels hold counts to the reserve.
 *
 * <p>Guarded by the lock of its {@link RelayMemory}.
 */
final class LeaseAhead {

    /** Segments leased ahead while nothing moves: DRBD's next write finds one to read into, and two to receive into. */
    private static final int AHEAD = 4;

    /** Under load, one more is leased ahead for so many that are out. */
    private static final int AHEAD_OF_OUT = 4;

    private long reserveBytes;

    /** Keeps so much from now on, channels or not; what of it is no whole segment is not kept. */
    void reserve(long bytes) {
        reserveBytes = bytes;
    }

    /**
     * Has the pool ask for what is missing, and give back what is too much.
     *
     * @param mayBeNeeded whether there are channels
     * @param roomBytes what more may be leased; less than 0 for what must go back
     */
    void settle(SegmentPool pool, boolean mayBeNeeded, long roomBytes) {
        long room = roomBytes / pool.segmentBytes();
        int reserved = reserved(pool);
        int most = Math.max(reserved, mayBeNeeded ? AHEAD + pool.out() : 0);
        pool.keep((int) Math.min(most, Math.max(0, pool.ahead() + Math.min(0, room))));
        int aim = Math.max(reserved, mayBeNeeded ? AHEAD + pool.out() / AHEAD_OF_OUT : 0);
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
