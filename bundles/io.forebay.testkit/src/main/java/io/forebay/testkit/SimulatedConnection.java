/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Loop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** One end of a connection in a {@link SimulatedNetwork}. */
public final class SimulatedConnection implements Connection {

    private static final long RETRANSMIT_MIN_NS = 200_000_000L;
    private static final long RETRANSMIT_MAX_NS = 120_000_000_000L;

    /** What the other end still reads of a stream before it sees that it was broken off. */
    private static final long BREAK_NS = 1_000_000L;

    private final SimulatedNetwork network;
    private final SimulatedNetwork.SimulatedTransport owner;
    private final SimulatedLine line;
    private final SimulatedLine.Direction direction;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final ArrayDeque<ByteBuffer> unsent = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> received = new ArrayDeque<>();
    private final ArrayDeque<Packet> flight = new ArrayDeque<>();
    private SimulatedConnection other;
    private ConnectionHandler handler;
    private int onTheWay;
    private int unacknowledged;
    private boolean stalled;
    private boolean probing;
    private int launch;
    private long retransmitNs;
    private long lastArrivalNs;
    private long breakAfter = -1;
    private boolean forgotten;
    private IOException resetSeen;
    private boolean finishing;
    private boolean finSent;
    private boolean finReceived;
    private boolean finTold;
    private boolean closing;
    private boolean reading;
    private boolean readScheduled;
    private boolean moving;
    private boolean closed;
    private boolean closeTold;
    private boolean dead;
    private IOException closeCause;

    /** What is sent and must arrive: bytes, or without bytes FIN, or before all others the end of the handshake. */
    private record Packet(ByteBuffer bytes, boolean opens) {
        int length() {
            return bytes == null ? 1 : bytes.remaining();
        }
    }

    SimulatedConnection(
            SimulatedNetwork network,
            SimulatedNetwork.SimulatedTransport owner,
            SimulatedLine line,
            InetSocketAddress local,
            InetSocketAddress remote) {
        this.network = network;
        this.owner = owner;
        this.line = line;
        this.local = local;
        this.remote = remote;
        this.direction = line.from(local.getAddress().getHostAddress());
        network.add(this);
    }

    void pair(SimulatedConnection with) {
        other = with;
        with.other = this;
    }

    SimulatedNetwork.SimulatedTransport owner() {
        return owner;
    }

    void start(ConnectionHandler with) {
        handler = with;
        loop().execute(() -> {
            if (!dead) {
                handler.onOpen(this);
                resumeOrTellClosed();
            }
        });
    }

    @Override
    public Loop loop() {
        return owner.loop();
    }

    @Override
    public InetSocketAddress localAddress() {
        return local;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remote;
    }

    // ---- reading

    @Override
    public void resumeReading() {
        reading = true;
        scheduleRead();
    }

    private void scheduleRead() {
        if (!readScheduled && reading && !closed && handler != null) {
            readScheduled = true;
            loop().execute(this::read);
        }
    }

    private void read() {
        readScheduled = false;
        if (closed || !reading) {
            return;
        }
        ByteBuffer bytes = received.peek();
        if (bytes == null) {
            if (resetSeen != null) {
                end(resetSeen);
            } else if (finReceived && !finTold) {
                finTold = true;
                handler.onFin();
            }
            return;
        }
        ByteBuffer target = handler.readTarget();
        if (target == null || !target.hasRemaining()) {
            reading = false;
            if (resetSeen != null) {
                end(resetSeen);
            }
            return;
        }
        int most = Math.min(bytes.remaining(), target.remaining());
        int count = network.random().nextInt(4) == 0 ? 1 + network.random().nextInt(most) : most;
        target.put(target.position(), bytes, bytes.position(), count);
        bytes.position(bytes.position() + count);
        if (!bytes.hasRemaining()) {
            received.remove();
        }
        acknowledge(count);
        handler.onRead(count);
        scheduleRead();
    }

    /** Tells the sender that there is room for more; if that is lost, the sender finds out when it sends again. */
    private void acknowledge(int count) {
        unacknowledged += count;
        if (direction.isCut() || forgotten) {
            other.stall();
            return;
        }
        network.loop()
                .schedule(
                        () -> {
                            if (direction.isCut() || forgotten) {
                                other.stall();
                            } else {
                                other.acknowledged();
                            }
                        },
                        line.roundTripNs() / 2);
    }

    private void acknowledged() {
        onTheWay -= other.unacknowledged;
        other.unacknowledged = 0;
        send();
    }

    // ---- writing

    @Override
    public void write(ByteBuffer bytes) {
        if (!closed && !finishing && !closing) {
            unsent.add(bytes.slice());
        }
    }

    @Override
    public void flush() {
        loop().execute(this::send);
    }

    private void send() {
        if (closed) {
            return;
        }
        int written = 0;
        while (!unsent.isEmpty() && onTheWay < line.windowBytes()) {
            ByteBuffer next = unsent.peek();
            int count = Math.min(next.remaining(), line.windowBytes() - onTheWay);
            ByteBuffer copy = ByteBuffer.allocate(count);
            copy.put(0, next, next.position(), count);
            line.pass(copy, network.random());
            next.position(next.position() + count);
            if (!next.hasRemaining()) {
                unsent.remove();
            }
            onTheWay += count;
            written += count;
            transmit(new Packet(copy, false));
        }
        if (written > 0) {
            handler.onWritten(written);
        }
        if (!closed && unsent.isEmpty() && (finishing || closing) && !finSent) {
            finSent = true;
            transmit(new Packet(null, false));
        }
        if (!closed && unsent.isEmpty() && closing) {
            endOrderly();
        }
    }

    // ---- packets; they outlive a close

    /** The last packet of the handshake: only with it, or with what follows, does the listener see the connection. */
    void completeHandshake() {
        transmit(new Packet(null, true));
    }

    private void transmit(Packet packet) {
        flight.add(packet);
        if (!stalled) {
            launch(packet);
        }
    }

    private void launch(Packet packet) {
        boolean lost = direction.isCut() || forgotten;
        long now = network.loop().nowNs();
        lastArrivalNs = Math.max(lastArrivalNs, line.arrivalNs(direction, now, packet.length(), network.random()));
        int of = launch;
        network.loop()
                .schedule(
                        () -> {
                            if (of == launch) {
                                reach(packet, lost);
                            }
                        },
                        lastArrivalNs - now);
    }

    private void reach(Packet packet, boolean lost) {
        if (flight.peek() != packet) {
            return;
        }
        if (lost || direction.isCut() || forgotten) {
            lose();
        } else if (other.closed || packet.opens && !network.accept(other)) {
            // Nobody is there to take it: the sender learns by a reset, or asks again if that is lost.
            other.answerWithReset();
            lose();
        } else {
            flight.remove();
            goOn();
            if (packet.bytes == null && !packet.opens) {
                other.finArrived();
            } else if (packet.bytes != null) {
                other.arrived(upToTheBreak(packet.bytes));
            }
        }
    }

    private ByteBuffer upToTheBreak(ByteBuffer bytes) {
        if (breakAfter >= 0 && breakAfter < bytes.remaining()) {
            bytes.limit(bytes.position() + (int) breakAfter);
            forgotten = true;
            network.loop().schedule(this::breakOff, BREAK_NS);
        } else if (breakAfter >= 0) {
            breakAfter -= bytes.remaining();
        }
        return bytes;
    }

    /** Something was lost: everything that has not arrived is sent again, after a time that doubles. */
    private void stall() {
        if (stalled) {
            return;
        }
        stalled = true;
        launch++;
        retransmitNs = Math.max(RETRANSMIT_MIN_NS, line.roundTripNs() * 2);
        network.loop().schedule(this::retransmit, retransmitNs);
    }

    private void lose() {
        if (probing) {
            probing = false;
            retransmitLater();
        } else {
            stall();
        }
    }

    private void retransmitLater() {
        retransmitNs = Math.min(RETRANSMIT_MAX_NS, 2 * retransmitNs);
        network.loop().schedule(this::retransmit, retransmitNs);
    }

    /** Sends the first packet again; the others follow when it has arrived. */
    private void retransmit() {
        if (!stalled || closed && flight.isEmpty()) {
            return;
        }
        if (direction.isCut() || other.direction.isCut() || forgotten) {
            retransmitLater();
            return;
        }
        network.loop().schedule(this::acknowledged, line.roundTripNs());
        if (flight.isEmpty()) {
            stalled = false;
        } else {
            probing = true;
            launch(flight.peek());
        }
    }

    private void goOn() {
        if (probing) {
            probing = false;
            stalled = false;
            flight.forEach(this::launch);
        }
    }

    private void arrived(ByteBuffer bytes) {
        if (bytes.hasRemaining()) {
            received.add(bytes);
            scheduleRead();
        }
    }

    private void finArrived() {
        finReceived = true;
        scheduleRead();
    }

    /** Sends a reset, once. */
    private void answerWithReset() {
        if (direction.isCut() || forgotten) {
            return;
        }
        long now = network.loop().nowNs();
        lastArrivalNs = Math.max(lastArrivalNs, line.arrivalNs(direction, now, 1, network.random()));
        network.loop()
                .schedule(
                        () -> {
                            if (!direction.isCut() && !forgotten) {
                                other.resetArrived();
                            }
                        },
                        lastArrivalNs - now);
    }

    /** What has arrived before a reset can still be read, by whoever reads at once. */
    private void resetArrived() {
        flight.clear();
        IOException cause = new IOException(remote + ": connection reset");
        if (received.isEmpty() || !reading || network.random().nextBoolean()) {
            end(cause);
        } else if (!closed) {
            resetSeen = cause;
            scheduleRead();
        }
    }

    // ---- moving

    /** There is but one loop: what shows is that nothing is called until the move is over. */
    @Override
    public void moveTo(Loop loop, Runnable onMoved) {
        if (moving || closing || !unsent.isEmpty()) {
            throw new IllegalStateException(
                    "connection cannot move: remote=" + remote + ", moving=" + moving + ", closing=" + closing
                            + ", unsent=" + unsent.size() + " (expected: open, still, nothing unsent)");
        }
        moving = true;
        reading = false;
        loop().execute(() -> {
            moving = false;
            if (!dead) {
                onMoved.run();
                resumeOrTellClosed();
            }
        });
    }

    private void resumeOrTellClosed() {
        if (closed) {
            tellClosed();
        } else if (!moving) {
            resumeReading();
        }
    }

    private void tellClosed() {
        if (!moving && !closeTold && !dead) {
            closeTold = true;
            handler.onClosed(closeCause);
        }
    }

    // ---- closing

    @Override
    public void finish() {
        finishing = true;
        flush();
    }

    @Override
    public void close() {
        closing = true;
        if (handler == null) {
            send();
        } else {
            flush();
        }
    }

    /** An end that leaves bytes unread closes with a reset, for they are lost. */
    private void endOrderly() {
        if (received.isEmpty() || !network.resetsUnread()) {
            end(null);
        } else {
            reset();
        }
    }

    @Override
    public void reset() {
        if (!closed) {
            dropAll();
            answerWithReset();
            end(null);
        }
    }

    /** The process that holds this end dies: its handler hears nothing more, the other end sees a reset. */
    void die() {
        if (!closed) {
            vanish();
            answerWithReset();
        }
    }

    /** The host that holds this end loses its power: nobody hears anything. */
    void vanish() {
        closed = true;
        dead = true;
        dropAll();
        network.remove(this);
    }

    /** The line breaks this connection: both ends see a reset. */
    public void breakOff() {
        resetArrived();
        other.resetArrived();
    }

    /** Breaks this connection once so many more bytes, sent by this end, have arrived. */
    public void breakOffAfter(long bytes) {
        breakAfter = bytes;
    }

    /** A box in the middle forgets this connection: from now on all its packets, of both ends, vanish. */
    public void forget() {
        forgotten = true;
        other.forgotten = true;
    }

    private void dropAll() {
        flight.clear();
        unsent.clear();
        launch++;
    }

    private void end(IOException cause) {
        if (closed) {
            return;
        }
        closed = true;
        closeCause = cause;
        network.remove(this);
        unsent.clear();
        if (handler != null) {
            loop().execute(this::tellClosed);
        }
    }
}
