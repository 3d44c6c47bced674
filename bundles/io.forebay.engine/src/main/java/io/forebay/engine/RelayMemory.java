/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabMemory;
import io.forebay.api.bab.Segment;
import io.forebay.api.state.ChannelType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;

/**
 * One relay's memory, shared among its channels. What a channel needs to make progress is kept back for it; only what is
 * beyond that may be filled by whoever writes fastest. So a data channel with a full BAB stalls neither itself, nor its
 * other direction, nor meta.
 *
 * <p>What is kept back for a channel is this sum, in segments; one that is idle holds none of them:
 *
 * <ul>
 *   <li>1 to read from DRBD into,
 *   <li>1 for records made of what was read (data only: meta becomes records in place),
 *   <li>the window: what the peer has credit for,
 *   <li>1 more to receive into, because a record does not straddle segments,
 *   <li>1 to decompress into (data only).
 * </ul>
 *
 * Thread-safe; the lock is held for a few instructions, once per segment.
 */
final class RelayMemory {

    /** What a segment is for. */
    enum Use {
        INTAKE,
        RECORD,
        RECEIVE
    }

    private static final int MIN_SEGMENT_BYTES = 8 << 10;
    private static final int MAX_SEGMENT_BYTES = 1 << 20;
    private static final int SEGMENTS_AIM = 128;
    private static final int RECORDS_PER_SEGMENT = 4;
    private static final int RECORD_BYTES_MAX = 256 << 10;
    private static final int WINDOW_MAX = 64;

    /** Kept back for a DRBD that dials anew while the BAB of its last session is still full: one data, one meta. */
    private static final int NEWCOMERS = 8;

    /**
     * What reading leaves to records, so that a full BAB is turned from raw into compressed, and sent, as fast as it can
     * be: else what one frees would be filled with raw bytes again.
     */
    private static final int RECORDS_FIRST = 8;

    /** A data channel's window is this part of what is free when it opens, and of all; meta needs the least. */
    private static final int WINDOW_OF_FREE = 4;

    private static final int WINDOW_OF_ALL = 8;

    private final BabMemory memory;
    private final int segments;
    private final List<Account> accounts = new ArrayList<>();
    private final List<Account> waiting = new ArrayList<>();
    private int leased;
    private int peak;

    RelayMemory(BabMemory memory) {
        this.memory = memory;
        this.segments = (int) (memory.limitBytes() / memory.segmentBytes());
    }

    /** The segment size for a memlimit: a power of two, so that there are about 128 or more. */
    static int segmentBytes(long memlimitBytes) {
        long aim = Long.highestOneBit(Math.max(1, memlimitBytes / SEGMENTS_AIM));
        return (int) Math.max(MIN_SEGMENT_BYTES, Math.min(MAX_SEGMENT_BYTES, aim));
    }

    /** The largest DATA payload for a segment size: a fraction of it, so that little of a segment's end is wasted. */
    static int recordBytesMax(int segmentBytes) {
        return Math.min(RECORD_BYTES_MAX, segmentBytes / RECORDS_PER_SEGMENT);
    }

    int segmentBytes() {
        return memory.segmentBytes();
    }

    int segments() {
        return segments;
    }

    long limitBytes() {
        return memory.limitBytes();
    }

    long heldBytes() {
        return memory.leasedBytes();
    }

    synchronized long peakBytes() {
        return (long) peak * memory.segmentBytes();
    }

    /**
     * Opens a channel's account.
     *
     * @param loop where {@code onFree} runs, once, after a lease was refused and memory has become free
     * @return {@code null} if what the channels need at least would exceed the limit, or is not free at this moment
     */
    synchronized Account open(ChannelType type, Executor loop, Runnable onFree) {
        int free = segments - accounts.stream().mapToInt(Account::minimum).sum();
        Account least = new Account(type, 1, loop, onFree);
        if (least.minimum() > Math.min(free, segments - leased)) {
            return null;
        }
        int fair = Math.min((free - least.minimum()) / WINDOW_OF_FREE, segments / WINDOW_OF_ALL);
        int window = type == ChannelType.DATA ? Math.max(1, Math.min(WINDOW_MAX, fair)) : 1;
        Account account = new Account(type, window, loop, onFree);
        accounts.add(account);
        return account;
    }

    /** Gives all memory back to the allocator. */
    void close() {
        memory.close();
    }

    private int keptBack() {
        int sum = NEWCOMERS;
        for (Account account : accounts) {
            sum += account.unmet();
        }
        return sum;
    }

    private void wakeWaiting() {
        if (!waiting.isEmpty() && segments - leased > keptBack()) {
            waiting.forEach(account -> account.loop.execute(account.onFree));
            waiting.clear();
        }
    }

    /** A channel's share. */
    final class Account {
        private final int[] minimum = new int[Use.values().length];
        private final int[] held = new int[Use.values().length];
        private final int window;
        private final Executor loop;
        private final Runnable onFree;

        private Account(ChannelType type, int window, Executor loop, Runnable onFree) {
            int ifData = type == ChannelType.DATA ? 1 : 0;
            this.window = window;
            this.loop = loop;
            this.onFree = onFree;
            minimum[Use.INTAKE.ordinal()] = 1;
            minimum[Use.RECORD.ordinal()] = ifData;
            minimum[Use.RECEIVE.ordinal()] = window + 1 + ifData;
        }

        /** The credit that the window is worth in bytes: less than its segments, whose ends stay unused. */
        long windowBytes() {
            return (long) window * memory.segmentBytes() * (RECORDS_PER_SEGMENT - 1) / RECORDS_PER_SEGMENT;
        }

        private int minimum() {
            return IntStream.of(minimum).sum();
        }

        private int unmet() {
            int sum = 0;
            for (Use use : Use.values()) {
                sum += Math.max(0, minimum[use.ordinal()] - held[use.ordinal()]);
            }
            return sum;
        }

        /** Leases a segment, or refuses with {@code null}; then {@code onFree} will run once some memory is free. */
        Piece lease(Use use) {
            synchronized (RelayMemory.this) {
                int free = segments - leased;
                boolean own = held[use.ordinal()] < minimum[use.ordinal()];
                int ahead = use == Use.INTAKE ? RECORDS_FIRST : 0;
                Segment segment = own && free > 0 || free > keptBack() + ahead ? memory.lease() : null;
                if (segment == null) {
                    if (!waiting.contains(this)) {
                        waiting.add(this);
                    }
                    return null;
                }
                leased++;
                peak = Math.max(peak, leased);
                held[use.ordinal()]++;
                return new Piece(segment, use);
            }
        }

        void release(Piece piece) {
            synchronized (RelayMemory.this) {
                piece.segment.release();
                leased--;
                held[piece.use.ordinal()]--;
                // Its own minimum may be what it waits for, so it is woken even when nothing is free beyond the
                // others'.
                if (waiting.remove(this)) {
                    loop.execute(onFree);
                }
                wakeWaiting();
            }
        }

        long heldBytes(Use use) {
            synchronized (RelayMemory.this) {
                return (long) held[use.ordinal()] * memory.segmentBytes();
            }
        }

        /** Closes the account; all its segments must be home. */
        void close() {
            synchronized (RelayMemory.this) {
                accounts.remove(this);
                waiting.remove(this);
                wakeWaiting();
            }
        }
    }
}
