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
 * One connection of the local DRBD and everything between it and the link: the way of a byte in both directions. Owned by
 * the channel's loop.
 *
 * <pre>
 *   DRBD ─▶ [CompressionStage] ─▶ RecordChain ─▶ Link
 *   DRBD ◀──────────────────── ReceiveChain ◀── Link
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

        /** The session can no longer move: the local DRBD's connection is gone. */
        void onInsideClosed(String reason);

        /** Something is in the system's hands, or came: the channel may have to act on the link. */
        void onReleased();
    }

    /** Within half a second a DRBD that cannot be reached must be known at the other site (wire protocol, section 1.5). */
    private static final int DIAL_TIMEOUT_MS = 400;

    private final Owner owner;
    private final Loop loop;
    private final Link link;
    private FirstPacketReader first;
    private Connection inside;
    private Dial dial;
    private boolean insideGone;
    private boolean insideBroken;
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
    private End farEnd;
    private boolean completed;

    Session(Owner owner, Loop loop, Link link) {
        this.owner = owner;
        this.loop = loop;
        this.link = link;
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
                new RecordChain(memory, Math.min(ownRecord, helloOfPeer.recordBytesMax()), helloOfPeer.creditLimit()),
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
        confirmations = new Confirmations(receive, link, loop, memory.windowBytes(), this::checkComplete);
        link.receiveInto(receive);
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
        try {
            receive.open();
        } catch (PeerViolation e) {
            link.fail("peer violated the protocol: " + e.getMessage());
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
        if (insideGone || localEnd != null) {
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
        insideBroken = cause != null;
        inside = null;
        String reason = cause == null ? "closed" : cause.getMessage();
        if (first != null) {
            first.onEnd();
        } else if (localEnd == null && cause != null) {
            endLocally(End.RESET, "the local DRBD's connection broke: " + reason);
        }
        if (transmit != null) {
            checkComplete();
        }
        owner.onInsideClosed(reason);
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
        try {
            farEnd = Payloads.readEnd(memory, offset);
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
            link.fail("peer violated the protocol: " + e.getMessage());
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
        transmit.pump(link);
        sendEnd();
        confirmations.confirm(farEnd != null);
        link.flush();
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
            link.fail("peer violated the protocol: " + e.getMessage());
        }
        link.resume();
        pump();
    }

    void onDataWritten(int bytes) {
        if (transmit != null && !completed) {
            transmit.onWritten(bytes);
        }
    }

    private void sendEnd() {
        if (localEnd != null && !endSent && transmit.isAllSent()) {
            endSent = link.writeControl(
                    RecordType.CLOSE, transmit.receivedPosition(), Payloads.end(localEnd, localEndReason));
        }
    }

    private void checkComplete() {
        boolean sent = endSent && transmit.isAllConfirmed();
        boolean received = farEnd != null && receive.allDelivered() && confirmations.isUpToDate();
        if (!completed && (sent && (received || insideBroken) || farEnd == End.RESET)) {
            completed = true;
            owner.onComplete();
        }
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

    /** Closes the local DRBD's connection as the far one ended: reset as reset, else FIN. */
    void closeInside() {
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
            if (farEnd == End.RESET) {
                inside.reset();
            } else {
                inside.close();
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
        if (inside != null || !link.isGone() || account != null && !transmit.release()) {
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
