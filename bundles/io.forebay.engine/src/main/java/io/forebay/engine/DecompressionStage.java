/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.CodecException;
import io.forebay.api.transport.Loop;
import io.forebay.engine.RelayMemory.Account;
import io.forebay.engine.RelayMemory.Use;
import java.util.ArrayDeque;
import java.util.stream.Stream;

/**
 * Has workers decompress blocks: those that stand alone side by side, those with a history one after the other. Gives each
 * its room first, in the order of the stream, so that a block waits for memory only while earlier ones hold it. Owned by one
 * loop.
 */
final class DecompressionStage {

    /** What becomes of blocks. */
    interface Owner {
        /** So many blocks, from a number on, are in their places in the queue. */
        void onDecompressed(long number, int blocks);

        /** A block cannot be decompressed. May come more than once. */
        void onUnreadable(Unreadable what);

        /** Closed, and no worker is at anything any more; or one is back that was given up. */
        void onIdle();
    }

    /** A codec that was seen at one job at so many looks hangs: 1 s. A machine that stood still is not its fault. */
    private static final int LOOKS_MAX = 5;

    private static final long LOOK_NS = 250_000_000L;

    private final Account account;
    private final DeliveryQueue queue;
    private final Decoders decoders;
    private final Workers workers;
    private final Loop loop;
    private final PlugInJudge judge;
    private final Owner owner;
    private final ArrayDeque<DecompressionJob> running = new ArrayDeque<>();
    private final ArrayDeque<DecompressionJob> spare = new ArrayDeque<>();
    private final ArrayDeque<Piece> retired = new ArrayDeque<>();
    private final Runnable look = this::look;
    private Piece plain;
    private int jobs;
    private boolean historyRuns;
    private boolean looking;
    private boolean closed;
    private boolean givenUp;

    /**
     * With nothing to do.
     *
     * @param judge is told which codec did what its contract forbids
     */
    DecompressionStage(
            Account account,
            DeliveryQueue queue,
            Decoders decoders,
            Workers workers,
            Loop loop,
            PlugInJudge judge,
            Owner owner) {
        this.account = account;
        this.queue = queue;
        this.decoders = decoders;
        this.workers = workers;
        this.loop = loop;
        this.judge = judge;
        this.owner = owner;
    }

    /** How many blocks of one channel are decompressed at once. */
    static int blocksAtOnce(Workers workers) {
        return workers.count() + 1;
    }

    /**
     * Begins to decompress the next record of a piece, and small ones behind it; what is begun counts as used.
     *
     * @return {@code false} if it must wait, for a job to end or for memory
     */
    boolean begin(Piece wire) throws PeerViolation {
        int offset = wire.used;
        boolean history = RecordLayout.history(wire.memory, offset);
        if (closed || running.size() == blocksAtOnce(workers) || history && historyRuns) {
            return false;
        }
        Piece room = room(RecordLayout.rawBytes(wire.memory, offset));
        if (room == null) {
            return false;
        }
        DecompressionJob job = spare.isEmpty() ? new DecompressionJob(jobs++, loop, this::onDone) : spare.pop();
        job.start(decoder(wire, offset), history, wire, room);
        do {
            job.take(queue);
        } while (comesAlong(wire, offset, job));
        historyRuns |= history;
        running.add(job);
        workers.execute(job);
        if (!looking) {
            looking = true;
            loop.schedule(look, LOOK_NS);
        }
        return true;
    }

    private Decoder decoder(Piece wire, int offset) throws PeerViolation {
        try {
            return decoders.decoder(wire.memory, offset);
        } catch (CodecException e) {
            throw new PeerViolation(
                    "block cannot be decompressed: position=%d, stored=%d, raw=%d: %s"
                            .formatted(
                                    RecordLayout.position(wire.memory, offset),
                                    RecordLayout.storedBytes(wire.memory, offset),
                                    RecordLayout.rawBytes(wire.memory, offset),
                                    e.getMessage()),
                    e);
        }
    }

    /** Whether the next record of a piece is one for the job that began at {@code first}. */
    private boolean comesAlong(Piece wire, int first, DecompressionJob job) {
        int next = wire.used;
        if (next == wire.parsed || RecordLayout.type(wire.memory, next) != RecordType.DATA) {
            return false;
        }
        int raw = RecordLayout.rawBytes(wire.memory, next);
        return RecordLayout.codec(wire.memory, next) == RecordLayout.codec(wire.memory, first)
                && RecordLayout.history(wire.memory, next) == RecordLayout.history(wire.memory, first)
                && !RecordLayout.startsHistory(wire.memory, next)
                && job.admits(raw)
                && queue.admits(raw)
                && plain.room() >= raw + DecompressionJob.GUARDS_BYTES;
    }

    /** The piece with room for a block; {@code null} while there is no memory. */
    private Piece room(int raw) {
        if (plain != null && plain.room() < raw + DecompressionJob.GUARDS_BYTES) {
            retired.addLast(plain);
            plain = null;
            releaseUsed();
        }
        if (plain == null) {
            plain = account.lease(Use.PLAIN);
        }
        return plain;
    }

    private void onDone(DecompressionJob job) {
        Unreadable unreadable = job.unreadable();
        if (job.misdeed() != null) {
            judge.onMisbehaviour(job.plugIn(), job.misdeed());
        } else if (unreadable != null) {
            judge.onSuspicion(job.plugIn(), "could not decompress a block, or what the peer made was wrong");
        }
        running.remove(job);
        historyRuns &= !job.isHistory();
        job.finish();
        spare.push(job);
        if (unreadable != null) {
            owner.onUnreadable(unreadable);
        } else if (!closed) {
            owner.onDecompressed(job.number(), job.blocks());
        }
        if (isIdle()) {
            owner.onIdle();
        }
    }

    private void look() {
        looking = !running.isEmpty();
        if (looking) {
            loop.schedule(look, LOOK_NS);
        }
        for (DecompressionJob job : running) {
            if (job.look() == LOOKS_MAX) {
                judge.onMisbehaviour(job.plugIn(), "did not decompress a block within 1 s");
                owner.onUnreadable(new Unreadable(
                        Unreadable.Blame.CODEC,
                        "block cannot be decompressed: position=%d: %s has been at it for 1 s"
                                .formatted(job.position(), job.plugIn())));
            }
        }
    }

    /** Returns segments whose bytes the socket has taken. */
    void releaseUsed() {
        Piece old = retired.peekFirst();
        while (old != null && old.lent == 0) {
            account.release(retired.removeFirst());
            old = retired.peekFirst();
        }
        if (plain != null && plain.lent == 0) {
            account.release(plain);
            plain = null;
        }
    }

    /** Keeps nothing of a codec that is used no more; no block of it may come any more. */
    void forget(PlugIn<?> codec) {
        if (givenUp) {
            return; // a worker may be at it: it is closed with the rest
        }
        decoders.forget(codec).forEach(history -> workers.execute(history::close));
    }

    /** Begins nothing more; the owner learns when no worker is at anything any more. */
    void close() {
        closed = true;
    }

    /** Waits no longer for workers that do not come back; what they are at stays theirs until they do. */
    void giveUp() {
        givenUp = true;
    }

    /** Whether, after {@link #close}, no worker is at anything any more, or those that are were given up. */
    boolean isIdle() {
        return closed && (givenUp || running.isEmpty());
    }

    /** Whether a worker is at a piece. */
    boolean isAt(Piece piece) {
        return running.stream().anyMatch(job -> job.isAt(piece));
    }

    /** Whose calls have not returned. */
    Stream<PlugIn<?>> busy() {
        return running.stream().map(DecompressionJob::plugIn);
    }

    /** Returns the segments that no worker is at; no socket may use any of them any more. To be called again by {@code onIdle}. */
    void clear() {
        if (plain != null) {
            retired.addLast(plain);
            plain = null;
        }
        retired.removeIf(piece -> {
            boolean free = !isAt(piece);
            if (free) {
                account.release(piece);
            }
            return free;
        });
        if (running.isEmpty()) {
            workers.execute(decoders::close);
        }
    }
}
