/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.drbd;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.locks.LockSupport;

/**
 * The meta socket of a connected stand-in: answers pings at once, sends its own at an interval and measures their round
 * trip, and hands acknowledgements to the ledger. One ping is open at a time. Two daemon threads, which end with
 * {@link #close()} or the socket.
 */
final class MetaStream implements AutoCloseable {
    private static final long PING_INTERVAL_NS = 200_000_000;
    private static final int GOODBYE_MS = 2_000;
    private static final long JOIN_MS = 2_000;

    private final PeerSocket meta;
    private final EpochLedger ledger;
    private final LatencyHistogram pings;
    private final Thread reader;
    private final Thread pinger;
    private volatile boolean closing;
    private volatile long openPingNs;
    private volatile boolean pingOpen;

    MetaStream(String name, PeerSocket meta, EpochLedger ledger, LatencyHistogram pings) {
        this.meta = meta;
        this.ledger = ledger;
        this.pings = pings;
        reader = daemon("drbd-meta-" + name, this::read);
        pinger = daemon("drbd-ping-" + name, this::ping);
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    void start() {
        reader.start();
        pinger.start();
    }

    void sendBarrierAck(int barrier, int writes) throws IOException {
        meta.send(to -> DrbdPacket.barrierAck(to, barrier, writes));
    }

    void sendDisconnectReply() throws IOException {
        meta.send(DrbdPacket::disconnectReply);
    }

    /** From now on the end of the stream is expected, and no pings are sent. */
    void expectEnd() {
        closing = true;
        LockSupport.unpark(pinger);
    }

    private void read() {
        try {
            for (DrbdCommand command = meta.next(); command != null; command = meta.next()) {
                onPacket(command);
            }
            if (!closing) {
                throw new EOFException("DRBD meta stream ended early");
            }
        } catch (IOException e) {
            if (!closing) {
                ledger.onFailure(e);
            }
        }
    }

    private void onPacket(DrbdCommand command) throws IOException {
        ByteBuffer payload = meta.payload();
        switch (command) {
            case PING -> answerPing();
            case PING_ACK -> onPingAck();
            case BARRIER_ACK -> {
                int barrier = payload.order(ByteOrder.nativeOrder()).getInt();
                ledger.onBarrierAck(barrier, payload.order(ByteOrder.BIG_ENDIAN).getInt());
            }
            case CONN_ST_CHG_REPLY -> ledger.onDisconnectAgreed();
            default -> throw new IOException(meta.unexpected(command, "a command of the meta socket"));
        }
    }

    private void answerPing() throws IOException {
        if (!closing) {
            meta.send(DrbdPacket::pingAck);
        }
    }

    private void onPingAck() throws IOException {
        if (!pingOpen) {
            throw new IOException("DRBD ping acknowledged that was not sent");
        }
        pings.add(System.nanoTime() - openPingNs);
        pingOpen = false;
    }

    private void ping() {
        try {
            while (!closing) {
                if (!pingOpen) {
                    openPingNs = System.nanoTime();
                    pingOpen = true;
                    meta.send(DrbdPacket::ping);
                }
                LockSupport.parkNanos(PING_INTERVAL_NS);
            }
        } catch (IOException e) {
            if (!closing) {
                ledger.onFailure(e);
            }
        }
    }

    /** Says goodbye with FIN, waits a moment for the peer's, and for the threads. */
    void finish() throws IOException {
        expectEnd();
        join(pinger);
        meta.readTimeout(GOODBYE_MS);
        meta.finish();
        join(reader);
    }

    private static void join(Thread thread) {
        try {
            thread.join(JOIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        expectEnd();
        meta.close();
        join(pinger);
        join(reader);
    }
}
