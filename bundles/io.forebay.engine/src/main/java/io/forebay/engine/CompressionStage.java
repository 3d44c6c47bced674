/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.transport.Loop;
import io.forebay.engine.RelayMemory.Account;
import io.forebay.engine.RelayMemory.Use;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

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

    /** A worker that takes longer is not waited for: its block goes raw. */
    private static final long GIVEN_UP_NS = 5_000_000_000L;

    private static final long LOOKED_AT_NS = 1_000_000_000L;

    /** With a history a block is this much smaller than a record, so that it fits in one even if it does not shrink. */
    private static final int HISTORY_SHARE = 64;

    private static final int HISTORY_BYTES = 512;

    /** Larger blocks gain little by a history. */
    private static final int LINKED_BYTES_MAX = 64 << 10;

    /** Below this backlog the link is about to run dry, and a block goes out however small. */
    private static final int RUN_DRY_BYTES = 64 << 10;

    private final Account account;
    private final RecordChain chain;
    private final CodecSelector selector;
    private final ScratchPool scratches;
    private final Executor workers;
    private final Loop loop;
    private final PlugInJudge judge;
    private final Runnable onProgress;
    private final int jobsMax;
    private final PieceQueue pieces = new PieceQueue();
    private final ArrayDeque<CompressionJob> running = new ArrayDeque<>();
    private final ArrayDeque<CompressionJob> spare = new ArrayDeque<>();
    private CompressionJob.History history;
    private final List<CompressionJob> abandoned = new ArrayList<>();
    private final CompressionLedger ledger = new CompressionLedger();
    private boolean watched;

    /** Blocks that were given to workers, and how many these were when it was looked last. */
    private long begun;

    private long looked;
    private int step;

    /** Whether the last block did. */
    private boolean shrinks = true;

    private int jobs;
    private long uncutBytes;
    private boolean closed;
    private boolean givenUp;

    CompressionStage(
            Account account,
            RecordChain chain,
            CodecSelector selector,
            Surroundings surroundings,
            Loop loop,
            PlugInJudge judge,
            Runnable onProgress) {
        this.account = account;
        this.chain = chain;
        this.selector = selector;
        this.scratches = surroundings.scratches();
        this.workers = surroundings.workers();
        this.loop = loop;
        this.judge = judge;
        this.onProgress = onProgress;
        this.jobsMax = surroundings.workers().count() + 1;
    }

    /** Where to read DRBD's next bytes; {@code null} if the BAB is full. */
    ByteBuffer target() {
        Piece tail = pieces.last();
        if (tail == null || tail.filled == end(tail)) {
            tail = account.lease(Use.INTAKE);
            if (tail == null) {
                return null;
            }
            pieces.add(tail);
        }
        return tail.range(tail.filled, end(tail));
    }

    /** How far a piece is filled: what would be left behind its last block and is not worth a block of its own stays empty. */
    private int end(Piece piece) {
        int capacity = piece.memory.capacity();
        int rest = capacity % chain.fullBlockBytes();
        return Math.max(piece.filled, rest < WORTH_BYTES ? capacity - rest : capacity);
    }

    /** The memory of the last target. */
    ByteBuffer targetMemory() {
        return pieces.last().memory;
    }

    /** The index of the last target's first byte in its memory. */
    int targetOffset() {
        return pieces.last().filled;
    }

    void onRead(int bytes) {
        pieces.last().filled += bytes;
        uncutBytes += bytes;
    }

    /** Whether all that was read is in the chain. */
    boolean isEmpty() {
        return uncutBytes == 0 && running.isEmpty();
    }

    /** Appends what is ready, cuts what is there. */
    void pump() {
        CodecSelector.Choice choice = selector.choice();
        step = choice.isRaw() ? 0 : ledger.observe(choice, scarce(choice), loop.nowNs());
        place();
        while (uncutBytes > 0 && running.size() < jobsMax(choice) && cut(choice)) {
            // each turn cuts one block
        }
    }

    /** One at a time if blocks continue each other, if results wait for room in the BAB, or if others have as good a claim. */
    private int jobsMax(CodecSelector.Choice choice) {
        CompressionJob head = running.peek();
        boolean waits = head != null && head.done;
        return choice.history() || waits || scratches.isCrowded() ? 1 : jobsMax;
    }

    /** What was waited for since the last turn; a block that is done and still here waits for room in the BAB, so for the line. */
    private Scarcity scarce(CodecSelector.Choice choice) {
        CompressionJob head = running.peek();
        boolean busy = running.size() >= jobsMax(choice) && !head.done && !head.abandoned;
        if (busy && uncutBytes >= blockBytesMax(choice)) {
            return Scarcity.CPU;
        }
        return chain.unsentWireBytes() >= RUN_DRY_BYTES ? Scarcity.LINE : Scarcity.NONE;
    }

    private boolean cut(CodecSelector.Choice choice) {
        Piece piece = nextUncut();
        int most = blockBytesMax(choice);
        int bytes = Math.min(piece.filled - piece.used, most);
        boolean full = bytes == most || piece.filled == end(piece);
        if (!full && !(running.isEmpty() && chain.unsentWireBytes() < RUN_DRY_BYTES)) {
            return false;
        }
        if (bytes < WORTH_BYTES || choice.isRaw()) {
            return running.isEmpty() && appendRaw(piece, bytes);
        }
        start(piece, bytes, choice);
        return true;
    }

    private void start(Piece piece, int bytes, CodecSelector.Choice choice) {
        boolean continues = choice.history() || isLinked(bytes, choice);
        if (continues && (history == null || !history.isOf(choice, step))) {
            endHistory();
            history = new CompressionJob.History(choice, step);
        }
        CompressionJob job = spare.isEmpty() ? new CompressionJob(this, jobs++) : spare.pop();
        job.start(piece, bytes, choice, step, continues ? history : null);
        piece.used += bytes;
        piece.lent += bytes;
        uncutBytes -= bytes;
        running.add(job);
        workers.execute(job);
        begun++;
        watch();
    }

    /**
     * A small block compresses badly alone. One that is compressed beside others is not linked, for it would have to wait for
     * those before it, nor one after a block that did not shrink, for with a history it could not go raw. Nor where many channels
     * share a memory: their windows would not stay in any cache.
     */
    private boolean isLinked(int bytes, CodecSelector.Choice choice) {
        return bytes <= LINKED_BYTES_MAX
                && running.isEmpty()
                && shrinks
                && !account.isCrowded()
                && choice.isLinked(step);
    }

    private int blockBytesMax(CodecSelector.Choice choice) {
        int record = chain.blockBytesMax();
        return choice.history() ? record - record / HISTORY_SHARE - HISTORY_BYTES : record;
    }

    private Piece nextUncut() {
        for (int i = 0; i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
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
        CompressionJob job = running.peek();
        while (job != null && (job.done || job.abandoned) && !closed) {
            if (!append(job)) {
                return;
            }
            running.remove();
            if (job.done) {
                finish(job);
            }
            job = running.peek();
        }
        releaseUsed();
    }

    private boolean append(CompressionJob job) {
        boolean compressed = !job.abandoned && job.isCompressed() && job.stored <= chain.recordBytesMax();
        boolean appended = compressed ? appendCompressed(job) : appendRaw(job);
        if (appended) {
            shrinks = compressed && job.isWorth();
            ledger.onBlock(job.bytes, compressed ? job.stored : job.bytes, !compressed);
        }
        return appended;
    }

    private boolean appendCompressed(CompressionJob job) {
        return chain.append(job.scratch, 0, job.stored, job.bytes, job.choice.wireId(), job.flags, job.payloadCrc);
    }

    private boolean appendRaw(CompressionJob job) {
        if (job.history != null && job.history == history) {
            endHistory(); // the far end will not know this block
        }
        return chain.append(
                job.piece.memory, job.offset, job.bytes, job.bytes, RecordLayout.CODEC_RAW, 0, job.payloadCrc);
    }

    private void finish(CompressionJob job) {
        CompressionJob.History ended = job.finish();
        if (ended != null) {
            workers.execute(ended::end);
        }
        spare.push(job);
    }

    /** Looks after blocks that a worker may never be through with, and after a history that small blocks have left behind. */
    private void watch() {
        if (!watched) {
            watched = true;
            loop.schedule(this::look, LOOKED_AT_NS);
        }
    }

    private void look() {
        watched = false;
        boolean idle = begun == looked;
        looked = begun;
        if (closed || idle && running.isEmpty()) {
            if (!selector.choice().history()) {
                endHistory(); // what it holds is worth more to others
            }
            return;
        }
        watch();
        if (!running.isEmpty()) {
            giveUpIfStuck(running.peek());
        }
    }

    private void giveUpIfStuck(CompressionJob head) {
        if (!head.done && !head.abandoned && head.runsForNs(loop.nowNs()) > GIVEN_UP_NS) {
            head.abandoned = true;
            abandoned.add(head);
            judge.onMisbehaviour(head.choice.plugIn(), "did not come back from compressing a block");
            onProgress.run();
        }
    }

    private void releaseUsed() {
        Piece head = pieces.first();
        while (head != null && head.lent == 0 && head.used == head.filled) {
            account.release(pieces.removeFirst());
            head = pieces.first();
        }
    }

    /** A worker is through with a block. */
    void onJobDone(CompressionJob job) {
        job.done = true;
        if (job.abandoned) {
            abandoned.remove(job);
            if (!running.contains(job)) {
                finish(job); // it went raw long ago
            }
        }
        if (!closed) {
            onProgress.run();
            return;
        }
        if (running.remove(job)) {
            finish(job);
        }
        releaseIfHome();
    }

    /** Stops. Segments that a worker still reads come home when it is done; then {@code onProgress} runs a last time. */
    void close() {
        closed = true;
        running.removeIf(job -> {
            if (job.done) {
                finish(job);
            }
            return job.done;
        });
        releaseIfHome();
    }

    /** Waits no longer for workers that do not come back; what they read from comes home when they do. */
    void giveUpWorkers() {
        givenUp = true;
        releaseIfHome();
    }

    /** Whether, after {@link #close}, all segments are home, or with workers that were given up. */
    boolean isReleased() {
        return closed && (givenUp || running.isEmpty() && abandoned.isEmpty());
    }

    /** Whose calls have not returned. */
    Stream<PlugIn<?>> busy() {
        return Stream.concat(running.stream().filter(job -> !job.done), abandoned.stream())
                .map(job -> job.choice.plugIn());
    }

    private void releaseIfHome() {
        if (!isReleased()) {
            return;
        }
        pieces.removeIf(piece -> {
            boolean free = piece.lent == 0;
            if (free) {
                account.release(piece);
            }
            return free;
        });
        uncutBytes = 0;
        endHistory();
        onProgress.run();
    }

    /** Ends the stream of blocks that refer to each other; the next one begins another. */
    void endHistory() {
        if (history == null) {
            return;
        }
        CompressionJob.History ended = history;
        history = null;
        if (ended.finish()) {
            workers.execute(ended::end);
        }
    }

    /** The choice may have changed: keeps nothing of one that is not taken any more. */
    void settle() {
        ledger.settle(selector.choice());
        if (history != null && history.choice() != selector.choice()) {
            endHistory();
        }
    }

    /** What was chosen and saved. */
    CompressionLedger ledger() {
        return ledger;
    }

    /** How many bytes were read and are not cut to a block yet. */
    long uncutBytes() {
        return uncutBytes;
    }

    // ---- for jobs, in workers

    PlugInJudge judge() {
        return judge;
    }

    ScratchPool scratches() {
        return scratches;
    }

    long nowNs() {
        return loop.nowNs();
    }

    void execute(Runnable report) {
        loop.execute(report);
    }
}
