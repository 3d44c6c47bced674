/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.Decompressor;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * A block, or several small ones that follow each other, on the way through a worker. The decompressor may be anybody's:
 * whatever it throws ends here, and what is around its room is looked at afterwards.
 *
 * <pre>
 *   in the plain piece:  ... | guard 8 | block | guard 8 | guard 8 | block | guard 8 | ...
 * </pre>
 *
 * Owned by the loop, but for {@link #run}; may be used again and again.
 */
final class DecompressionJob implements Runnable {

    private static final int GUARD_BYTES = Long.BYTES;

    /** What a block needs in a plain piece beside itself. */
    static final int GUARDS_BYTES = 2 * GUARD_BYTES;

    /** No likely part of anybody's data, and the same in either byte order. */
    private static final long GUARD = 0x9e51c3a6a6c3519eL;

    /** Handing a job to a worker costs as much as decompressing a few KiB: small blocks share it, large ones run apart. */
    private static final int SHARED_BYTES = 32 << 10;

    private static final int BLOCKS_MAX = 16;

    private final Executor loop;
    private final int slot;
    private final Runnable report;
    private final CRC32C crc = new CRC32C();
    private final int[] sourceOffsets = new int[BLOCKS_MAX];
    private final int[] storedBytes = new int[BLOCKS_MAX];
    private final int[] targetOffsets = new int[BLOCKS_MAX];
    private final int[] rawBytes = new int[BLOCKS_MAX];
    private final int[] crcs = new int[BLOCKS_MAX];
    private int blocks;
    private int wireLent;
    private int rawSum;
    private long number;
    private long position;
    private Decoder decoder;
    private boolean history;
    private Piece wire;
    private Piece plain;
    private ByteBuffer source;
    private ByteBuffer target;
    private ByteBuffer copy;
    private int looks;

    /** Set by the worker, for the loop to look at meanwhile. */
    private volatile boolean begun;

    private String problem;
    private String misdeed;

    /**
     * With nothing to do.
     *
     * @param slot a number that no other job of the stage has
     * @param onDone runs on the loop when a worker is through with this
     */
    DecompressionJob(int slot, Executor loop, Consumer<DecompressionJob> onDone) {
        this.slot = slot;
        this.loop = loop;
        this.report = () -> onDone.accept(this);
    }

    // ---- on the loop

    /** Begins with no block. */
    void start(Decoder with, boolean ofHistory, Piece from, Piece to) {
        decoder = with;
        history = ofHistory;
        wire = from;
        plain = to;
        position = RecordLayout.position(from.memory, from.used);
        source = from.viewFor(slot);
        target = to.viewFor(slot);
        blocks = 0;
        wireLent = 0;
        rawSum = 0;
        looks = 0;
        begun = false;
        problem = null;
        misdeed = null;
    }

    /** Whether another block may come along. */
    boolean admits(int raw) {
        return blocks < BLOCKS_MAX && rawSum + raw <= SHARED_BYTES;
    }

    /** Takes the next record of the piece, for which there is room. */
    void take(DeliveryQueue queue) {
        int offset = wire.used;
        int record = RecordLayout.recordBytes(wire.memory, offset);
        int raw = RecordLayout.rawBytes(wire.memory, offset);
        int start = plain.filled + GUARD_BYTES;
        plain.memory.putLong(plain.filled, GUARD);
        plain.memory.putLong(start + raw, GUARD);
        plain.filled += raw + GUARDS_BYTES;
        long its = queue.add(plain, start, raw, record, false);
        number = blocks == 0 ? its : number;
        sourceOffsets[blocks] = offset + RecordLayout.HEADER_BYTES;
        storedBytes[blocks] = RecordLayout.storedBytes(wire.memory, offset);
        targetOffsets[blocks] = start;
        rawBytes[blocks] = raw;
        crcs[blocks] = RecordLayout.payloadCrc(wire.memory, offset);
        blocks++;
        rawSum += raw;
        wire.used += record;
        wire.lent += record;
        wireLent += record;
    }

    /** The number in the {@link DeliveryQueue} of its first block. */
    long number() {
        return number;
    }

    int blocks() {
        return blocks;
    }

    /** Whether its blocks continue a history. */
    boolean isHistory() {
        return history;
    }

    /** Whether it reads or writes there, or is about to. */
    boolean isAt(Piece piece) {
        return piece == wire || piece == plain;
    }

    PlugIn<?> plugIn() {
        return decoder.plugIn();
    }

    /** The position of its first byte. */
    long position() {
        return position;
    }

    /** Why a block is not there; {@code null} if all are. */
    Unreadable unreadable() {
        return problem == null
                ? null
                : new Unreadable(misdeed == null ? Unreadable.Blame.EITHER : Unreadable.Blame.CODEC, problem);
    }

    /** What the decompressor did against its contract, a clause that goes on after its name; {@code null} for nothing. */
    String misdeed() {
        return misdeed;
    }

    /** A look at it from time to time; answers at how many a worker was seen at it. */
    int look() {
        return begun ? ++looks : 0;
    }

    /** Gives back what it read from. */
    void finish() {
        wire.lent -= wireLent;
        wire = null;
        plain = null;
        source = null;
        target = null;
        copy = null;
        decoder = null;
    }

    // ---- on a worker

    @Override
    public void run() {
        begun = true;
        Decompressor decompressor = null;
        try {
            decompressor = decoder.take();
            for (int block = 0; block < blocks && problem == null; block++) {
                decompress(decompressor, block);
            }
        } catch (Throwable ofPlugIn) {
            onThrown(ofPlugIn, 0);
        }
        if (decompressor != null) {
            decoder.giveBack(decompressor, problem == null);
        }
        loop.execute(report);
    }

    private void decompress(Decompressor decompressor, int block) {
        int start = targetOffsets[block];
        int raw = rawBytes[block];
        try {
            ByteBuffer from = source.isDirect() == target.isDirect() ? source : copy(block);
            int at = from == source ? sourceOffsets[block] : 0;
            decompressor.decompress(from, at, storedBytes[block], target, start, raw);
        } catch (Throwable ofPlugIn) {
            onThrown(ofPlugIn, block);
        }
        source.clear();
        target.clear();
        if (target.getLong(start - GUARD_BYTES) != GUARD || target.getLong(start + raw) != GUARD) {
            onMisdeed("wrote outside the room for a block", block);
        }
        if (problem == null) {
            checkPayload(block);
        }
    }

    /** Codecs take two direct buffers or two arrays: allocators of both kinds may be in use for a while. */
    private ByteBuffer copy(int block) {
        int bytes = storedBytes[block];
        if (copy == null || copy.capacity() < bytes) {
            copy = target.isDirect() ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
        }
        return copy.clear().put(0, source, sourceOffsets[block], bytes);
    }

    private void checkPayload(int block) {
        int actual = RecordLayout.crc(target, targetOffsets[block], rawBytes[block], crc);
        if (actual != crcs[block]) {
            onUnreadable("payload damaged: crc32c=0x%08x (expected: 0x%08x)".formatted(actual, crcs[block]), block);
        }
    }

    private void onThrown(Throwable ofPlugIn, int block) {
        if (ofPlugIn instanceof CodecException) {
            onUnreadable(words(ofPlugIn), block);
        } else {
            onMisdeed("threw " + words(ofPlugIn), block);
        }
    }

    private void onUnreadable(String why, int block) {
        problem = "%s: %s: %s".formatted(what(block), plugIn(), why);
    }

    private void onMisdeed(String did, int block) {
        misdeed = did;
        problem = "%s: %s %s".formatted(what(block), plugIn(), did);
    }

    private String what(int block) {
        long at = position;
        for (int before = 0; before < block; before++) {
            at += rawBytes[before];
        }
        return "block cannot be decompressed: position=%d, stored=%d, raw=%d"
                .formatted(at, storedBytes[block], rawBytes[block]);
    }

    /** A throwable of a plug-in is code of it, too. */
    private static String words(Throwable ofPlugIn) {
        try {
            return ofPlugIn instanceof CodecException ? ofPlugIn.getMessage() : ofPlugIn.toString();
        } catch (Throwable worse) {
            return ofPlugIn.getClass().getName();
        }
    }
}
