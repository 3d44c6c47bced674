/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelType;
import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.Transport;
import io.forebay.drbd.Node;
import io.forebay.engine.Payloads.End;
import io.forebay.engine.RelayMemory.Account;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;

/**
 * One connection of the local DRBD and everything between it and the bridge: the way of a byte in both directions. Owned by
 * the channel's loop.
 *
 * <pre>
 *   DRBD ─▶ TransmitPath: [CompressionStage] ─▶ RecordChain ─▶ Bridge
 *   DRBD ◀─ ReceivePath: ──────────────────── ReceiveChain ◀── Bridge
 * </pre>
 */
final class Session implements ConnectionHandler, ReceiveChain.Owner, CodecAgreement.Session {

    /** What a session tells whoever begins it. */
    interface Opening {
        /** Our dial of the local DRBD went through. */
        void onDrbdReached();

        /** Our dial of the local DRBD failed. */
        void onDrbdUnreachable(String reason);
    }

    /** What a session tells its channel. */
    interface Owner {
        /** Handles a control record of the channel; {@code false} if it is one of the data path. */
        boolean onControl(RecordType type, ByteBuffer memory, int offset) throws PeerViolation;

        /** Bytes have moved. */
        void onMoved();

        /** A node's DRBD sends nothing any more. */
        void onStreamEnd(Node sender);

        /** What came from the peer cannot be read: the session is lost. */
        void onUnreadable(Unreadable what);
    }

    /** What a session tells whoever ends it. */
    interface Ending {
        /** One end's DRBD is closing its connection. */
        void onEnding(String reason);

        /** Nothing is left to be sent or delivered. */
        void onComplete();

        /** Something came home: a session that is closed may be released now. */
        void onReleased();
    }

    private final Owner owner;
    private final Opening opening;
    private final Ending ending;
    private final Loop loop;
    private final Bridge bridge;
    private final Carrier carrier;
    private final InsideConnection inside = new InsideConnection();
    private final SessionEnds ends = new SessionEnds();
    private ChannelType type;
    private Account account;
    private TransmitPath transmit;
    private ReceivePath receive;
    private boolean completed;

    Session(Owner owner, Opening opening, Ending ending, Loop loop, Bridge bridge) {
        this.owner = owner;
        this.opening = opening;
        this.ending = ending;
        this.loop = loop;
        this.bridge = bridge;
        this.carrier = bridge.carrier();
    }

    /**
     * Gives the session memory and its way through it.
     *
     * @param helloOfPeer what the peer takes and may be sent at first
     */
    void begin(
            ChannelType channelType,
            ChannelRole role,
            Account memory,
            ChannelHome home,
            DrbdSession of,
            Hello helloOfPeer,
            CodecNames peerCodecs) {
        type = channelType;
        account = memory;
        transmit = new TransmitPath(
                memory,
                new RecordChain(
                        memory,
                        helloOfPeer.recordBytesMax(),
                        helloOfPeer.creditLimit(),
                        SendPace.of(type, home, loop, this::pump),
                        type == ChannelType.DATA ? new SendWindow(loop, home.health()) : RecordChain.Window.UNLIMITED),
                type == ChannelType.DATA ? home.selector(peerCodecs) : () -> CodecSelector.Choice.RAW,
                of.scanner(type, role, Node.LOCAL),
                home.surroundings(),
                loop,
                home,
                this::pump,
                inside::resume);
        receive = new ReceivePath(
                memory,
                new ReceiveChain(
                        memory,
                        this,
                        home.decoders(peerCodecs),
                        home.surroundings().workers(),
                        loop,
                        home,
                        Channel.INITIAL_CREDIT),
                of.scanner(type, role, Node.FAR),
                carrier,
                loop,
                home.health(),
                owner::onUnreadable,
                this::checkComplete);
        bridge.beginSession(receive.chain(), type == ChannelType.DATA);
        receive.sendConfirmation();
    }

    /** Puts the first packet, already read, in front of everything. */
    void transmitFirst(ByteBuffer packet) {
        transmit.putFirst(packet);
    }

    // ---- from the local DRBD

    @Override
    public void onOpen(Connection connection) {
        if (inside.onOpen(connection)) {
            opening.onDrbdReached();
        }
    }

    /** Dials the local DRBD. */
    void dial(Transport transport, RelaySettings settings) {
        inside.dial(transport, settings, loop, this);
    }

    /** The relay uses its lines differently from now on. */
    void onLineSettings(LineSettings line) {
        inside.options(InsideConnection.options(line));
        pump();
    }

    /** Lets the peer's bytes through to the local DRBD. */
    void openToDrbd() {
        if (completed) {
            return;
        }
        receive.open();
        pump();
    }

    @Override
    public void onDialFailed(IOException cause) {
        inside.onGone();
        opening.onDrbdUnreachable(cause.getMessage());
    }

    @Override
    public ByteBuffer readTarget() {
        if (inside.isGone() || ends.isLocalOver() || ends.isFarGone()) {
            return null;
        }
        ByteBuffer target = transmit.target(carrier.recordBytesMax());
        inside.paused(target == null);
        return target;
    }

    @Override
    public void onRead(int bytes) {
        transmit.onRead(bytes);
        pump();
    }

    @Override
    public void onFin() {
        endLocally(End.FIN, "the local DRBD closed its connection");
    }

    @Override
    public void onClosed(IOException cause) {
        inside.onGone();
        String reason = cause == null ? "closed" : cause.getMessage();
        if (!ends.isLocalOver() && cause != null) {
            endLocally(End.RESET, "the local DRBD's connection broke: " + reason);
        }
        if (transmit != null) {
            pump();
        }
        ending.onReleased();
    }

    private void endLocally(End end, String reason) {
        if (ends.onLocal(end, reason)) {
            owner.onStreamEnd(Node.LOCAL);
            ending.onEnding(reason);
            pump();
        }
    }

    // ---- from the peer

    @Override
    public void onControl(RecordType type, ByteBuffer memory, int offset) throws PeerViolation {
        if (owner.onControl(type, memory, offset)) {
            return;
        }
        switch (type) {
            case CONFIRM ->
                transmit.onConfirm(
                        RecordLayout.position(memory, offset),
                        Payloads.readCredit(memory, offset),
                        Payloads.readRecordBytesMax(memory, offset));
            case CLOSE -> {
                if (RecordLayout.position(memory, offset) != receive.receivedPosition()) {
                    throw new PeerViolation("close at a wrong position: position=%d (expected: %d)"
                            .formatted(RecordLayout.position(memory, offset), receive.receivedPosition()));
                }
            }
            case GONE -> ends.onFarGone();
            default -> throw new PeerViolation("unexpected record: type=" + type);
        }
    }

    @Override
    public void deliver(ByteBuffer bytes) {
        receive.scan(bytes);
        inside.write(bytes);
    }

    @Override
    public void onEnd(ByteBuffer memory, int offset) {
        if (ends.isFarOver()) {
            return; // it came once more, over another link
        }
        try {
            End end = Payloads.readEnd(memory, offset);
            if (end == End.UNREACHABLE) {
                return; // nothing has begun that could end
            }
            ends.onFar(end);
        } catch (PeerViolation e) {
            throw new IllegalStateException("record changed after it was checked", e);
        }
        owner.onStreamEnd(Node.FAR);
        if (ends.isFarWhole()) {
            inside.finish();
        }
        ending.onEnding("the far DRBD: " + Payloads.readClause(memory, offset, 1));
    }

    @Override
    public void onProgress() {
        pump();
    }

    @Override
    public void onUnreadable(Unreadable what) {
        owner.onUnreadable(what);
    }

    @Override
    public void onWritten(int bytes) {
        receive.onWritten(bytes);
        pump();
    }

    // ---- both

    /** Moves whatever can move. */
    void pump() {
        if (transmit == null || completed) {
            ending.onReleased();
            return;
        }
        transmit.pump(carrier);
        // First, or the peer might believe that what was delivered before the end was not.
        receive.confirm(ends.isFarOver() || inside.isGone());
        ends.send(carrier, transmit, inside.isGone());
        carrier.flush();
        inside.flush();
        owner.onMoved();
        checkComplete();
    }

    /** Memory came free: goes on where it was missing. */
    void onMemoryFree() {
        if (completed) {
            return;
        }
        inside.resume();
        receive.deliver();
        carrier.resumeReading();
        pump();
    }

    void onDataWritten(int bytes) {
        if (transmit != null && !completed) {
            transmit.onWritten(bytes);
            if (transmit.isDue()) {
                inside.resume();
            }
        }
    }

    private void checkComplete() {
        if (!completed && ends.areComplete(transmit, receive, inside.isGone())) {
            completed = true;
            ending.onComplete();
        }
    }

    // ---- codecs

    @Override
    public long obey() {
        return transmit == null ? 0 : transmit.obeyCodecs();
    }

    @Override
    public long decompressedPosition() {
        return receive == null ? 0 : receive.chain().queuedPosition();
    }

    @Override
    public void forget(PlugIn<?> codec) {
        if (receive != null) {
            receive.chain().forget(codec);
        }
    }

    /** The relay's codec may be another one now. */
    void onCodecs() {
        if (transmit != null) {
            transmit.onCodecs();
            pump();
        }
    }

    // ---- when the bridge breaks

    /** The position up to which the far DRBD's bytes are here; for the hello, as are the next three. */
    long receivedPosition() {
        return receive == null ? 0 : receive.receivedPosition();
    }

    long receivedWireBytes() {
        return receive == null ? 0 : receive.chain().receivedWireBytes();
    }

    long creditLimit() {
        return receive == null ? Channel.INITIAL_CREDIT : receive.chain().creditLimit();
    }

    int recordBytesMax() {
        return account == null ? MemoryPlan.RECORD_BYTES_LEAST : account.recordBytesMax();
    }

    /** No link carries anything: whatever the peer lacks is sent again, and what it had begun to send comes anew. */
    void rewind(Hello peer) throws PeerViolation {
        transmit.rewind(peer);
        receive.chain().dropPartial();
        ends.rewind();
    }

    /** Goes on over another link. */
    void resume() {
        bridge.receiveInto(receive.chain());
        receive.sendConfirmation();
        pump();
    }

    /** The peer is lost for good: what it sent is still delivered, nothing is sent any more. */
    void onPeerGone() {
        ends.onPeerGone();
        pump();
    }

    /** What the local DRBD still lacks of the bytes that are here; 0 if it is gone. */
    long undeliveredBytes() {
        return !inside.isThere() || receive == null ? 0 : receive.backlogBytes();
    }

    /** What the far DRBD is not known to have. */
    long unconfirmedBytes() {
        return transmit == null ? 0 : transmit.backlogBytes();
    }

    boolean isPeerGone() {
        return ends.isPeerGone();
    }

    /** Whether the local DRBD has ended its side. */
    boolean isEndedLocally() {
        return ends.isLocalOver();
    }

    /** What is still to be brought to the far DRBD, and to the local one. */
    long backlogBytes() {
        return transmit == null ? 0 : transmit.backlogBytes() + receive.backlogBytes();
    }

    /**
     * Closes the local DRBD's connection: with FIN if the far DRBD's stream ended so and was delivered whole, or if it is
     * {@code orderly}; else with a reset, for then bytes may be missing.
     */
    void closeInside(boolean orderly) {
        boolean whole = ends.isFarWhole() && receive.isAllDelivered();
        completed = true;
        if (transmit != null) {
            transmit.close();
            receive.close();
        }
        inside.end(orderly || whole);
    }

    /** Gives up on a DRBD that does not take what it was sent, nor the end of it. */
    void resetInside() {
        inside.reset();
    }

    /** Whose codec's calls have not returned. */
    List<PlugIn<?>> busy() {
        return account == null
                ? List.of()
                : Stream.concat(receive.busy(), transmit.busy()).distinct().toList();
    }

    /** Waits no longer for workers that do not come back: what they are at stays theirs until they do. */
    void giveUpWorkers() {
        if (account != null) {
            receive.giveUpWorkers();
            transmit.giveUpWorkers();
        }
    }

    /**
     * Returns all segments, once neither socket nor worker uses them any more, but for those of workers that were given up.
     *
     * @return whether they are home
     */
    boolean release() {
        if (inside.isThere() || !bridge.isGone() || account != null && !(receive.isIdle() && transmit.release())) {
            return false;
        }
        if (account != null) {
            receive.release();
            account.close();
            account = null;
        }
        return true;
    }

    String drbdAddress() {
        return inside.address();
    }

    ChannelStatus.Flow transmitFlow() {
        return account == null ? ChannelTexts.NO_FLOW : transmit.flow();
    }

    ChannelStatus.Flow receiveFlow() {
        return account == null ? ChannelTexts.NO_FLOW : receive.flow();
    }
}
