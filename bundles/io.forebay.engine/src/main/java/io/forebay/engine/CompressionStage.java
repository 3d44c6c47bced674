/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.Compressor;
import io.forebay.engine.RelayMemory.Account;
import io.forebay.engine.RelayMemory.Use;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * Between a data channel's socket and its BAB: takes what was read in blocks, as large as there is, has workers compress
 * them, and appends the results to the {@link RecordChain} in order. Owned by one loop; the workers own nothing but the
 * block they are at.
 *
 * <p>A block that is not full is cut only when no other is being compressed and the link has nothing else to send: waiting
 * costs nothing then, and larger blocks compress better.
 */
final class CompressionStage {

    /** Smaller blocks are not worth it. */
    private static final int WORTH_BYTES = 256;

    /** A block that shrinks by less than this part goes raw, so that it need not be decompressed. */
    private static final int WORTH_SHARE = 32;

    /** Below this backlog the link is about to run dry, and a block goes out however small. */
    private static final int RUN_DRY_BYTES = 64 << 10;

    private final Account account;
    private final RecordChain chain;
    private final CodecSelector selector;
    private final ScratchPool scratches;
    private final Executor workers;
    private final Executor loop;
    private final Runnable onProgress;
    private final int jobsMax;
    private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
    private final ArrayDeque<Job> running = new ArrayDeque<>();
    private final ArrayDeque<Job> spare = new ArrayDeque<>();
    private Compressor history;
    private CodecSelector.Choice historyOf;
    private boolean historyStarts;
    private long uncutBytes;
    private boolean closed;

    CompressionStage(
            Account account,
            RecordChain chain,
            CodecSelector selector,
            ScratchPool scratches,
            Workers workers,
            Executor loop,
            Runnable onProgress) {
        this.account = account;
        this.chain = chain;
        this.selector = selector;
        this.scratches = scratches;
        this.workers = workers;
        this.loop = loop;
        this.onProgress = onProgress;
        this.jobsMax = workers.count() + 1;
    }

    /** Where to read DRBD's next bytes; {@code null} if the BAB is full. */
    ByteBuffer target() {
        Piece tail = pieces.peekLast();
        if (tail == null || tail.room() == 0) {
            tail = account.lease(Use.INTAKE);
            if (tail == null) {
                return null;
            }
            pieces.addLast(tail);
        }
        return tail.range(tail.filled, tail.memory.capacity());
    }

    /** The memory of the last target. */
    ByteBuffer targetMemory() {
        return pieces.getLast().memory;
    }

    /** The index of the last target's first byte in its memory. */
    int targetOffset() {
        return pieces.getLast().filled;
    }

    void onRead(int bytes) {
        pieces.getLast().filled += bytes;
        uncutBytes += bytes;
    }

    /** Whether all that was read is in the chain. */
    boolean isEmpty() {
        return uncutBytes == 0 && running.isEmpty();
    }

    /** Appends what is ready, cuts what is there. */
    void pump() {
        place();
        CodecSelector.Choice choice = selector.choice();
        while (uncutBytes > 0 && running.size() < (choice.history() ? 1 : jobsMax) && cut(choice)) {
            // each turn cuts one block
        }
    }

    private boolean cut(CodecSelector.Choice choice) {
        Piece piece = nextUncut();
        int most = blockBytesMax(choice);
        int bytes = Math.min(piece.filled - piece.used, most);
        boolean full = bytes == most || piece.filled == piece.memory.capacity();
        if (!full && !(running.isEmpty() && chain.unsentWireBytes() < RUN_DRY_BYTES)) {
            return false;
        }
        if (bytes < WORTH_BYTES || choice.isRaw()) {
            return running.isEmpty() && appendRaw(piece, bytes);
        }
        Job job = spare.isEmpty() ? new Job() : spare.pop();
        job.start(piece, bytes, choice);
        return true;
    }

    /** With a history a block cannot go raw, so it must fit in a record however badly it compresses. */
    private int blockBytesMax(CodecSelector.Choice choice) {
        int record = chain.blockBytesMax();
        return choice.history() ? 2 * record - historyOf(choice).maxCompressedBytes(record) : record;
    }

    private Piece nextUncut() {
        for (Piece piece : pieces) {
            if (piece.used < piece.filled) {
                return piece;
            }
        }
        throw new IllegalStateException("uncut bytes lost: uncut=" + uncutBytes);
    }

    private boolean appendRaw(Piece piece, int bytes) {
        int crc = chain.crcOf(piece.memory, piece.used, bytes);
        if (!chain.append(piece.memory, piece.used, bytes, bytes, RecordLayout.CODEC_RAW, 0, crc)) {
            return false;
        }
        piece.used += bytes;
        uncutBytes -= bytes;
        releaseUsed();
        return true;
    }

    private void place() {
        Job job = running.peek();
        while (job != null && job.done && !closed) {
            if (!job.place()) {
                return;
            }
            running.remove();
            job.finish();
            job = running.peek();
        }
        releaseUsed();
    }

    private void releaseUsed() {
        Piece head = pieces.peekFirst();
        while (head != null && head.lent == 0 && head.used == head.filled) {
            account.release(pieces.removeFirst());
            head = pieces.peekFirst();
        }
    }

    private void onJobDone(Job job) {
        job.done = true;
        if (!closed) {
            onProgress.run();
            return;
        }
        running.remove(job);
        job.finish();
        if (running.isEmpty()) {
            release();
        }
    }

    /** Stops. Segments that a worker still reads come home when it is done; then {@code onProgress} runs a last time. */
    void close() {
        closed = true;
        running.removeIf(job -> {
            if (job.done) {
                job.finish();
            }
            return job.done;
        });
        if (running.isEmpty()) {
            release();
        }
    }

    /** Whether, after {@link #close}, all segments are home. */
    boolean isReleased() {
        return closed && running.isEmpty();
    }

    private void release() {
        pieces.forEach(account::release);
        pieces.clear();
        uncutBytes = 0;
        if (history != null) {
            history.close();
            history = null;
        }
        onProgress.run();
    }

    private Compressor historyOf(CodecSelector.Choice choice) {
        if (choice != historyOf) {
            if (history != null) {
                history.close();
            }
            history = choice.profile().compressor();
            historyOf = choice;
            historyStarts = true;
        }
        return history;
    }

    /** One block on its way through a worker. */
    private final class Job implements Runnable {
        private final java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        private final Runnable report = () -> onJobDone(this);
        private Piece piece;
        private ByteBuffer source;
        private int offset;
        private int bytes;
        private CodecSelector.Choice choice;
        private Compressor own;
        private int flags;
        private ByteBuffer scratch;
        private int stored;
        private int payloadCrc;
        private boolean done;

        void start(Piece from, int length, CodecSelector.Choice with) {
            piece = from;
            // The loop moves positions of the piece's own buffers while a worker reads: so the worker has a view.
            source = from.memory.duplicate();
            offset = from.used;
            bytes = length;
            choice = with;
            done = false;
            flags = 0;
            own = null;
            if (with.history()) {
                own = historyOf(with);
                flags = RecordLayout.FLAG_HISTORY | (historyStarts ? RecordLayout.FLAG_START : 0);
                historyStarts = false;
            }
            from.used += length;
            from.lent += length;
            uncutBytes -= length;
            running.add(this);
            workers.execute(this);
        }

        @Override
        public void run() {
            Compressor compressor = own == null ? choice.borrow() : own;
            int room = compressor.maxCompressedBytes(bytes);
            scratch = scratches.take(room, source.isDirect());
            stored = compressor.compress(source, offset, bytes, scratch, 0, room);
            if (own == null) {
                choice.giveBack(compressor);
                if (stored > bytes - bytes / WORTH_SHARE) {
                    stored = Compressor.NO_FIT;
                }
            }
            payloadCrc = RecordLayout.crc(source, offset, bytes, crc);
            loop.execute(report);
        }

        boolean place() {
            return stored == Compressor.NO_FIT
                    ? chain.append(piece.memory, offset, bytes, bytes, RecordLayout.CODEC_RAW, 0, payloadCrc)
                    : chain.append(scratch, 0, stored, bytes, choice.wireId(), flags, payloadCrc);
        }

        void finish() {
            piece.lent -= bytes;
            scratches.giveBack(scratch);
            piece = null;
            source = null;
            scratch = null;
            spare.push(this);
        }
    }
}
