/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.CodecException;
import io.forebay.engine.RelayMemory.Account;
import io.forebay.engine.RelayMemory.Use;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.zip.CRC32C;

/**
 * The BAB of one channel from the peer: records as they came, until their bytes are in the local DRBD's socket. Control
 * records are handled as soon as they are here, data when the socket takes them; the peer's credit bounds what can be
 * here. Owned by one loop.
 */
final class ReceiveChain {

    /** What the chain needs of its channel. */
    interface Owner {
        /** Handles a record that is not DATA. CLOSE comes again, through {@link #onEnd}, when its turn has come. */
        void onControl(RecordType type, ByteBuffer memory, int offset) throws PeerViolation;

        /** Writes bytes to the local DRBD's socket; their memory stays as it is until they are reported as written. */
        void deliver(ByteBuffer bytes);

        /** All bytes before this CLOSE record were given to {@link #deliver}. */
        void onEnd(ByteBuffer memory, int offset);
    }

    private final Account account;
    private final Owner owner;
    private final Decoders decoders;
    private final CRC32C crc = new CRC32C();
    private final ArrayDeque<Piece> wire = new ArrayDeque<>();
    private final Queued queued = new Queued();
    private final ArrayDeque<Piece> retired = new ArrayDeque<>();
    private Piece plain;
    private boolean open;

    private ByteBuffer copy;
    private long receivedPosition;
    private long receivedWireBytes;
    private long queuedPosition;
    private long deliveredPosition;
    private long deliveredWireBytes;
    private long creditLimit;
    private long records;
    private long rawRecords;

    ReceiveChain(Account account, Owner owner, Decoders decoders, long creditLimit) {
        this.account = account;
        this.owner = owner;
        this.decoders = decoders;
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

    boolean allDelivered() {
        return deliveredPosition == receivedPosition;
    }

    /** Raises the peer's credit; it must be told. */
    void creditLimit(long limit) {
        creditLimit = limit;
    }

    /** Where to read the link's next bytes; {@code null} while there is no memory. */
    ByteBuffer target() {
        Piece tail = wire.peekLast();
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
            wire.addLast(next);
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

    /** So many bytes were read into the last target. */
    void onRead(int bytes) throws PeerViolation {
        Piece tail = wire.getLast();
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

    /** Gives the local DRBD's socket what it can take. */
    void deliver() throws PeerViolation {
        if (!open) {
            return;
        }
        for (Piece piece : wire) {
            while (piece.used < piece.parsed) {
                RecordType type = RecordLayout.type(piece.memory, piece.used);
                if (type == RecordType.DATA && !deliverData(piece)) {
                    return;
                }
                if (type == RecordType.CLOSE) {
                    owner.onEnd(piece.memory, piece.used);
                }
                piece.used += RecordLayout.recordBytes(piece.memory, piece.used);
            }
        }
        releaseUsed();
    }

    private boolean deliverData(Piece piece) throws PeerViolation {
        int offset = piece.used;
        int raw = RecordLayout.rawBytes(piece.memory, offset);
        if (queued.bytes > 0 && queued.bytes + raw > account.segmentBytes()) {
            return false; // it would be decompressed too early
        }
        Piece from = piece;
        int at = offset + RecordLayout.HEADER_BYTES;
        if (RecordLayout.codec(piece.memory, offset) != RecordLayout.CODEC_RAW) {
            from = plainPiece(raw);
            if (from == null) {
                return false;
            }
            at = from.filled;
            try {
                if (piece.memory.isDirect() == from.memory.isDirect()) {
                    decoders.decompress(piece.memory, offset, from.memory, at);
                } else {
                    decoders.decompress(recordOfOtherKind(piece, offset), 0, from.memory, at);
                }
            } catch (CodecException e) {
                throw new PeerViolation(
                        "block cannot be decompressed: position=%d, stored=%d, raw=%d: %s"
                                .formatted(
                                        RecordLayout.position(piece.memory, offset),
                                        RecordLayout.storedBytes(piece.memory, offset),
                                        raw,
                                        e.getMessage()),
                        e);
            }
            from.filled += raw;
            RecordLayout.checkPayload(piece.memory, offset, from.memory, at, crc);
        }
        from.lent += raw;
        queued.add(from, raw, RecordLayout.recordBytes(piece.memory, offset));
        queuedPosition += raw;
        owner.deliver(from.range(at, at + raw));
        return true;
    }

    /** A copy, because codecs take two direct buffers or two arrays: allocators of both kinds may be in use for a while. */
    private ByteBuffer recordOfOtherKind(Piece piece, int offset) {
        int bytes = RecordLayout.recordBytes(piece.memory, offset);
        boolean direct = !piece.memory.isDirect();
        if (copy == null || copy.isDirect() != direct || copy.capacity() < bytes) {
            copy = direct ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
        }
        return copy.put(0, piece.memory, offset, bytes);
    }

    private Piece plainPiece(int bytes) {
        if (plain != null && plain.room() < bytes) {
            if (plain.lent > 0) {
                plain.used = plain.filled;
                retired.addLast(plain);
            } else {
                account.release(plain); // it may be from a time of smaller segments
            }
            plain = null;
        }
        if (plain == null) {
            plain = account.lease(Use.PLAIN);
        }
        return plain;
    }

    /** The local DRBD's socket has taken so many bytes more. */
    void onWritten(int bytes) throws PeerViolation {
        deliveredPosition += bytes;
        deliveredWireBytes += queued.remove(bytes);
        releaseUsed();
        deliver();
    }

    private void releaseUsed() {
        Piece head = wire.peekFirst();
        while (head != null && head.lent == 0 && head.used == head.filled) {
            account.release(wire.removeFirst());
            head = wire.peekFirst();
        }
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

    /** Keeps nothing of a codec that is used no more. */
    void forget(PlugIn<?> codec) {
        decoders.forget(codec);
    }

    /** The link is gone: a record that had begun to arrive will come again. */
    void dropPartial() {
        Piece tail = wire.peekLast();
        if (tail != null) {
            tail.filled = tail.parsed;
        }
        releaseUsed();
    }

    /** Returns all segments; nothing may be in the socket's queue any more. */
    void clear() {
        wire.forEach(account::release);
        wire.clear();
        retired.forEach(account::release);
        retired.clear();
        if (plain != null) {
            account.release(plain);
            plain = null;
        }
        decoders.close();
    }

    /** What waits in the socket's queue, in order, in rings that grow when they must. */
    private static final class Queued {
        private Piece[] pieces = new Piece[64];
        private int[] lengths = new int[64];
        private int[] wireLengths = new int[64];
        private int head;
        private int size;
        private int bytes;

        void add(Piece piece, int length, int wireLength) {
            if (size == pieces.length) {
                grow();
            }
            int at = (head + size) & (pieces.length - 1);
            pieces[at] = piece;
            lengths[at] = length;
            wireLengths[at] = wireLength;
            size++;
            bytes += length;
        }

        /** Removes bytes from the front; answers the wire bytes of the records that are through. */
        int remove(int count) {
            int through = 0;
            int left = count;
            bytes -= count;
            while (left > 0) {
                int part = Math.min(left, lengths[head]);
                pieces[head].lent -= part;
                lengths[head] -= part;
                left -= part;
                if (lengths[head] == 0) {
                    through += wireLengths[head];
                    pieces[head] = null;
                    head = (head + 1) & (pieces.length - 1);
                    size--;
                }
            }
            return through;
        }

        private void grow() {
            Piece[] morePieces = new Piece[size * 2];
            int[] moreLengths = new int[size * 2];
            int[] moreWireLengths = new int[size * 2];
            for (int i = 0; i < size; i++) {
                int at = (head + i) & (size - 1);
                morePieces[i] = pieces[at];
                moreLengths[i] = lengths[at];
                moreWireLengths[i] = wireLengths[at];
            }
            pieces = morePieces;
            lengths = moreLengths;
            wireLengths = moreWireLengths;
            head = 0;
        }
    }
}
