/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import io.forebay.testkit.HandDrivenLoop;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * A pretend DRBD with both its sockets: the handshake, writes and barriers one way, their acknowledgements the other, and
 * pings, of which a late answer ends the session.
 */
final class DrbdSession implements DrbdSocket.Holder {

    /** What a session tells. */
    interface Owner {
        /** The session is over; its sockets are to be closed, with FIN or reset. */
        void onSessionEnd(String why, boolean reset);

        /** Whether the application writes. */
        boolean isWriting();
    }

    private static final long FEATURES_NS = 2_000_000_000L;

    /** A writer that has so much in its socket waits; a burst may exceed it once. */
    private static final int UNWRITTEN_MAX = 256 << 10;

    private static final int BLOCK_BYTES = 512;

    private final int site;
    private final HandDrivenLoop loop;
    private final Scenario.Drbd settings;
    private final Random random;
    private final DrbdSocket data;
    private final DrbdSocket meta;
    private final Owner owner;
    private final Chronicle chronicle;
    private final FrameReader dataFrames = new FrameReader(this::onDataPacket);
    private final FrameReader metaFrames = new FrameReader(this::onMetaPacket);
    private boolean connected;
    private boolean lingering;
    private boolean over;
    private boolean slow;
    private long lingerNs;
    private long lastMetaNs;
    private long pingSentNs = -1;
    private int sequence;
    private int barriers;

    DrbdSession(
            int site,
            HandDrivenLoop loop,
            Scenario.Drbd settings,
            Random random,
            DrbdSocket data,
            DrbdSocket meta,
            Owner owner,
            Chronicle chronicle) {
        this.site = site;
        this.loop = loop;
        this.settings = settings;
        this.lingerNs = settings.lingerNs();
        this.random = random;
        this.data = data;
        this.meta = meta;
        this.owner = owner;
        this.chronicle = chronicle;
    }

    boolean isConnected() {
        return connected && !lingering && !over;
    }

    StreamEnd dataEnd() {
        return data.end;
    }

    StreamEnd metaEnd() {
        return meta.end;
    }

    void start() {
        data.hold(this);
        meta.hold(this);
        chronicle.add("DRBD " + StreamEnd.name(site), () -> "handshake on " + data.end + " and " + meta.end);
        data.send(Packets.features(data.end.id));
        after(FEATURES_NS, () -> {
            if (!connected) {
                end("no features within 2 s");
            }
        });
        data.read(-1);
        meta.read(-1);
    }

    private void after(long ns, Runnable action) {
        loop.schedule(
                () -> {
                    if (!over) {
                        action.run();
                    }
                },
                ns);
    }

    private void onConnected() {
        connected = true;
        chronicle.add("DRBD " + StreamEnd.name(site), () -> "connected");
        lastMetaNs = loop.nowNs();
        meta.send(Packets.recvAck(meta.end.id, sequence++));
        after(settings.pingIntNs(), this::checkPing);
        after(settings.writeIntervalNs(), this::write);
    }

    // ---- traffic

    private void write() {
        if (lingering) {
            return;
        }
        if (owner.isWriting() && data.unwritten() < UNWRITTEN_MAX) {
            int packets = 1 + random.nextInt(3);
            for (int i = 0; i < packets; i++) {
                int blocks = random.nextInt(10) == 0 ? 1 + random.nextInt(settings.blocksMax()) : 1 + random.nextInt(8);
                data.send(Packets.data(sequence++, blocks * BLOCK_BYTES, random));
            }
            if (random.nextBoolean()) {
                data.send(Packets.barrier(barriers++));
            }
        }
        after(1 + (long) (2 * random.nextDouble() * settings.writeIntervalNs()), this::write);
    }

    void burst(int bytes) {
        int left = bytes;
        while (left > 0) {
            int block = BLOCK_BYTES * (1 + random.nextInt(settings.blocksMax()));
            data.send(Packets.data(sequence++, block, random));
            left -= block;
        }
        data.send(Packets.barrier(barriers++));
    }

    void stopReading(long ns) {
        slow = true;
        data.read(0);
        after(ns, () -> {
            slow = false;
            data.read(-1);
        });
    }

    /** Goes on reading one of its sockets for so long when the other one has ended. */
    void linger(long ns) {
        lingerNs = ns;
    }

    void breakData(int afterBytes) {
        data.breakAfter(afterBytes);
    }

    /** Sends a ping now, whatever the interval. */
    void ping() {
        if (pingSentNs < 0) {
            pingSentNs = loop.nowNs();
            meta.send(Packets.ping());
        }
    }

    private void checkPing() {
        if (lingering) {
            return;
        }
        long now = loop.nowNs();
        if (pingSentNs >= 0 && now - pingSentNs >= settings.pingTimeoutNs()) {
            end("PingAck did not arrive in time");
            return;
        }
        if (pingSentNs < 0 && now - lastMetaNs >= settings.pingIntNs()) {
            ping();
        }
        long due = pingSentNs >= 0 ? pingSentNs + settings.pingTimeoutNs() : lastMetaNs + settings.pingIntNs();
        after(Math.max(1_000_000, due - now), this::checkPing);
    }

    @Override
    public void onBytes(DrbdSocket socket, byte[] bytes, int length) {
        if (over) {
            return;
        }
        (socket == data ? dataFrames : metaFrames).read(bytes, length);
        if (!over && socket == data && !slow && random.nextInt(settings.slowness()) == 0) {
            stopReading(random.nextInt(50_000_000));
        }
    }

    private void onDataPacket(int command, ByteBuffer head) {
        switch (command) {
            case Packets.FEATURES -> onConnected();
            case Packets.DATA -> meta.send(Packets.recvAck(head.getLong(8), sequence++));
            case Packets.BARRIER -> meta.send(Packets.barrierAck(head.getInt(0)));
            default -> throw new IllegalStateException("unexpected packet on data: command=" + command);
        }
    }

    private void onMetaPacket(int command, ByteBuffer head) {
        lastMetaNs = loop.nowNs();
        switch (command) {
            case Packets.PING -> meta.send(Packets.pingAck());
            case Packets.PING_ACK -> pingSentNs = -1;
            case Packets.RECV_ACK, Packets.BARRIER_ACK -> {
                // What it acknowledges is on the other disk.
            }
            default -> throw new IllegalStateException("unexpected packet on meta: command=" + command);
        }
    }

    // ---- the end

    @Override
    public void onOpen(DrbdSocket socket) {
        throw new IllegalStateException("open twice: " + socket.end);
    }

    @Override
    public void onDialFailed(DrbdSocket socket) {
        throw new IllegalStateException("dial failed after it went through: " + socket.end);
    }

    @Override
    public void onEnd(DrbdSocket socket) {
        String why = socket.end + " was closed by the other end";
        DrbdSocket other = socket == data ? meta : data;
        if (connected && lingerNs > 0 && other.isAlive()) {
            lingering = true;
            after(lingerNs, () -> end(why));
        } else {
            end(why);
        }
    }

    private void end(String why) {
        if (!over) {
            owner.onSessionEnd(why, random.nextInt(4) == 0);
        }
    }

    void close(boolean reset) {
        stop();
        data.release(reset);
        meta.release(reset);
    }

    /** Stops without a word to anybody. */
    void stop() {
        over = true;
    }

    void vanish() {
        stop();
        data.vanish();
        meta.vanish();
    }
}
