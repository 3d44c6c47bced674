/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.Compressor;
import io.forebay.api.codec.Decompressor;
import io.forebay.engine.CodecSelector.Choice;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * One block on its way through a worker. The plug-in that compresses it is not trusted: whatever it does, the block can still
 * go raw, under a checksum that was taken before. The loop owns it, but while {@link #run} has it; it is used again and
 * again.
 */
final class CompressionJob implements Runnable {

    /** Behind the room that a plug-in has for its result, to see that it stays inside. */
    private static final long CANARY = 0x666f_7265_6261_7921L;

    /** What a codec may need at most beside twice the block. */
    private static final int ROOM_BYTES_MAX = 64 << 10;

    private static final long SLOW_NS = 1_000_000_000L;

    /** A block that shrinks by less than this part goes raw, so that it need not be decompressed. */
    private static final int WORTH_SHARE = 32;

    /** A stream of blocks that refer to each other; owned by the loop but for the job that is at work with it. */
    static final class History {
        private final Choice choice;
        private final int step;
        private Compressor compressor;
        private boolean begun;
        private boolean over;
        private int jobs;

        History(Choice choice, int step) {
            this.choice = choice;
            this.step = step;
        }

        private Compressor compressor() {
            if (compressor == null) {
                compressor = choice.borrowForHistory(step);
            }
            return compressor;
        }

        Choice choice() {
            return choice;
        }

        /** Whether a block of a level continues it. */
        boolean isOf(Choice blockChoice, int blockStep) {
            return choice == blockChoice && step == blockStep;
        }

        /** No more blocks will continue it; answers whether {@link #end} is due now. */
        boolean finish() {
            over = true;
            return jobs == 0;
        }

        /** Gives its compressor back; no job may be at work with it. In a worker. */
        void end() {
            if (compressor != null) {
                choice.discard(compressor);
                compressor = null;
            }
        }
    }

    private final CompressionStage stage;
    private final int slot;
    private final CRC32C crc = new CRC32C();
    private final Runnable report;

    /** The piece that the block is in. */
    Piece piece;

    /** Where in it. */
    int offset;

    int bytes;

    /** The stream that the block continues; {@code null} if it stands alone. */
    History history;

    Choice choice;

    /** The level of the choice. */
    int step;

    int flags;
    ByteBuffer scratch;

    /** The size of the result in {@link #scratch}, or {@link Compressor#NO_FIT}: it must go raw. */
    int stored;

    int payloadCrc;

    /** Whether a worker is through with it. */
    boolean done;

    /** Whether it has gone raw meanwhile, because the worker takes too long. */
    boolean abandoned;

    private ByteBuffer source;
    private volatile long begunNs;

    /** With a number that no other job of the stage has. */
    CompressionJob(CompressionStage stage, int slot) {
        this.stage = stage;
        this.slot = slot;
        this.report = () -> stage.onJobDone(this);
    }

    /** Is to compress a block; with a history if that is not {@code null}. */
    void start(Piece from, int length, Choice with, int level, History continued) {
        piece = from;
        source = from.viewFor(slot);
        offset = from.used;
        bytes = length;
        choice = with;
        step = level;
        history = continued;
        flags = 0;
        if (continued != null) {
            flags = RecordLayout.FLAG_HISTORY | (continued.begun ? 0 : RecordLayout.FLAG_START);
            continued.begun = true;
            continued.jobs++;
        }
        begunNs = Long.MAX_VALUE;
        stored = Compressor.NO_FIT;
        done = false;
        abandoned = false;
    }

    /** How long a worker has been at it. */
    long runsForNs(long nowNs) {
        long begun = begunNs;
        return begun == Long.MAX_VALUE ? 0 : nowNs - begun;
    }

    @Override
    public void run() {
        payloadCrc = RecordLayout.crc(source, offset, bytes, crc);
        begunNs = stage.nowNs(); // from now on the loop may see the checksum, too
        String fault;
        try {
            fault = compress();
        } catch (RuntimeException | Error e) {
            fault = "threw " + e + " while compressing";
        }
        if (fault != null) {
            stored = Compressor.NO_FIT;
            stage.judge().onMisbehaviour(choice.plugIn(), fault);
        }
        long tookNs = stage.nowNs() - begunNs;
        if (tookNs > SLOW_NS) {
            stage.judge().onSuspicion(choice.plugIn(), "took %d ms to compress a block".formatted(tookNs / 1_000_000));
        }
        stage.execute(report);
    }

    /** Answers what the plug-in did wrong; {@code null} if nothing. */
    private String compress() {
        Compressor compressor = history == null ? choice.borrow(step) : history.compressor();
        boolean sound = false;
        try {
            String fault = compressWith(compressor);
            sound = fault == null;
            return fault;
        } finally {
            if (history == null && sound) {
                choice.giveBack(compressor, step);
            } else if (history == null) {
                choice.discard(compressor);
            }
        }
    }

    private String compressWith(Compressor compressor) {
        int room = compressor.maxCompressedBytes(bytes);
        if (room < 1 || room > 2 * bytes + ROOM_BYTES_MAX) {
            return "said that %d bytes become at most %d".formatted(bytes, room);
        }
        scratch = stage.scratches().take(room + Long.BYTES, source.isDirect());
        scratch.putLong(room, CANARY);
        int result = compressor.compress(source, offset, bytes, scratch, 0, room);
        scratch.clear();
        if (scratch.getLong(room) != CANARY) {
            return "wrote behind the %d bytes of its room".formatted(room);
        }
        if (result != Compressor.NO_FIT && (result < 1 || result > room)) {
            return "returned a length of %d for a room of %d bytes".formatted(result, room);
        }
        if (result != Compressor.NO_FIT && history == null && choice.isProofDue()) {
            boolean sound = isProved(result);
            choice.onProof(sound);
            if (!sound) {
                return "made a block that it cannot decompress itself";
            }
        }
        stored = history == null && result > bytes - bytes / WORTH_SHARE ? Compressor.NO_FIT : result;
        return null;
    }

    /** Whether the result becomes what it was made of: else the other end would find out, and the session be lost. */
    private boolean isProved(int result) {
        ByteBuffer proof = stage.scratches().take(bytes, source.isDirect());
        Decompressor decompressor = choice.prover();
        try {
            decompressor.decompress(scratch, 0, result, proof, 0, bytes);
            return RecordLayout.crc(proof.clear(), 0, bytes, crc) == payloadCrc;
        } catch (CodecException e) {
            return false;
        } finally {
            PlugIns.close(choice.plugIn(), decompressor);
            scratch.clear();
            stage.scratches().giveBack(proof);
        }
    }

    /** Whether the result is so much less than the block that it is worth to be decompressed. */
    boolean isWorth() {
        return stored != Compressor.NO_FIT && stored <= bytes - bytes / WORTH_SHARE;
    }

    /** Whether the result can be a record; without one the block goes raw. */
    boolean isCompressed() {
        return stored != Compressor.NO_FIT;
    }

    /**
     * Is done with: keeps nothing of its block, nor of a plug-in.
     *
     * @return the history that is to be ended now; {@code null} if there is none
     */
    History finish() {
        History ended = null;
        if (history != null) {
            history.jobs--;
            ended = history.over && history.jobs == 0 ? history : null;
        }
        piece.lent -= bytes;
        if (scratch != null) {
            stage.scratches().giveBack(scratch);
        }
        piece = null;
        source = null;
        scratch = null;
        choice = null;
        history = null;
        return ended;
    }
}
