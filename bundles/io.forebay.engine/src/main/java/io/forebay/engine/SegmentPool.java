/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * A relay's memory of one segment size: the one that new segments come from, or one that retires and is closed when its last
 * segment is home. Segments are leased ahead, and those that come home are lent again, the warmest first; the plug-in is only
 * called by one task at a time, which may block, and never while the lock is held.
 *
 * <p>Guarded by the lock of its {@link RelayMemory}, as everybody who calls it must.
 */
final class SegmentPool implements Runnable, Piece.Home {

    private final Object lock;
    private final Executor blocking;
    private final GuardedMemory memory;
    private final int segmentBytes;
    private final Runnable onMoved;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final ArrayDeque<Piece> stock = new ArrayDeque<>();
    private final ArrayDeque<Piece> returning = new ArrayDeque<>();
    private final List<SliceShelf> shelves = new ArrayList<>(); // few
    private int out;
    private int asked;

    /** What the plug-in has lent: out, in stock, or on its way back to it. */
    private int leased;

    private boolean busy;
    private boolean retired;
    private boolean closing;

    /**
     * With a plug-in's memory.
     *
     * @param lock guards it
     * @param blocking where the plug-in is called
     * @param onMoved runs when one has come from the plug-in or is back there, with the lock held
     */
    SegmentPool(GuardedMemory memory, Object lock, Executor blocking, Runnable onMoved) {
        this.memory = memory;
        this.segmentBytes = memory.segmentBytes();
        this.lock = lock;
        this.blocking = blocking;
        this.onMoved = onMoved;
    }

    /** With no memory at all: it never has anything. */
    SegmentPool(int segmentBytes, Object lock) {
        this.memory = null;
        this.segmentBytes = segmentBytes;
        this.lock = lock;
        this.blocking = Runnable::run;
        this.onMoved = () -> {};
    }

    /** Whether there is no memory behind it. */
    boolean isBare() {
        return memory == null;
    }

    /** {@code null} if it is bare. */
    PlugIn<BabAllocator> allocator() {
        return memory == null ? null : memory.allocator();
    }

    int segmentBytes() {
        return segmentBytes;
    }

    /** What it can lend; 0 if it is bare. */
    long limitBytes() {
        return memory == null ? 0 : memory.limitBytes();
    }

    /** Segments that channels hold, whole or in slices. */
    int out() {
        return out;
    }

    long outBytes() {
        return (long) out * segmentBytes;
    }

    /** Bytes in slices of this size that are free. */
    long freeBytes(int pieceBytes) {
        for (int i = 0; i < shelves.size(); i++) {
            if (shelves.get(i).sliceBytes() == pieceBytes) {
                return shelves.get(i).freeBytes();
            }
        }
        return 0;
    }

    /** Segments in stock, or asked for. */
    int ahead() {
        return stock.size() + asked;
    }

    boolean hasStock() {
        return !stock.isEmpty();
    }

    /** Bytes that the plug-in has lent, or was asked for, and no channel holds. */
    long idleBytes() {
        return (long) (leased - out + asked) * segmentBytes;
    }

    /** A segment, or a slice if a piece is to be smaller; {@code null} if none is free. */
    Piece lease(RelayMemory.Use use, int pieceBytes) {
        return pieceBytes == segmentBytes || memory == null
                ? lease(use)
                : shelf(pieceBytes).lease(use);
    }

    private SliceShelf shelf(int sliceBytes) {
        for (int i = 0; i < shelves.size(); i++) { // an iterator would be garbage of every piece
            if (shelves.get(i).sliceBytes() == sliceBytes) {
                return shelves.get(i);
            }
        }
        SliceShelf shelf = new SliceShelf(this, sliceBytes);
        shelves.add(shelf);
        return shelf;
    }

    /** A segment of the stock; {@code null} if that is empty. */
    Piece lease(RelayMemory.Use use) {
        Piece piece = stock.poll();
        if (piece == null) {
            return null;
        }
        out++;
        return piece.lend(use, this);
    }

    /** A segment comes home. */
    @Override
    public void takeBack(Piece piece) {
        out--;
        if (retired || !memory.isTrusted()) {
            returning.add(piece);
        } else {
            stock.push(piece);
        }
        work();
    }

    /** Has at most so many more leased ahead. */
    void ask(long segments) {
        long most = memory.limitBytes() / segmentBytes - leased - asked;
        if (!retired && memory.isTrusted()) {
            asked += (int) Math.max(0, Math.min(segments, most));
            work();
        }
    }

    /** Keeps at most so many in stock; the coldest go back. */
    void keep(int segments) {
        asked = Math.min(asked, Math.max(0, segments - stock.size()));
        while (stock.size() > Math.max(0, segments)) {
            returning.add(stock.pollLast());
        }
        work();
    }

    /** Lends nothing more; completes when all is home and the memory is closed. */
    CompletableFuture<Void> retire() {
        retired = true;
        if (memory == null) {
            closed.complete(null);
        } else {
            keep(0);
        }
        return closed;
    }

    private void work() {
        if (!busy && hasWork()) {
            busy = true;
            blocking.execute(this);
        }
    }

    private boolean hasWork() {
        return !returning.isEmpty() || mayLease() || mayClose();
    }

    private boolean mayLease() {
        return asked > 0 && memory.isTrusted();
    }

    private boolean mayClose() {
        return retired && leased == 0 && !closing;
    }

    /** Calls the plug-in for all that is to be done. May block. */
    @Override
    public void run() {
        boolean more = true;
        while (more) {
            Piece back;
            boolean close;
            synchronized (lock) {
                back = returning.poll();
                close = back == null && mayClose();
                closing |= close;
                more = back != null || close || mayLease();
                busy = more;
            }
            if (back != null) {
                memory.giveBack(back);
                synchronized (lock) {
                    leased--;
                    onMoved.run();
                }
            } else if (close) {
                memory.close();
                closed.complete(null);
            } else if (more) {
                stock(memory.lease());
            }
        }
    }

    private void stock(Piece piece) {
        synchronized (lock) {
            if (piece == null) {
                asked = 0;
                return;
            }
            leased++;
            if (asked == 0) {
                returning.add(piece); // it is not wanted any more
                return;
            }
            asked--;
            stock.push(piece);
            onMoved.run();
        }
    }
}
