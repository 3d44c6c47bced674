/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.drbd;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;

/**
 * A DRBD node as its peer and a relay see it while it connects: listens at its own address, dials the other one, tells
 * the two sockets apart by the first packet, and agrees with its peer on protocol, sizes and state (DRBD 8.4, protocol
 * 101). As DRBD does, it dials again until both sockets stand. One of two nodes must dial data, the other meta.
 *
 * <p>One thread calls {@link #connect}; any thread may {@link #close}, which ends a connect too.
 */
public final class StandInPeer implements AutoCloseable {
    /** Where this node listens, and where it dials its peer: the inside of its relay, or the peer itself. */
    public record Addresses(InetSocketAddress own, InetSocketAddress inside) {}

    private static final int FIRST_PACKET_MS = 2_000; // 4 times ping-timeout, as in DRBD
    private static final int STABILITY_MS = 500;
    private static final int LOOK_MS = 1;
    private static final int REDIAL_MS = 250;
    private static final int DIAL_MS = 3_000;

    private final Addresses addresses;
    private final DrbdCommand dialsFirst;
    private final int handshakeMs;
    private ServerSocket listener;
    private volatile PeerSocket dialled;
    private volatile PeerSocket accepted;
    private boolean closed;
    private String lastFailure = "nobody answered";

    /**
     * @param dialsFirst {@code INITIAL_DATA} or {@code INITIAL_META}: the socket that this node dials
     * @param roundTripMs of the WAN, which DRBD's two seconds for each step of the handshake are extended by
     */
    public StandInPeer(Addresses addresses, DrbdCommand dialsFirst, int roundTripMs) {
        this.addresses = addresses;
        this.dialsFirst = dialsFirst;
        handshakeMs = FIRST_PACKET_MS + 2 * roundTripMs;
    }

    /**
     * Connects and shakes hands.
     *
     * @param deviceBytes the size this node reports, a multiple of 512
     * @return the size that the peer reports, in bytes
     */
    long connect(int role, long deviceBytes, long patienceNs) throws IOException {
        long deadlineNs = System.nanoTime() + patienceNs;
        listen();
        while (System.nanoTime() - deadlineNs < 0) {
            failIfClosed();
            if (dialled == null) {
                dial();
            }
            awaitIncoming();
            dropDead();
            if (dialled != null && accepted != null && isStable()) {
                try {
                    long peerBytes = shakeHands(role, deviceBytes);
                    listener.close(); // DRBD does not listen while it is connected
                    return peerBytes;
                } catch (IOException e) {
                    lastFailure = e.toString();
                    closeSockets();
                }
            }
        }
        throw new IOException("DRBD stand-in found no peer: own=" + addresses.own + ", inside=" + addresses.inside
                + ", waitedSeconds=" + patienceNs / 1_000_000_000 + ", last=" + lastFailure);
    }

    PeerSocket data() {
        return dialsFirst == DrbdCommand.INITIAL_DATA ? dialled : accepted;
    }

    PeerSocket meta() {
        return dialsFirst == DrbdCommand.INITIAL_META ? dialled : accepted;
    }

    private void listen() throws IOException {
        synchronized (this) {
            failIfClosed();
            listener = new ServerSocket();
        }
        listener.setReuseAddress(true);
        listener.bind(addresses.own);
        listener.setSoTimeout(REDIAL_MS);
    }

    private void dial() {
        Socket socket = new Socket();
        try {
            socket.connect(addresses.inside, DIAL_MS);
            PeerSocket fresh = new PeerSocket(socket);
            fresh.send(to -> DrbdPacket.initial(to, dialsFirst));
            dialled = keep(fresh);
        } catch (IOException e) {
            lastFailure = "dial: " + e;
            closeQuietly(socket);
        }
    }

    /** Waits a moment for the other node's dial; a newer one replaces an older one. */
    private void awaitIncoming() throws IOException {
        try {
            Socket socket = listener.accept();
            PeerSocket fresh = keep(new PeerSocket(socket));
            DrbdCommand first = firstPacket(fresh);
            DrbdCommand expected =
                    dialsFirst == DrbdCommand.INITIAL_DATA ? DrbdCommand.INITIAL_META : DrbdCommand.INITIAL_DATA;
            if (first != expected) {
                fresh.close();
                return;
            }
            if (accepted != null) {
                accepted.close();
            }
            accepted = fresh;
        } catch (SocketTimeoutException e) {
            // nobody dialled yet
        }
    }

    private DrbdCommand firstPacket(PeerSocket fresh) {
        try {
            fresh.readTimeout(FIRST_PACKET_MS);
            return fresh.nextBeforeFeatures();
        } catch (IOException e) {
            lastFailure = "first packet: " + e;
            return null;
        }
    }

    private void dropDead() {
        if (dialled != null && !dialled.isOpen(LOOK_MS)) {
            lastFailure = "the relay or peer closed the dialled socket";
            dialled.close();
            dialled = null;
        }
        if (accepted != null && !accepted.isOpen(LOOK_MS)) {
            lastFailure = "the relay or peer closed the accepted socket";
            accepted.close();
            accepted = null;
        }
    }

    private boolean isStable() {
        boolean stable = data().isOpen(STABILITY_MS) && meta().isOpen(LOOK_MS);
        if (!stable) {
            dropDead();
        }
        return stable;
    }

    private long shakeHands(int role, long deviceBytes) throws IOException {
        PeerSocket data = data();
        data.readTimeout(handshakeMs);
        data.send(DrbdPacket::features);
        readFeatures(data);
        data.send(DrbdPacket::protocolA);
        data.send(DrbdPacket::syncParam);
        data.send(to -> DrbdPacket.sizes(to, deviceBytes));
        data.send(DrbdPacket::uuids);
        data.send(to -> DrbdPacket.stateReporting(to, role));
        int protocol = data.expect(DrbdCommand.PROTOCOL).getInt();
        require(protocol == DrbdPacket.REPLICATION_PROTOCOL_A, "replication protocol", protocol);
        data.expect(DrbdCommand.SYNC_PARAM89);
        long peerBytes = data.expect(DrbdCommand.SIZES).getLong() * DrbdPacket.SECTOR_BYTES;
        data.expect(DrbdCommand.UUIDS);
        int peerRole = data.expect(DrbdCommand.STATE).getInt() & 3;
        data.send(to -> DrbdPacket.stateConnected(to, role, peerRole));
        int state = data.expect(DrbdCommand.STATE).getInt();
        require(DrbdPacket.isConnected(state), "connection state", DrbdPacket.connectionOf(state));
        data.readTimeout(0);
        meta().readTimeout(0);
        return peerBytes;
    }

    private static void readFeatures(PeerSocket data) throws IOException {
        DrbdCommand command = data.nextBeforeFeatures();
        if (command != DrbdCommand.FEATURES) {
            throw new IOException(data.unexpected(command, "FEATURES"));
        }
        ByteBuffer features = data.payload();
        require(features.getInt(8) == DrbdPacket.PROTOCOL_MAX, "highest protocol", features.getInt(8));
    }

    private static void require(boolean good, String what, int value) throws IOException {
        if (!good) {
            throw new IOException("DRBD handshake failed: " + what + "=" + value);
        }
    }

    /** Remembers a socket for {@link #close()}; one that comes after it is closed at once. */
    private synchronized PeerSocket keep(PeerSocket fresh) throws IOException {
        if (closed) {
            fresh.close();
        }
        failIfClosed();
        return fresh;
    }

    private synchronized void failIfClosed() throws IOException {
        if (closed) {
            throw new IOException("DRBD stand-in was closed: own=" + addresses.own);
        }
    }

    private void closeSockets() {
        if (dialled != null) {
            dialled.close();
        }
        if (accepted != null) {
            accepted.close();
        }
        dialled = null;
        accepted = null;
    }

    private static void closeQuietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // nothing is left to be done with it
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (listener != null) {
            closeQuietly(listener);
        }
        for (PeerSocket socket : new PeerSocket[] {dialled, accepted}) {
            if (socket != null) {
                socket.close();
            }
        }
    }
}
