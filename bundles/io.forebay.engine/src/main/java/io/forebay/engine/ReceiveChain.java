/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.transport.Loop;
import io.forebay.engine.RelayMemory.Account;
import io.forebay.engine.RelayMemory.Use;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The BAB of one channel from the peer: records as they came, until their bytes are in the local DRBD's socket. Control
 * records are handled as soon as they are here, data when the socket takes them; the peer's credit bounds what can be
 * here. What is compressed goes through workers, a little ahead of the socket. Owned by one loop.
 */
final class ReceiveChain implements DecompressionStage.Owner, Link.Sink {

    /** What the chain needs of its channel. */
    interface Owner {
        /** Handles a record that is not DATA. CLOSE comes again, through {@link #onEnd}, when its turn has come. */
        void onControl(RecordType type, ByteBuffer memory, int offset) throws PeerViolation;

        /** Writes bytes to the local DRBD's socket; their memory stays as it is until they are reported as written. */
        void deliver(ByteBuffer bytes);

        /** All bytes before this CLOSE record were given to {@link #deliver}. */
        void onEnd(ByteBuffer memory, int offset);

        /** What a worker has done was delivered, or it was the last one and the chain can be cleared. */
        void onProgress();

        /** What came cannot be read: nothing is delivered any more. */
        void onUnreadable(Unreadable what);
    }

    private final Account account;
    private final Owner owner;
    private final DeliveryQueue queue;
    private final DecompressionStage stage;
    private final CRC32C crc = new CRC32C();
    private final PieceQueue wire = new PieceQueue();
    private boolean open;
    private boolean closed;
    private boolean cleared;

    private long receivedPosition;

    /** The end of the last record whose sender waits for its confirmation. */
    private long awaitedPosition;

    private long receivedWireBytes;
    private long queuedPosition;
    private long deliveredPosition;
    private long deliveredWireBytes;
    private long creditLimit;
    private long records;
    private long rawRecords;

    /** With {@code judge}, who is told what a codec did that its contract forbids. */
    ReceiveChain(
            Account account,
            Owner owner,
            Decoders decoders,
            Workers workers,
            Loop loop,
            PlugInJudge judge,
            long creditLimit) {
        this.account = account;
        this.owner = owner;
        this.queue = new DeliveryQueue(account, DecompressionStage.blocksAtOnce(workers));
        this.stage = new DecompressionStage(account, queue, decoders, workers, loop, judge, this);
        this.creditLimit = creditLimit;
    }

    long receivedPosition() {
        return receivedPosition;
    }

    long receivedWireBytes() {
        return receivedWireBytes;
    }

    long queuedPosition() {
        return queuedPosition;
    }

    long deliveredPosition() {
        return deliveredPosition;
    }

    long deliveredWireBytes() {
        return deliveredWireBytes;
    }

    long records() {
        return records;
    }

    long rawRecords() {
        return rawRecords;
    }

    long creditLimit() {
        return creditLimit;
    }

    /** Whether the peer waits for a confirmation of more than this position, and all that it waits for is delivered. */
    boolean isAwaited(long confirmedPosition) {
        return awaitedPosition > confirmedPosition && deliveredPosition >= awaitedPosition;
    }

    boolean allDelivered() {
        return deliveredPosition == receivedPosition;
    }

    /** Raises the peer's credit; it must be told. */
    void creditLimit(long limit) {
        creditLimit = limit;
    }

    @Override
    public ByteBuffer target() {
        Piece tail = wire.last();
        if (tail == null || tail.room() == 0 || !fits(tail)) {
            Piece next = account.lease(Use.RECEIVE);
            if (next == null) {
                return null;
            }
            if (tail != null) {
                int rest = tail.filled - tail.parsed;
                next.memory.put(0, tail.memory, tail.parsed, rest);
                next.filled = rest;
                tail.filled = tail.parsed;
            }
            releaseUsed();
            wire.add(next);
            tail = next;
        }
        return tail.range(tail.filled, tail.memory.capacity());
    }

    /** Whether the record that has begun at the end of what was parsed can be completed in this piece. */
    private static boolean fits(Piece tail) {
        int begun = tail.filled - tail.parsed;
        int needed = begun < RecordLayout.HEADER_BYTES
                ? RecordLayout.HEADER_BYTES
                : RecordLayout.recordBytes(tail.memory, tail.parsed);
        return tail.parsed + needed <= tail.memory.capacity();
    }

    /** Handles a control record that was not read into a target, and checked elsewhere. */
    void onControl(ByteBuffer memory, int offset) throws PeerViolation {
        owner.onControl(RecordLayout.type(memory, offset), memory, offset);
    }

    @Override
    public void onRead(int bytes) throws PeerViolation {
        Piece tail = wire.last();
        tail.filled += bytes;
        while (tail.filled - tail.parsed >= RecordLayout.HEADER_BYTES) {
            RecordLayout.check(tail.memory, tail.parsed, account.recordBytesMax(), crc);
            int record = RecordLayout.recordBytes(tail.memory, tail.parsed);
            if (tail.filled - tail.parsed < record) {
                break;
            }
            RecordType type = RecordLayout.type(tail.memory, tail.parsed);
            onRecord(tail.memory, tail.parsed, record);
            if (type != RecordType.DATA && type != RecordType.CLOSE && tail.filled == tail.parsed + record) {
                // Behind data that a DRBD does not take, heartbeats would fill one segment after the other.
                tail.filled = tail.parsed;
            } else {
                tail.parsed += record;
            }
        }
        deliver();
    }

    private void onRecord(ByteBuffer memory, int offset, int record) throws PeerViolation {
        RecordType type = RecordLayout.type(memory, offset);
        if (type != RecordType.DATA) {
            RecordLayout.checkPayload(memory, offset, memory, offset + RecordLayout.HEADER_BYTES, crc);
            owner.onControl(type, memory, offset);
            return;
        }
        if (RecordLayout.position(memory, offset) != receivedPosition) {
            throw new PeerViolation("record out of order: position=%d (expected: %d)"
                    .formatted(RecordLayout.position(memory, offset), receivedPosition));
        }
        if (RecordLayout.codec(memory, offset) == RecordLayout.CODEC_RAW) {
            RecordLayout.checkPayload(memory, offset, memory, offset + RecordLayout.HEADER_BYTES, crc);
        }
        receivedPosition += RecordLayout.rawBytes(memory, offset);
        if (RecordLayout.isAwaited(memory, offset)) {
            awaitedPosition = receivedPosition;
        }
        receivedWireBytes += record;
        if (receivedWireBytes > creditLimit) {
            throw new PeerViolation("more sent than credit was given for: bytes=%d (expected: at most %d)"
                    .formatted(receivedWireBytes, creditLimit));
        }
        records++;
        if (RecordLayout.codec(memory, offset) == RecordLayout.CODEC_RAW) {
            rawRecords++;
        }
    }

    /** Lets data through to the local DRBD from now on. */
    void open() throws PeerViolation {
        open = true;
        deliver();
    }

    /** Gives the local DRBD's socket what it can take, and workers what it can take next. */
    void deliver() throws PeerViolation {
        if (!open || closed) {
            return;
        }
        give();
        for (int i = 0; i < wire.size(); i++) {
            Piece piece = wire.get(i);
            while (piece.used < piece.parsed) {
                if (closed || !handOn(piece)) {
                    return;
                }
            }
        }
        releaseUsed();
    }

    /** Hands the next record on, and those that go with it; {@code false} if it must wait. */
    private boolean handOn(Piece piece) throws PeerViolation {
        int offset = piece.used;
        int record = RecordLayout.recordBytes(piece.memory, offset);
        RecordType type = RecordLayout.type(piece.memory, offset);
        if (type == RecordType.DATA) {
            int raw = RecordLayout.rawBytes(piece.memory, offset);
            if (!queue.admits(raw)) {
                return false;
            }
            if (RecordLayout.codec(piece.memory, offset) != RecordLayout.CODEC_RAW) {
                return stage.begin(piece);
            }
            queue.add(piece, offset + RecordLayout.HEADER_BYTES, raw, record, true);
            give();
        } else if (type == RecordType.CLOSE) {
            if (!queue.isAllGiven()) {
                return false;
            }
            owner.onEnd(piece.memory, offset);
        }
        piece.used += record;
        return true;
    }

    /** Gives the socket what is ready, up to the first block that is not. */
    private void give() {
        while (queue.isNextReady()) {
            ByteBuffer bytes = queue.give();
            queuedPosition += bytes.remaining();
            owner.deliver(bytes);
        }
    }

    @Override
    public void onDecompressed(long number, int blocks) {
        queue.onReady(number, blocks);
        try {
            deliver();
        } catch (PeerViolation e) {
            onUnreadable(Unreadable.of(e));
        }
        owner.onProgress();
    }

    @Override
    public void onUnreadable(Unreadable what) {
        if (!closed) {
            close();
            owner.onUnreadable(what);
        }
    }

    @Override
    public void onIdle() {
        if (cleared) {
            clear();
        } else {
            owner.onProgress();
        }
    }

    /** The local DRBD's socket has taken so many bytes more. */
    void onWritten(int bytes) throws PeerViolation {
        deliveredPosition += bytes;
        deliveredWireBytes += queue.onWritten(bytes);
        releaseUsed();
        deliver();
    }

    private void releaseUsed() {
        Piece head = wire.first();
        while (head != null && head.lent == 0 && head.used == head.filled) {
            account.release(wire.removeFirst());
            head = wire.first();
        }
        stage.releaseUsed();
    }

    /** Keeps nothing of a codec that is used no more. */
    void forget(PlugIn<?> codec) {
        stage.forget(codec);
    }

    /** The link is gone: a record that had begun to arrive will come again. */
    void dropPartial() {
        Piece tail = wire.last();
        if (tail != null) {
            tail.filled = tail.parsed;
        }
        releaseUsed();
    }

    /** Delivers nothing more. */
    void close() {
        closed = true;
        stage.close();
    }

    /** Waits no longer for workers that do not come back. */
    void giveUp() {
        stage.giveUp();
    }

    /** Whose calls have not returned. */
    Stream<PlugIn<?>> busy() {
        return stage.busy();
    }

    /**
     * Whether, after {@link #close}, no worker is at its memory any more, or those that are were given up; {@link
     * Owner#onProgress} tells of the last one.
     */
    boolean isIdle() {
        return stage.isIdle();
    }

    /**
     * Returns all segments, but those with a worker that was given up: they follow when it is back. Nothing may be in the
     * socket's queue any more.
     */
    void clear() {
        cleared = true;
        wire.removeIf(piece -> {
            boolean free = !stage.isAt(piece);
            if (free) {
                account.release(piece);
            }
            return free;
        });
        stage.clear();
    }
}
