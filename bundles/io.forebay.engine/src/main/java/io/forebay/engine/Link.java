/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * One WAN connection: writes control records from a {@link ControlRing} of its own and data straight from the BAB, reads
 * into a small buffer of its own until a channel in session gives it a {@link ReceiveChain}, and keeps a {@link Heartbeat}.
 * Owned by the connection's loop.
 */
final class Link implements ConnectionHandler {

    /** What a link belongs to: first to a handshake, then to a channel. */
    interface Owner {
        /** The connection stands. */
        void onLinkOpen(Link link);

        /** A record that came before there was a {@link ReceiveChain}. */
        void onEarlyRecord(Link link, RecordType type, ByteBuffer memory, int offset) throws PeerViolation;

        /** So many bytes of data records are in the system's hands. */
        void onDataWritten(Link link, int bytes);

        /** Something was written, or memory came free: there may be more to do. */
        void onLinkProgress();

        /** Nothing was heard of the peer for too long, or the peer heard nothing from here. Told once. */
        void onLinkSilent(Link link, String reason);

        /** The peer is heard again. */
        void onLinkHeard(Link link);

        /** A round trip was measured. */
        void onLinkRoundTrip(long roundTripNs);

        /** Whether one is to be measured now, although the peer was heard. */
        boolean wantsRoundTrip();

        /** The link is gone. */
        void onLinkClosed(Link link, String reason);
    }

    /** Where a link puts what it reads once a session has begun. */
    interface Sink {
        /** Where to read the next bytes; {@code null} while there is no memory. */
        ByteBuffer target();

        /** So many bytes were read into the last target. */
        void onRead(int bytes) throws PeerViolation;
    }

    /** Data records that may be queued on the link; a control record waits for no more than these. */
    static final int QUEUED_DATA_BYTES_MAX = RecordLayout.HEADER_BYTES + RecordLayout.DATA_BYTES_MAX;

    /** Large enough for the first data that the peer may send unasked, and any control record beside it. */
    static final int EARLY_BYTES = 8 << 10;

    /** How long a close may take to send what is queued. */
    static final long CLOSE_NS = 3_000_000_000L;

    /** A pace that differs by less than this part of it is the same. */
    private static final int PACE_STEPS = 16;

    private Loop loop;
    private final CRC32C crc = new CRC32C();
    private final ControlRing control = new ControlRing();
    private final WriteQueue queue = new WriteQueue();
    private final Heartbeat heartbeat = new Heartbeat(this);
    private ByteBuffer early = ByteBuffer.allocate(EARLY_BYTES);
    private int earlyFilled;
    private Owner owner;
    private Sink receive;
    private Connection connection;

    /** What was asked for before there was a connection. */
    private SocketOptions later;

    private boolean paused;
    private boolean closed;
    private boolean gone;
    private String closeReason;

    /** Where goes what the peer still sends on a link that is left to it; {@code null} before. */
    private ByteBuffer unwanted;

    private int paceBytesPerSecond = SocketOptions.UNPACED;
    private int queuedDataBytes;
    private boolean moving;
    private boolean violated;

    Link(Loop loop, Owner owner) {
        this.loop = loop;
        this.owner = owner;
    }

    /** Changes its socket's options, now or as soon as it is open. */
    void options(SocketOptions options) {
        if (connection != null) {
            connection.options(options);
        } else {
            later = options;
        }
    }

    Loop loop() {
        return loop;
    }

    Owner owner() {
        return owner;
    }

    /** Hands the link over: events go to another owner from now on. */
    void owner(Owner next) {
        owner = next;
    }

    boolean isOpen() {
        return connection != null && !closed;
    }

    /** Whether the transport is done with it, and with all memory that was written to it. */
    boolean isGone() {
        return gone;
    }

    InetSocketAddress remoteAddress() {
        return connection.remoteAddress();
    }

    InetSocketAddress localAddress() {
        return connection.localAddress();
    }

    Heartbeat heartbeat() {
        return heartbeat;
    }

    /** Whether nothing is read for want of memory, so that silence tells nothing. */
    boolean isPaused() {
        return paused;
    }

    /**
     * Room for data records now, in bytes, if so many may be queued; any record has room on a link that has none.
     *
     * @param queuedMax {@link #QUEUED_DATA_BYTES_MAX} at most
     */
    int roomBytes(int queuedMax) {
        if (!isOpen()) {
            return 0;
        }
        return queuedDataBytes == 0 ? QUEUED_DATA_BYTES_MAX : Math.max(0, queuedMax - queuedDataBytes);
    }

    // ---- writing

    /** Queues whole data records, which the kernel sends at about this pace if it can. */
    void writeData(ByteBuffer records, int bytesPerSecond) {
        pace(bytesPerSecond);
        queuedDataBytes += records.remaining();
        queue.add(records.remaining(), WriteQueue.DATA);
        connection.write(records);
    }

    private void pace(int bytesPerSecond) {
        if (Math.abs((long) bytesPerSecond - paceBytesPerSecond) > paceBytesPerSecond / PACE_STEPS) {
            paceBytesPerSecond = bytesPerSecond;
            connection.options(SocketOptions.pace(bytesPerSecond));
        }
    }

    /** Queues a control record whose payload the writer puts at the buffer's position; {@code false} if there is no room. */
    boolean writeControl(RecordType type, long position, ByteBuffer payload) {
        if (!isOpen()) {
            return false;
        }
        ByteBuffer record = control.append(type, position, payload);
        if (record == null) {
            return false;
        }
        queue.add(record.remaining(), control.takenBytes());
        connection.write(record);
        return true;
    }

    void flush() {
        if (isOpen()) {
            connection.flush();
        }
    }

    @Override
    public void onWritten(int bytes) {
        int data = 0;
        int left = bytes;
        while (left > 0) {
            int part = Math.min(left, queue.headBytes());
            left -= part;
            int freed = queue.take(part);
            if (queue.tookData()) {
                data += part;
            } else {
                control.free(freed);
            }
        }
        if (data > 0) {
            queuedDataBytes -= data;
            owner.onDataWritten(this, data);
        }
        owner.onLinkProgress();
    }

    // ---- reading

    /** From now on records go elsewhere; what is here already and not handled yet is moved there with what is read next. */
    void receiveInto(Sink sink) {
        receive = sink;
    }

    /** Moves what is left in the small buffer to the chain: a part of a record, and what came behind it. */
    private void moveEarly(int from) throws PeerViolation {
        ByteBuffer rest = early.limit(earlyFilled).position(from);
        early = null;
        while (rest.hasRemaining()) {
            ByteBuffer target = receive.target();
            if (target == null) {
                throw new IllegalStateException("no memory for the first bytes of a session (expected: kept back)");
            }
            int bytes = Math.min(rest.remaining(), target.remaining());
            target.put(target.position(), rest, rest.position(), bytes);
            rest.position(rest.position() + bytes);
            receive.onRead(bytes);
        }
    }

    @Override
    public ByteBuffer readTarget() {
        if (moving || closed) {
            return unwanted == null ? null : unwanted.clear();
        }
        ByteBuffer target =
                early == null ? receive.target() : early.limit(early.capacity()).position(earlyFilled);
        paused = target == null;
        return target;
    }

    /** Goes on reading if it was memory that was missing. */
    void resume() {
        if (paused && isOpen()) {
            paused = false;
            heartbeat.listen();
            connection.resumeReading();
        }
    }

    @Override
    public void onRead(int bytes) {
        if (closed) {
            return;
        }
        heartbeat.onHeard();
        try {
            if (early == null) {
                receive.onRead(bytes);
            } else {
                readEarly(bytes);
            }
        } catch (PeerViolation e) {
            onViolation(Unreadable.of(e).sentence());
        }
        owner.onLinkProgress();
    }

    /** Ends the link because of what came over it. */
    void onViolation(String why) {
        violated = true;
        fail(why);
    }

    /** Whether it ended because the peer violated the protocol. */
    boolean isViolated() {
        return violated;
    }

    private void readEarly(int bytes) throws PeerViolation {
        earlyFilled += bytes;
        int at = 0;
        while (!closed && !moving && receive == null && earlyFilled - at >= RecordLayout.HEADER_BYTES) {
            if (RecordLayout.isOtherVersion(early, at)) {
                onOtherVersion(RecordLayout.otherVersion(early, at));
                return;
            }
            RecordLayout.check(early, at, EARLY_BYTES / 4, crc);
            int record = RecordLayout.recordBytes(early, at);
            if (earlyFilled - at < record) {
                break;
            }
            RecordLayout.checkPayload(early, at, early, at + RecordLayout.HEADER_BYTES, crc);
            RecordType type = RecordLayout.type(early, at);
            if (!heartbeat.onRecord(type, early, at)) {
                owner.onEarlyRecord(this, type, early, at);
            }
            at += record;
        }
        if (receive != null) {
            moveEarly(at);
            return;
        }
        early.put(0, early, at, earlyFilled - at);
        earlyFilled -= at;
    }

    /** Any record tells the peer the version that is spoken here, even one that it cannot read. */
    private void onOtherVersion(String sentence) {
        violated = true;
        writeControl(RecordType.REFUSE, 0, Payloads.refusal(Payloads.Refusal.NOT_NOW, sentence));
        close(sentence);
    }

    @Override
    public void onFin() {
        if (unwanted != null) {
            connection.close();
        } else {
            fail("the peer closed it");
        }
    }

    /** Moves the link to another loop; from {@code onMoved} on everything happens there. */
    void moveTo(Loop other, Runnable onMoved) {
        moving = true;
        connection.moveTo(other, () -> {
            loop = other;
            moving = false;
            onMoved.run();
            if (early != null && !closed && earlyFilled > 0) {
                onRead(0);
            }
        });
    }

    // ---- life

    @Override
    public void onOpen(Connection opened) {
        connection = opened;
        heartbeat.listen();
        if (closed) {
            opened.reset();
            return;
        }
        if (later != null) {
            opened.options(later);
        }
        owner.onLinkOpen(this);
    }

    @Override
    public void onDialFailed(IOException cause) {
        closed = true;
        gone = true;
        control.close();
        owner.onLinkClosed(this, cause.getMessage());
    }

    @Override
    public void onClosed(IOException cause) {
        heartbeat.stop();
        closed = true;
        gone = true;
        control.close();
        String reason = closeReason != null ? closeReason : cause == null ? "closed" : cause.getMessage();
        owner.onLinkClosed(this, reason);
    }

    /** Ends the link with the word that the session is over. */
    void over(String reason) {
        sayOver(reason);
        close(reason);
    }

    /**
     * Says that the session is over, and leaves it to the peer to close the link, for a while: a socket that is gone answers
     * what still comes with a reset, which may overtake the last confirmations, and nobody sends those again that were lost.
     */
    void leave(String reason) {
        sayOver(reason);
        if (ends(reason)) {
            unwanted = ByteBuffer.allocate(EARLY_BYTES);
            connection.finish();
            connection.resumeReading();
            loop.schedule(connection::reset, CLOSE_NS);
        }
    }

    private void sayOver(String reason) {
        writeControl(RecordType.OVER, 0, Payloads.sentence(reason));
    }

    /** Ends the link with a refusal, the answer to its hello. */
    void refuse(Payloads.Refusal refusal, String sentence) {
        writeControl(RecordType.REFUSE, 0, Payloads.refusal(refusal, sentence));
        close("refused: " + sentence);
    }

    /** Ends the link at once; {@code onLinkClosed} follows with this reason. */
    void fail(String reason) {
        if (ends(reason)) {
            connection.reset();
        }
    }

    /** Ends the link after what is queued; {@code onLinkClosed} follows. */
    void close(String reason) {
        if (ends(reason)) {
            connection.close();
            // On a line that is gone it would wait for ever, and what is queued with it.
            loop.schedule(connection::reset, CLOSE_NS);
        }
    }

    /** Notes the end; {@code false} if it came before, or before the connection, which then ends when it opens. */
    private boolean ends(String reason) {
        if (closed) {
            return false;
        }
        closed = true;
        closeReason = reason;
        return connection != null;
    }
}
