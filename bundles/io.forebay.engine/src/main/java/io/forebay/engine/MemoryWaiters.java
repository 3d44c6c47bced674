/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.transport.Loop;
import io.forebay.engine.RelayMemory.Use;
import java.util.ArrayList;
import java.util.List;

/**
 * Channels that were refused memory, in the order in which they were, until they are woken because they would get some now.
 *
 * <p>What one was woken for is offered to it, and nobody else is woken for that: with hundreds that wait, most would come in vain.
 * Who was woken may have nothing to read by then; so what is not taken soon is offered anew. Nothing is kept for anybody: who comes
 * without having waited takes what there is.
 *
 * <p>Guarded by the lock of its {@link RelayMemory}.
 */
final class MemoryWaiters {

    /** So much later an offer is void: longer than a turn of a busy loop, and nothing that DRBD would notice. */
    private static final long OFFERED_NS = 50_000_000L;

    /** What one who waits to read from DRBD is woken for, in pieces, where so many wait: what a turn can read. */
    private static final int PIECES_AT_ONCE = 4;

    private static final Use[] USES = Use.values();

    /** How much there is beyond what is kept back. */
    interface Spare {
        /** So many bytes in pieces of this size may be lent for a use. */
        long bytes(int pieceBytes, Use use);
    }

    /** What one channel waits for. */
    static final class Waiter {
        private final MemoryShare share;
        private final Loop loop;
        private final Runnable onFree;

        /** What it was refused since it was woken last: a bit for each use. */
        private int refused;

        /** Whether it may have that, but the pool had none in stock. */
        private boolean lacksStock;

        private int offeredBytes;

        /** Which {@link MemoryWaiters#round} its offer is of; void if another. */
        private int offeredIn;

        Waiter(MemoryShare share, Loop loop, Runnable onFree) {
            this.share = share;
            this.loop = loop;
            this.onFree = onFree;
        }
    }

    private final Object lock;
    private final Spare spare;
    private final List<Waiter> waiting = new ArrayList<>();

    /** Sizes of pieces that those who wait were refused; powers of two. */
    private int sizes;

    /** Uses that they were refused them for: a bit for each. */
    private int uses;

    private int lackingStock;
    private long offeredBytes;
    private int round;
    private boolean looksAgain;

    MemoryWaiters(Object lock, Spare spare) {
        this.lock = lock;
        this.spare = spare;
    }

    /** One was refused a piece; {@code lacksStock} if it may have it, and only the stock was empty. */
    void add(Waiter one, Use use, boolean lacksStock) {
        settleOffer(one, Integer.MAX_VALUE);
        if (waiting.isEmpty()) {
            sizes = 0;
            uses = 0;
        }
        if (one.refused == 0) {
            waiting.add(one);
        }
        if (lacksStock && !one.lacksStock) {
            one.lacksStock = true;
            lackingStock++;
        }
        one.refused |= 1 << use.ordinal();
        uses |= one.refused;
        sizes |= one.share.pieceBytes();
    }

    /** One got a piece. */
    void onLeased(Waiter one) {
        settleOffer(one, one.share.pieceBytes());
    }

    private void settleOffer(Waiter one, int bytes) {
        if (one.offeredIn != round) {
            one.offeredBytes = 0;
        }
        int taken = Math.min(one.offeredBytes, bytes);
        one.offeredBytes -= taken;
        offeredBytes -= taken;
    }

    private void offer(Waiter one, int bytes) {
        one.offeredIn = round;
        one.offeredBytes = bytes;
        offeredBytes += bytes;
    }

    /** One is gone. */
    void remove(Waiter one) {
        settleOffer(one, Integer.MAX_VALUE);
        if (one.refused != 0) {
            waiting.remove(one);
            forget(one);
        }
    }

    /** One has given a piece back: what it waits for may be kept back for it, so its turn is now. */
    void onReleased(Waiter one) {
        if (one.refused != 0 && offersAny(one, atOnce())) {
            waiting.remove(one);
            wakeNow(one);
        }
        wake();
    }

    /** Wakes those that would get now what they were refused, as far as there is memory. */
    void wake() {
        wake(atOnce());
    }

    /** Wakes one whether it waits or not, and offers it nothing: memory has changed. */
    void wakeAnyway(Waiter one) {
        remove(one);
        one.loop.execute(one.onFree);
    }

    private int atOnce() {
        return Math.min(PIECES_AT_ONCE, waiting.size());
    }

    private void wake(int atOnce) {
        if (waiting.isEmpty()) {
            return;
        }
        int at = 0;
        int kept = 0;
        boolean isAny = isAnySpare(atOnce);
        while (at < waiting.size() && (isAny || lackingStock > 0)) {
            Waiter one = waiting.get(at++);
            if (offersAny(one, atOnce)) {
                wakeNow(one);
                isAny = isAnySpare(atOnce);
            } else {
                waiting.set(kept++, one);
            }
        }
        if (kept < at) { // a list's part would be garbage of every piece
            while (at < waiting.size()) {
                waiting.set(kept++, waiting.get(at++));
            }
            while (waiting.size() > kept) {
                waiting.remove(waiting.size() - 1);
            }
        }
        if (!waiting.isEmpty() && !looksAgain && isAnySpare(1, 0)) {
            looksAgain = true;
            waiting.get(0).loop.schedule(this::lookAgain, OFFERED_NS);
        }
    }

    private void lookAgain() {
        synchronized (lock) {
            looksAgain = false;
            round++;
            offeredBytes = 0;
            wake(1);
        }
    }

    private boolean isAnySpare(int atOnce) {
        return isAnySpare(atOnce, offeredBytes);
    }

    /** Whether anything that is waited for is there, after what is offered. */
    private boolean isAnySpare(int atOnce, long offered) {
        for (int i = 0; i < USES.length; i++) {
            for (int left = (uses & 1 << i) == 0 ? 0 : sizes; left != 0; left &= left - 1) {
                int piece = Integer.lowestOneBit(left);
                if (spare.bytes(piece, USES[i]) - offered >= wantedBytes(piece, USES[i], atOnce)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static int wantedBytes(int pieceBytes, Use use, int atOnce) {
        return use == Use.INTAKE ? atOnce * pieceBytes : pieceBytes;
    }

    /** Whether there is any of what one was refused: kept back for it, or to spare, which is offered to it now. */
    private boolean offersAny(Waiter one, int atOnce) {
        int piece = one.share.pieceBytes();
        for (Use use : USES) {
            if ((one.refused & 1 << use.ordinal()) != 0) {
                if (one.share.isUnmet(use)) {
                    return true;
                }
                int wanted = wantedBytes(piece, use, atOnce);
                if (spare.bytes(piece, use) - offeredBytes >= wanted) {
                    offer(one, wanted);
                    return true;
                }
            }
        }
        return false;
    }

    private void wakeNow(Waiter one) {
        forget(one);
        one.loop.execute(one.onFree);
    }

    private void forget(Waiter one) {
        one.refused = 0;
        if (one.lacksStock) {
            one.lacksStock = false;
            lackingStock--;
        }
    }
}
