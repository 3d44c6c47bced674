/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.state.ChannelType;
import io.forebay.api.transport.Loop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * One relay's memory, shared among its channels. What a channel needs to make progress is kept back for it; only what is
 * beyond that may be filled by whoever writes fastest. So a data channel with a full BAB stalls neither itself, nor its
 * other direction, nor meta.
 *
 * <p>What is kept back for a channel is this sum; one that is idle holds nothing of it:
 *
 * <ul>
 *   <li>1 piece to read from DRBD into; of meta a window, because it must not wait until the peer has confirmed that one,
 *   <li>1 for records made of what was read (data only: meta becomes records in place),
 *   <li>the window: as many as what the peer has credit for may fill,
 *   <li>1 more to receive into, because a record does not straddle pieces,
 *   <li>1 to decompress into (data only).
 * </ul>
 *
 * <p>A piece is a segment, or a slice of one: the more channels there are, the less each newcomer is kept back, and meta needs
 * the least. Whole segments of a small memory are for near peers only, because less of the end of a small piece is wasted.
 *
 * <p>The limit may change at any time. New segments come from the memory that was taken last, former ones retire; all that
 * is held counts. What was promised stays promised: a channel may always have what is kept back for it, even above a limit
 * that was lowered, and its pieces stay large enough for the largest record that its peer may send.
 *
 * <p>The allocator is never called by who leases: segments are leased ahead ({@link LeaseAhead}). While none is
 * there, because the stock is empty or the allocator is gone, the least that a channel needs comes from the Java heap, so what
 * is kept back can always be had.
 *
 * <p>Thread-safe; the lock is held for a few instructions, once per segment.
 */
final class RelayMemory {

    /** What a segment is for. */
    enum Use {
        /** To read from DRBD into. */
        INTAKE,
        /** For records made of what was read. */
        RECORD,
        /** To read from the link into. */
        RECEIVE,
        /** To decompress into. */
        PLAIN
    }

    /** In pieces, kept back for a DRBD that dials anew while the BAB of its last session is still full: one data, one meta. */
    private static final int NEWCOMERS = 6;

    /**
     * In pieces, what reading leaves to records, so that a full BAB is turned from raw into compressed, and sent, as fast as it can
     * be: else what one frees would be filled with raw bytes again.
     */
    private static final int RECORDS_FIRST = 4;

    /** Where records may fill pieces, all but this part of the limit stays free: others come, and more is to be read ahead. */
    private static final int WHOLE_RECORDS_OF_ALL = 4;

    private final Executor blocking;
    private final Runnable onUnsettled;
    private final MemoryPromises promises = new MemoryPromises();
    private final LeaseAhead ahead = new LeaseAhead();
    private final List<Account> accounts = new ArrayList<>();
    private final MemoryWaiters waiters = new MemoryWaiters(this, this::spareBytes);
    private final List<SegmentPool> retired = new ArrayList<>();
    private volatile SegmentPool current;
    private volatile long limitBytes;
    private long heldBytes;
    private long peakBytes;
    private boolean closed;

    /**
     * Begins with memory that was opened for {@code limitBytes}, with segments of {@link MemoryPlan#segmentBytesFor}.
     *
     * @param blocking where allocators are called
     * @param onUnsettled runs when sessions that kept the memory from being what suits the limit have ended; short, any
     *     thread
     */
    RelayMemory(GuardedMemory memory, long limitBytes, Executor blocking, Runnable onUnsettled) {
        this.limitBytes = limitBytes;
        this.blocking = blocking;
        this.onUnsettled = onUnsettled;
        this.current = new SegmentPool(memory, this, blocking, this::onMoved);
    }

    /** The size of new segments. */
    int segmentBytes() {
        return current.segmentBytes();
    }

    /** What new segments come from; {@code null} while there is nothing but the engine's own. */
    PlugIn<BabAllocator> plugIn() {
        return current.allocator();
    }

    /** The limit in force. */
    long limitBytes() {
        return limitBytes;
    }

    synchronized long heldBytes() {
        return heldBytes;
    }

    synchronized long peakBytes() {
        return peakBytes;
    }

    /** What is kept back for channels in session; more than the limit only if that was lowered below it. */
    synchronized long promisedBytes() {
        return promises.minimumBytes();
    }

    // ---- changing

    /** What memory must be like for a limit, with the sessions that there are. */
    synchronized MemoryPlan plan(long limit) {
        return promises.plan(limit);
    }

    /** Whether the memory is what these settings want, as far as sessions allow. */
    synchronized boolean isSettled(long limit, PlugIn<BabAllocator> allocator) {
        boolean same = limit == limitBytes && allocator.equals(current.allocator());
        return closed || same && isSuited(limit);
    }

    private boolean isSuited(long limit) {
        return plan(limit).isSuitedBy(current.segmentBytes(), current.limitBytes(), limit);
    }

    /** Lowers the limit in force at once; what is held above it is not lent again when it comes home. */
    synchronized void lower(long limit) {
        if (limit < limitBytes) {
            limitBytes = limit;
            adapt();
        }
    }

    /**
     * New segments come from another memory, under another limit; the former one retires.
     *
     * @return {@code false} if it is too small for the sessions that there are by now, and not taken
     */
    synchronized boolean take(GuardedMemory next, long limit) {
        MemoryPlan needed = plan(limit);
        if (closed || !needed.isMetBy(next.segmentBytes(), next.limitBytes())) {
            return false;
        }
        limitBytes = limit;
        exchange(new SegmentPool(next, this, blocking, this::onMoved));
        return true;
    }

    /**
     * Takes nothing more from the present memory; it retires. Until another is taken no account can be opened, and those
     * that are open have no more than what is kept back for them.
     *
     * @return completes when the memory is closed
     */
    synchronized CompletableFuture<Void> lose() {
        return exchange(new SegmentPool(current.segmentBytes(), this));
    }

    /** Loses the memory if no channel needs any, so that there is room for another; else {@code null}. */
    synchronized CompletableFuture<Void> vacate() {
        return closed || current.isBare() || !accounts.isEmpty() || heldBytes > 0 ? null : lose();
    }

    private CompletableFuture<Void> exchange(SegmentPool next) {
        SegmentPool former = current;
        current = next;
        CompletableFuture<Void> gone = former.retire();
        if (!gone.isDone()) {
            retired.add(former);
            gone.thenRun(() -> forget(former));
        }
        adapt();
        return gone;
    }

    private synchronized void forget(SegmentPool pool) {
        retired.remove(pool);
    }

    private void adapt() {
        accounts.forEach(Account::adapt);
        // Those that wait may go on, the others have something to tell their peers.
        accounts.forEach(account -> waiters.wakeAnyway(account.waiter));
        provide();
    }

    private void tellIfUnsettled() {
        if (!isSuited(limitBytes)) {
            onUnsettled.run();
        }
    }

    /** Gives all memory back to the allocators; completes when they have it. */
    CompletableFuture<Void> close() {
        synchronized (this) {
            closed = true;
            List<CompletableFuture<Void>> all = new ArrayList<>();
            retired.forEach(pool -> all.add(pool.retire()));
            all.add(current.retire());
            return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new));
        }
    }

    // ---- leasing ahead

    /** Has so much leased from now on, also while no channel needs it, as far as the limit in force allows. */
    synchronized void reserve(long bytes) {
        ahead.reserve(bytes);
        provide();
    }

    private void provide() {
        if (current.isBare() || closed) {
            return;
        }
        long idleBytes = current.idleBytes();
        for (int i = 0; i < retired.size(); i++) { // an iterator would be garbage of every segment
            idleBytes += retired.get(i).idleBytes();
        }
        long room = Math.max(limitBytes - heldBytes, unmet()) - idleBytes;
        ahead.settle(current, limitBytes, !accounts.isEmpty(), room);
    }

    private void onMoved() {
        provide();
        if (current.hasStock()) {
            waiters.wake();
        }
    }

    // ---- lending

    /**
     * Opens a channel's account.
     *
     * @param loop where {@code onFree} runs, once, after a lease was refused and memory has become free, and after a change
     * @return {@code null} if what the channels need at least would exceed the limit, or is not free at this moment
     */
    synchronized Account open(ChannelType type, Loop loop, Runnable onFree) {
        MemoryShare share = current.isBare() || closed
                ? null
                : promises.open(type == ChannelType.DATA, current.segmentBytes(), limitBytes, free());
        if (share == null) {
            return null;
        }
        Account account = new Account(share, loop, onFree);
        accounts.add(account);
        account.adapt();
        provide();
        return account;
    }

    private long free() {
        return limitBytes - Math.max(heldBytes, promises.minimumBytes());
    }

    private long keptBack() {
        return (long) NEWCOMERS * MemoryPlan.pieceBytesFor(limitBytes) + unmet();
    }

    private long unmet() {
        return promises.unmetBytes(current);
    }

    /** What is free beyond what is kept back. */
    private long room() {
        return limitBytes - heldBytes - keptBack();
    }

    /** So many bytes in pieces of this size may be lent for a use beyond what is kept back. */
    private long spareBytes(int pieceBytes, Use use) {
        if (current.isBare()) {
            return 0;
        }
        int segmentBytes = current.segmentBytes();
        int ahead = use == Use.INTAKE ? RECORDS_FIRST * MemoryPlan.pieceBytesFor(limitBytes) : 0;
        long whole = Math.max(0, (room() - ahead) / segmentBytes * segmentBytes);
        long lacking = promises.unmetBytes(pieceBytes) - current.freeBytes(pieceBytes);
        if (lacking <= 0) {
            return whole - lacking;
        }
        // What lacks is kept back in whole segments, so one of those that are free is gone with the piece that needs
        // the next.
        long slack = (segmentBytes - lacking % segmentBytes) % segmentBytes;
        return whole == 0 ? 0 : whole - segmentBytes + slack + pieceBytes;
    }

    private long outBytes() {
        long sum = current.outBytes();
        for (int i = 0; i < retired.size(); i++) {
            sum += retired.get(i).outBytes();
        }
        return sum;
    }

    /** A channel's share. */
    final class Account {
        private final MemoryShare share;
        private final MemoryWaiters.Waiter waiter;

        private Account(MemoryShare share, Loop loop, Runnable onFree) {
            this.share = share;
            this.waiter = new MemoryWaiters.Waiter(share, loop, onFree);
        }

        /** The limit or the memory has changed, or this account is new. */
        private void adapt() {
            share.adapt(current.segmentBytes(), limitBytes);
            settleWindow();
        }

        private void settleWindow() {
            if (!current.isBare()) {
                promises.settleWindow(share, limitBytes);
            }
        }

        /** The credit that the peer should have. */
        long windowBytes() {
            return share.windowBytes();
        }

        /**
         * Keeps back what the peer may be told that it has credit for.
         *
         * @param limitBytes what it was told before
         * @param deliveredBytes what of that is used up
         * @return what it may be told: never less
         */
        long grant(long limitBytes, long deliveredBytes) {
            synchronized (RelayMemory.this) {
                if (share.use(deliveredBytes)) {
                    settleWindow();
                }
                long limit = Math.max(limitBytes, deliveredBytes + share.windowBytes());
                boolean shrinking = share.isShrinking();
                share.credit(limit - deliveredBytes);
                if (shrinking) {
                    waiters.wake();
                    if (!share.isShrinking()) {
                        tellIfUnsettled();
                    }
                }
                return limit;
            }
        }

        /** The largest DATA payload that the peer may send. */
        int recordBytesMax() {
            return share.recordBytes();
        }

        /** The peer may fill pieces with its records from now on, if there is memory for that: a window takes more of it then. */
        void takeWholeRecords() {
            if (share.takesWholeRecords()) {
                return;
            }
            synchronized (RelayMemory.this) {
                long most = Math.max(0, free() - (limitBytes - limitBytes / WHOLE_RECORDS_OF_ALL));
                if (share.takeWholeRecords(current.segmentBytes(), limitBytes, most)) {
                    settleWindow();
                    provide();
                }
            }
        }

        /** The largest DATA payload to make: what suits the limit, and never more than any segment can take. */
        int ownRecordBytesMax() {
            return MemoryPlan.wholeRecordBytes(ownSegmentBytes());
        }

        /** The largest block to compress; likewise. */
        int ownBlockBytesMax() {
            return MemoryPlan.recordBytesMax(ownSegmentBytes());
        }

        private int ownSegmentBytes() {
            return Math.min(MemoryPlan.segmentBytesFor(limitBytes), share.pieceBytes());
        }

        /** The size of new pieces. */
        int pieceBytes() {
            return share.pieceBytes();
        }

        /** Whether its pieces are smaller than what suits the limit, because many channels share the memory. */
        boolean isCrowded() {
            return share.pieceBytes() < MemoryPlan.pieceBytesFor(limitBytes);
        }

        /** Leases a piece, or refuses with {@code null}; then {@code onFree} will run once some memory is free. */
        Piece lease(Use use) {
            synchronized (RelayMemory.this) {
                boolean spare = spareBytes(share.pieceBytes(), use) >= share.pieceBytes();
                boolean may = spare || share.isUnmet(use);
                long outBytes = current.outBytes();
                Piece piece = may ? current.lease(use, share.pieceBytes()) : null;
                heldBytes += current.outBytes() - outBytes;
                if (piece == null && mustNotWait(use)) {
                    piece = own(use);
                }
                if (piece == null) {
                    waiters.add(waiter, use, may);
                } else {
                    peakBytes = Math.max(peakBytes, heldBytes);
                    share.hold(use, piece.bytes());
                    piece.last = !spare && !share.isUnmet(use);
                    waiters.onLeased(waiter);
                }
                if (may) {
                    provide();
                }
                return piece;
            }
        }

        /** Whether it gets memory even if the allocator has none: without an allocator all that is kept back, else the least. */
        private boolean mustNotWait(Use use) {
            return current.isBare() ? share.isUnmet(use) : share.lacksLeast(use);
        }

        /** The engine's own memory, which the garbage collector takes back. */
        private Piece own(Use use) {
            try {
                Piece piece = new Piece(null, ByteBuffer.allocate(share.pieceBytes()));
                heldBytes += piece.bytes();
                return piece.lend(use, null);
            } catch (OutOfMemoryError e) {
                return null; // to wait is better than to end every relay
            }
        }

        void release(Piece piece) {
            synchronized (RelayMemory.this) {
                if (piece.use == null) {
                    throw new IllegalStateException(
                            "piece released twice: bytes=%d (expected: leased)".formatted(piece.bytes()));
                }
                share.hold(piece.use, -piece.bytes());
                piece.use = null;
                heldBytes -= takeHome(piece);
                provide();
                waiters.onReleased(waiter);
            }
        }

        /** Answers by how much less is held. */
        private long takeHome(Piece piece) {
            if (piece.home == null) {
                return piece.bytes();
            }
            long outBytes = outBytes();
            piece.home.takeBack(piece);
            return outBytes - outBytes();
        }

        long heldBytes(Use use) {
            synchronized (RelayMemory.this) {
                return share.heldBytes(use);
            }
        }

        /** Closes the account; of its segments only those with workers that do not come back may come home later. */
        void close() {
            synchronized (RelayMemory.this) {
                accounts.remove(this);
                promises.close(share);
                waiters.remove(waiter);
                provide();
                waiters.wake();
                tellIfUnsettled();
            }
        }
    }
}
