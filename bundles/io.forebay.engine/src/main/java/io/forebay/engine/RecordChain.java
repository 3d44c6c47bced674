/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.transport.SocketOptions;
import io.forebay.engine.RelayMemory.Account;
import io.forebay.engine.RelayMemory.Use;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The BAB of one channel towards the peer: records, laid out in segments as they go over the wire, until the peer
 * confirms that its DRBD has taken them. Owned by one loop.
 *
 * <pre>
 *   confirmed          sent             committed
 *       ▼               ▼                   ▼
 *  ┌────┬───────────────┬───────────────────┐
 *  │free│ on the way    │ waits to be sent  │ ◀─ DRBD's bytes are read right here, or compressed into here
 *  └────┴───────────────┴───────────────────┘
 * </pre>
 */
final class RecordChain {

    /** How much may be on its way, and in which portions: all, and in the largest, unless it is told. */
    interface Window {

        /** For meta, which is too little to fill a line and must not wait for one that data fill. */
        Window UNLIMITED = new Window() {};

        /** Whether a record may be sent. */
        default boolean isOpen() {
            return true;
        }

        /** Whether a record may be sent after so many bytes more. */
        default boolean fits(int bytes) {
            return true;
        }

        /** Whether after so many bytes more nothing is sent until the peer confirms, and it is to do that at once. */
        default boolean isFilledBy(int bytes) {
            return false;
        }

        /** How fast to send; {@link SocketOptions#UNPACED} at most. */
        default int paceBytesPerSecond() {
            return SocketOptions.UNPACED;
        }

        /** The largest payload of a raw record now. */
        default int recordBytesMax() {
            return Integer.MAX_VALUE;
        }

        /** The largest block to compress now. */
        default int blockBytesMax() {
            return Integer.MAX_VALUE;
        }

        /** Records up to a position were given to the link, {@code wireBytes} of them in all. */
        default void onSent(long position, long wireBytes) {}

        /** The peer has confirmed all bytes up to a position. */
        default void onConfirmed(long position) {}

        /** Another link goes on from where the peer is, after so many bytes of records; nothing is on its way. */
        default void rewind(long wireBytes) {}
    }

    private final Account account;
    private final CRC32C crc = new CRC32C();
    private final PieceQueue pieces = new PieceQueue();

    private long committedPosition;
    private long confirmedPosition;
    private long sentPosition;
    private long committedWireBytes;
    private long sentWireBytes;
    private long releasedWireBytes;
    private long creditLimit;
    private int peerRecordBytesMax;
    private final SendPace pace;
    private final Window window;
    private long records;
    private long rawRecords;

    /** With what the peer takes at first. */
    RecordChain(Account account, int peerRecordBytesMax, long creditLimit, SendPace pace, Window window) {
        this.pace = pace;
        this.account = account;
        this.window = window;
        this.peerRecordBytesMax = peerRecordBytesMax;
        this.creditLimit = creditLimit;
    }

    /** The largest payload that the peer takes and that suits the memory. */
    int recordBytesMax() {
        return Math.min(account.ownRecordBytesMax(), peerRecordBytesMax);
    }

    long committedPosition() {
        return committedPosition;
    }

    long confirmedPosition() {
        return confirmedPosition;
    }

    long sentPosition() {
        return sentPosition;
    }

    long sentWireBytes() {
        return sentWireBytes;
    }

    long records() {
        return records;
    }

    long rawRecords() {
        return rawRecords;
    }

    /** The largest block that is compressed on any line. */
    int fullBlockBytes() {
        return Math.min(account.ownBlockBytesMax(), peerRecordBytesMax);
    }

    /** The largest block to compress now: on a slow line it is smaller, or meta would wait for a single one. */
    int blockBytesMax() {
        return Math.min(fullBlockBytes(), Math.min(window.blockBytesMax(), pace.blockBytesMax()));
    }

    long unsentWireBytes() {
        return committedWireBytes - sentWireBytes;
    }

    boolean allConfirmed() {
        return confirmedPosition == committedPosition;
    }

    /**
     * Where to read DRBD's next bytes so that they become a record in place; {@code null} if the BAB is full.
     *
     * @param most the largest payload that suits what carries it
     */
    ByteBuffer intakeTarget(int most) {
        int recordBytesMax = recordBytesMax();
        Piece tail = pieces.last();
        if (tail == null || tail.room() < RecordLayout.HEADER_BYTES + fullBlockBytes() / 4) {
            tail = addPiece(Use.INTAKE);
            if (tail == null) {
                return null;
            }
        }
        int from = tail.filled + RecordLayout.HEADER_BYTES;
        int bytes = Math.min(Math.min(most, recordBytesMax), Math.min(window.recordBytesMax(), pace.recordBytesMax()));
        return tail.range(from, Math.min(tail.memory.capacity(), from + bytes));
    }

    /** The memory of the last target. */
    ByteBuffer intakeMemory() {
        return pieces.last().memory;
    }

    /** The index of the last target's first byte in its memory. */
    int intakeOffset() {
        return pieces.last().filled + RecordLayout.HEADER_BYTES;
    }

    /** Makes a record of the bytes read in place. */
    void commitIntake(int bytes) {
        Piece tail = pieces.last();
        int payloadCrc = RecordLayout.crc(tail.memory, intakeOffset(), bytes, crc);
        rawRecords++;
        commit(tail, RecordLayout.CODEC_RAW, 0, bytes, bytes, payloadCrc);
    }

    /** Appends a record with a copy of a payload; {@code false} if the BAB is full. */
    boolean append(ByteBuffer source, int offset, int storedBytes, int rawBytes, int codec, int flags, int payloadCrc) {
        Piece tail = pieces.last();
        if (tail == null || tail.room() < RecordLayout.HEADER_BYTES + storedBytes) {
            tail = addPiece(Use.RECORD);
            if (tail == null) {
                return false;
            }
        }
        tail.memory.put(tail.filled + RecordLayout.HEADER_BYTES, source, offset, storedBytes);
        if (codec == RecordLayout.CODEC_RAW) {
            rawRecords++;
        }
        commit(tail, codec, flags, storedBytes, rawBytes, payloadCrc);
        return true;
    }

    int crcOf(ByteBuffer memory, int offset, int bytes) {
        return RecordLayout.crc(memory, offset, bytes, crc);
    }

    private Piece addPiece(Use use) {
        Piece piece = account.lease(use);
        if (piece != null) {
            pieces.add(piece);
            piece.endPosition = committedPosition;
        }
        return piece;
    }

    private void commit(Piece piece, int codec, int flags, int storedBytes, int rawBytes, int payloadCrc) {
        RecordLayout.writeHeader(
                piece.memory,
                piece.filled,
                RecordType.DATA,
                codec,
                piece.last ? flags | RecordLayout.FLAG_AWAITED : flags,
                storedBytes,
                rawBytes,
                committedPosition,
                payloadCrc,
                crc);
        piece.filled += RecordLayout.HEADER_BYTES + storedBytes;
        committedPosition += rawBytes;
        committedWireBytes += RecordLayout.HEADER_BYTES + storedBytes;
        piece.endPosition = committedPosition;
        records++;
    }

    /** Hands whole records to the link, as far as the link's room and the peer's credit go. */
    void send(Carrier carrier) {
        for (int i = 0; i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
            while (piece.used < piece.filled && window.isOpen()) {
                int room = (int) Math.min(carrier.roomBytes(), creditLimit - sentWireBytes);
                int end = piece.used;
                int last = end;
                while (end < piece.filled) {
                    int next = end + RecordLayout.recordBytes(piece.memory, end);
                    if (end > piece.used && next - piece.used > carrier.chunkBytes()) {
                        break;
                    }
                    if (next - piece.used > room || !window.fits(end - piece.used) || !pace.isDue(next - end)) {
                        break;
                    }
                    sentPosition = RecordLayout.position(piece.memory, end) + RecordLayout.rawBytes(piece.memory, end);
                    last = end;
                    end = next;
                }
                if (end == piece.used) {
                    return;
                }
                if (window.isFilledBy(end - piece.used)) {
                    RecordLayout.setAwaited(piece.memory, last, crc);
                }
                piece.lent += end - piece.used;
                sentWireBytes += end - piece.used;
                carrier.writeData(piece.range(piece.used, end), window.paceBytesPerSecond());
                window.onSent(sentPosition, sentWireBytes);
                piece.used = end;
            }
        }
    }

    /** The link is done with so many bytes of records, in the order sent. */
    void onWritten(int bytes) {
        int left = bytes;
        for (int i = 0; left > 0 && i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
            int part = Math.min(left, piece.lent);
            piece.lent -= part;
            left -= part;
        }
        releaseConfirmed();
    }

    /**
     * The peer's DRBD has taken all bytes up to {@code position}.
     *
     * @param credit up to where it takes records
     * @param recordBytes the largest payload that it takes
     * @throws PeerViolation if it cannot have
     */
    void onConfirm(long position, long credit, int recordBytes) throws PeerViolation {
        if (position < confirmedPosition
                || position > sentPosition
                || credit < creditLimit
                || recordBytes < peerRecordBytesMax) {
            throw new PeerViolation(
                    "impossible confirmation: position=%d, credit=%d, record=%d (expected: position %d to %d, credit at least %d, record at least %d)"
                            .formatted(
                                    position,
                                    credit,
                                    recordBytes,
                                    confirmedPosition,
                                    sentPosition,
                                    creditLimit,
                                    peerRecordBytesMax));
        }
        confirmedPosition = position;
        creditLimit = credit;
        peerRecordBytesMax = recordBytes;
        window.onConfirmed(position);
        releaseConfirmed();
    }

    private void releaseConfirmed() {
        Piece head = pieces.first();
        while (head != null && head.lent == 0 && head.used == head.filled && head.endPosition <= confirmedPosition) {
            releasedWireBytes += head.filled;
            account.release(pieces.removeFirst());
            head = pieces.first();
        }
    }

    /**
     * The link is gone: nothing is lent any more, and what the peer has not received will be sent again.
     *
     * @param position the peer has all bytes before it
     * @param wireBytes what these were in records
     * @throws PeerViolation if the peer cannot have that, or no record begins there; nothing has changed then
     */
    void rewind(long position, long wireBytes, long credit) throws PeerViolation {
        long wireAtPosition = wireBytesAt(position);
        if (position < confirmedPosition
                || position > sentPosition
                || wireAtPosition != wireBytes
                || credit < creditLimit) {
            throw new PeerViolation(
                    "impossible position to go on from: position=%d, wire=%d, credit=%d (expected: position %d to %d, wire %d, credit at least %d)"
                            .formatted(
                                    position,
                                    wireBytes,
                                    credit,
                                    confirmedPosition,
                                    sentPosition,
                                    wireAtPosition,
                                    creditLimit));
        }
        long wire = releasedWireBytes;
        for (int i = 0; i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
            piece.lent = 0;
            piece.used = (int) Math.max(0, Math.min(piece.filled, wireBytes - wire));
            wire += piece.filled;
        }
        sentPosition = position;
        sentWireBytes = wireBytes;
        creditLimit = credit;
        window.rewind(wireBytes);
        pace.rewind();
        releaseConfirmed();
    }

    /** What all bytes before a position are in records; -1 if no record begins there. */
    private long wireBytesAt(long position) {
        long wire = releasedWireBytes;
        for (int i = 0; i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
            int offset = 0;
            while (offset < piece.filled) {
                if (RecordLayout.position(piece.memory, offset) == position) {
                    return wire + offset;
                }
                offset += RecordLayout.recordBytes(piece.memory, offset);
            }
            wire += piece.filled;
        }
        return position == committedPosition ? wire : -1;
    }

    /** Returns all segments; nothing may be lent. */
    void clear() {
        while (pieces.size() > 0) {
            account.release(pieces.removeFirst());
        }
    }
}
