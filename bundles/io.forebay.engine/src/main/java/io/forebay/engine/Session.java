/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelType;
import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Dial;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import io.forebay.api.transport.Transport;
import io.forebay.drbd.FrameScanner;
import io.forebay.drbd.Node;
import io.forebay.engine.Payloads.End;
import io.forebay.engine.RelayMemory.Account;
import io.forebay.engine.RelayMemory.Use;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * One connection of the local DRBD and everything between it and the bridge: the way of a byte in both directions. Owned by
 * the channel's loop.
 *
 * <pre>
 *   DRBD ─▶ [CompressionStage] ─▶ RecordChain ─▶ Bridge
 *   DRBD ◀──────────────────── ReceiveChain ◀── Bridge
 * </pre>
 */
final class Session implements ConnectionHandler, ReceiveChain.Owner {

    /** What a session tells its channel. */
    interface Owner extends FirstPacketReader.Owner {
        /** Handles a control record of the channel; {@code false} if it is one of the data path. */
        boolean onControl(RecordType type, ByteBuffer memory, int offset) throws PeerViolation;

        /** Our dial of the local DRBD went through. */
        void onDrbdReached();

        /** Our dial of the local DRBD failed. */
        void onDrbdUnreachable(String reason);

        /** One end's DRBD is closing its connection. */
        void onEnding(String reason);

        /** Nothing is left to be sent or delivered. */
        void onComplete();

        /** What the peer sent cannot be read: the session is lost. */
        void onUnreadable(PeerViolation violation);

        /** Something came home: a session that is closed may be released now. */
        void onReleased();
    }

    /** Within half a second a DRBD that cannot be reached must be known at the other site (wire protocol, section 1.5). */
    private static final int DIAL_TIMEOUT_MS = 400;

    private final Owner owner;
    private final Loop loop;
    private final Bridge bridge;
    private FirstPacketReader first;
    private Connection inside;
    private Dial dial;
    private boolean insideGone;
    private boolean insidePaused;

    private ChannelType type;
    private DrbdSession drbdSession;
    private Account account;
    private TransmitPath transmit;
    private ReceiveChain receive;
    private FrameScanner receiveScanner;
    private Confirmations confirmations;

    private End localEnd;
    private String localEndReason = "";
    private boolean endSent;
    private boolean goneSent;
    private End farEnd;
    private boolean farGone;
    private boolean peerGone;
    private boolean completed;

    Session(Owner owner, Loop loop, Bridge bridge) {
        this.owner = owner;
        this.loop = loop;
        this.bridge = bridge;
    }

    /** Expects the local DRBD's first packet on a connection that it dialled. */
    void awaitFirstPacket() {
        first = new FirstPacketReader(owner, loop);
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
        drbdSession = of;
        int ownRecord = RelayMemory.recordBytesMax(home.memory().segmentBytes());
        transmit = new TransmitPath(
                memory,
                new RecordChain(
                        memory,
                        Math.min(ownRecord, helloOfPeer.recordBytesMax()),
                        helloOfPeer.creditLimit(),
                        new SendWindow(loop, home.health())),
                type == ChannelType.DATA ? home.selector(peerCodecs) : () -> CodecSelector.Choice.RAW,
                of.scanner(type, role, Node.LOCAL),
                home.surroundings(),
                loop,
                this::pump);
        receive = new ReceiveChain(
                memory,
                this,
                home.decoders(peerCodecs),
                ownRecord,
                home.memory().segmentBytes(),
                Channel.INITIAL_CREDIT);
        receiveScanner = of.scanner(type, role, Node.FAR);
        confirmations = new Confirmations(receive, bridge, loop, memory.windowBytes(), this::checkComplete);
        bridge.beginSession(receive);
        confirmations.send();
    }

    /** Puts the first packet, already read, in front of everything. */
    void transmitFirst(ByteBuffer packet) {
        first = null;
        transmit.putFirst(packet);
    }

    // ---- from the local DRBD

    @Override
    public void onOpen(Connection connection) {
        inside = connection;
        if (insideGone) {
            connection.reset();
        } else if (first == null) {
            owner.onDrbdReached();
        }
    }

    /** Dials the local DRBD. */
    void dial(Transport transport, RelayAddresses addresses) {
        // DRBD 9 and bsr accept connections from the inside IP alone (rule R4).
        InetSocketAddress from = new InetSocketAddress(addresses.inside().getAddress(), 0);
        dial = transport.dial(from, addresses.drbd(), DIAL_TIMEOUT_MS, SocketOptions.SYSTEM, loop, this);
    }

    /** Lets the peer's bytes through to the local DRBD. */
    void openToDrbd() {
        if (completed) {
            return;
        }
        try {
            receive.open();
        } catch (PeerViolation e) {
            owner.onUnreadable(e);
        }
        pump();
    }

    @Override
    public void onDialFailed(IOException cause) {
        insideGone = true;
        owner.onDrbdUnreachable(cause.getMessage());
    }

    @Override
    public ByteBuffer readTarget() {
        if (insideGone || localEnd != null || farGone) {
            return null;
        }
        if (first != null) {
            return first.target();
        }
        ByteBuffer target = transmit.target();
        insidePaused = target == null;
        return target;
    }

    @Override
    public void onRead(int bytes) {
        if (first != null) {
            first.onRead(bytes);
            return;
        }
        transmit.onRead(bytes);
        pump();
    }

    @Override
    public void onFin() {
        if (first != null) {
            first.onEnd();
        } else {
            endLocally(End.FIN, "the local DRBD closed its connection");
        }
    }

    @Override
    public void onClosed(IOException cause) {
        insideGone = true;
        inside = null;
        String reason = cause == null ? "closed" : cause.getMessage();
        if (first != null) {
            first.onEnd();
        } else if (localEnd == null && cause != null) {
            endLocally(End.RESET, "the local DRBD's connection broke: " + reason);
        }
        if (transmit != null) {
            pump();
        }
        owner.onReleased();
    }

    private void endLocally(End end, String reason) {
        if (localEnd == null) {
            localEnd = end;
            localEndReason = reason;
            drbdSession.onEnd(Node.LOCAL, type);
            owner.onEnding(reason);
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
                transmit.onConfirm(RecordLayout.position(memory, offset), Payloads.readCredit(memory, offset));
            case CLOSE -> {
                if (RecordLayout.position(memory, offset) != receive.receivedPosition()) {
                    throw new PeerViolation("close at a wrong position: position=%d (expected: %d)"
                            .formatted(RecordLayout.position(memory, offset), receive.receivedPosition()));
                }
            }
            case GONE -> farGone = true;
            default -> throw new PeerViolation("unexpected record: type=" + type);
        }
    }

    @Override
    public void deliver(ByteBuffer bytes) {
        receiveScanner.scan(bytes, bytes.position(), bytes.remaining());
        if (inside != null) {
            inside.write(bytes);
        }
    }

    @Override
    public void onEnd(ByteBuffer memory, int offset) {
        if (farEnd != null) {
            return; // it came once more, over another link
        }
        try {
            End end = Payloads.readEnd(memory, offset);
            if (end == End.UNREACHABLE) {
                return; // nothing has begun that could end
            }
            farEnd = end;
        } catch (PeerViolation e) {
            throw new IllegalStateException("record changed after it was checked", e);
        }
        drbdSession.onEnd(Node.FAR, type);
        if (farEnd == End.FIN && inside != null) {
            inside.finish();
        }
        owner.onEnding("the far DRBD: " + Payloads.readClause(memory, offset, 1));
    }

    @Override
    public void onWritten(int bytes) {
        try {
            receive.onWritten(bytes);
        } catch (PeerViolation e) {
            owner.onUnreadable(e);
        }
        pump();
    }

    // ---- both

    /** Moves whatever can move. */
    void pump() {
        if (transmit == null || completed) {
            owner.onReleased();
            return;
        }
        transmit.pump(bridge);
        sendEnd();
        confirmations.confirm(farEnd != null);
        bridge.flush();
        if (inside != null) {
            inside.flush();
        }
        checkComplete();
    }

    /** Memory came free: goes on where it was missing. */
    void onMemoryFree() {
        if (completed) {
            return;
        }
        if (insidePaused && inside != null) {
            insidePaused = false;
            inside.resumeReading();
        }
        try {
            receive.deliver();
        } catch (PeerViolation e) {
            owner.onUnreadable(e);
        }
        bridge.resumeReading();
        pump();
    }

    void onDataWritten(int bytes) {
        if (transmit != null && !completed) {
            transmit.onWritten(bytes);
        }
    }

    private void sendEnd() {
        if (insideGone && !goneSent) {
            goneSent = bridge.writeControl(RecordType.GONE, 0, Payloads.EMPTY);
        }
        if (localEnd != null && !endSent && transmit.isAllSent()) {
            endSent = bridge.writeControl(
                    RecordType.CLOSE, transmit.receivedPosition(), Payloads.end(localEnd, localEndReason));
        }
    }

    private void checkComplete() {
        boolean sent = farGone || endSent && transmit.isAllConfirmed();
        boolean told = peerGone || farEnd != null && confirmations.isUpToDate();
        boolean received = insideGone || receive.allDelivered() && told;
        if (!completed && (sent && received || farEnd == End.RESET)) {
            completed = true;
            owner.onComplete();
        }
    }

    // ---- when the bridge breaks

    /** The position up to which the far DRBD's bytes are here; for the hello, as are the next two. */
    long receivedPosition() {
        return receive == null ? 0 : receive.receivedPosition();
    }

    long receivedWireBytes() {
        return receive == null ? 0 : receive.receivedWireBytes();
    }

    long creditLimit() {
        return receive == null ? Channel.INITIAL_CREDIT : receive.creditLimit();
    }

    /** No link carries anything: whatever the peer lacks is sent again, and what it had begun to send comes anew. */
    void rewind(Hello peer) throws PeerViolation {
        transmit.rewind(peer);
        receive.dropPartial();
        endSent = false;
        goneSent = false;
    }

    /** Goes on over another link. */
    void resume() {
        bridge.receiveInto(receive);
        confirmations.send();
        pump();
    }

    /** The peer is lost for good: what it sent is still delivered, nothing is sent any more. */
    void onPeerGone() {
        peerGone = true;
        farGone = true;
        pump();
    }

    /** What the local DRBD still lacks of the bytes that are here; 0 if it is gone. */
    long undeliveredBytes() {
        return inside == null || receive == null ? 0 : receive.receivedPosition() - receive.deliveredPosition();
    }

    /** What the far DRBD is not known to have. */
    long unconfirmedBytes() {
        return transmit == null ? 0 : transmit.backlogBytes();
    }

    boolean isPeerGone() {
        return peerGone;
    }

    /** Whether the local DRBD has ended its side. */
    boolean isEndedLocally() {
        return localEnd != null;
    }

    /** What is still to be brought to the far DRBD, and to the local one. */
    long backlogBytes() {
        return transmit == null
                ? 0
                : transmit.backlogBytes() + receive.receivedPosition() - receive.deliveredPosition();
    }

    /**
     * Closes the local DRBD's connection: with FIN if the far DRBD's stream ended so and was delivered whole, or if it is
     * {@code orderly}; else with a reset, for then bytes may be missing.
     */
    void closeInside(boolean orderly) {
        boolean whole = farEnd == End.FIN && receive.allDelivered();
        completed = true;
        insideGone = true;
        if (first != null) {
            first.cancel();
        }
        if (confirmations != null) {
            confirmations.stop();
        }
        if (transmit != null) {
            transmit.close();
        }
        if (inside == null && dial != null) {
            dial.cancel();
        }
        if (inside != null) {
            if (orderly || whole) {
                inside.close();
            } else {
                inside.reset();
            }
        }
    }

    /** Gives up on a DRBD that does not take what it was sent, nor the end of it. */
    void resetInside() {
        if (inside != null) {
            inside.reset();
        }
    }

    /**
     * Returns all segments, once neither socket nor worker uses them any more.
     *
     * @return whether they are home
     */
    boolean release() {
        if (inside != null || !bridge.isGone() || account != null && !transmit.release()) {
            return false;
        }
        if (account != null) {
            receive.clear();
            account.close();
            account = null;
        }
        return true;
    }

    String drbdAddress() {
        return inside == null ? "" : ChannelTexts.address(inside.remoteAddress());
    }

    ChannelStatus.Flow transmitFlow() {
        return account == null ? ChannelTexts.NO_FLOW : transmit.flow();
    }

    ChannelStatus.Flow receiveFlow() {
        return account == null
                ? ChannelTexts.NO_FLOW
                : ChannelTexts.flow(
                        receive.receivedPosition(),
                        receive.queuedPosition(),
                        receive.deliveredPosition(),
                        receive.receivedWireBytes(),
                        receive.records(),
                        receive.rawRecords(),
                        account.heldBytes(Use.RECEIVE),
                        0,
                        receiveScanner);
    }
}
