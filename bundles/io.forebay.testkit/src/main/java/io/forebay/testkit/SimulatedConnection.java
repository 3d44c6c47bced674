/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** One end of a connection in a {@link SimulatedNetwork}. */
public final class SimulatedConnection implements Connection {

    private final SimulatedNetwork network;
    private final SimulatedNetwork.SimulatedTransport owner;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final ArrayDeque<ByteBuffer> unsent = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> received = new ArrayDeque<>();
    private final PacketFlight flight;
    private SimulatedConnection other;
    private ConnectionHandler handler;
    private SocketOptions options = SocketOptions.SYSTEM;
    private long handedOver;
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
    private boolean opened;
    private IOException closeCause;

    SimulatedConnection(
            SimulatedNetwork network,
            SimulatedNetwork.SimulatedTransport owner,
            SimulatedLine line,
            InetSocketAddress local,
            InetSocketAddress remote) {
        this.network = network;
        this.owner = owner;
        this.local = local;
        this.remote = remote;
        this.flight =
                new PacketFlight(network, line, line.from(local.getAddress().getHostAddress()), this);
        network.add(this);
    }

    void pair(SimulatedConnection with) {
        other = with;
        with.other = this;
        flight.pair(with.flight);
        with.flight.pair(flight);
    }

    SimulatedNetwork.SimulatedTransport owner() {
        return owner;
    }

    void start(SocketOptions with, ConnectionHandler by) {
        options = with;
        handler = by;
        loop().execute(() -> {
            if (!dead) {
                opened = true;
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
        flight.acknowledge(count);
        handler.onRead(count);
        scheduleRead();
    }

    /** What is 0 stays as it is, as in a system's socket. */
    @Override
    public void options(SocketOptions next) {
        options = new SocketOptions(
                next.sendBufferBytes() > 0 ? next.sendBufferBytes() : options.sendBufferBytes(),
                next.receiveBufferBytes() > 0 ? next.receiveBufferBytes() : options.receiveBufferBytes(),
                next.notSentLowWaterBytes() > 0 ? next.notSentLowWaterBytes() : options.notSentLowWaterBytes(),
                next.congestion().isEmpty() ? options.congestion() : next.congestion());
    }

    /** What it was opened with, and what was changed since. */
    public SocketOptions options() {
        return options;
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

    /** Sends what there is room for. */
    void send() {
        if (closed) {
            return;
        }
        int written = 0;
        while (!unsent.isEmpty() && flight.room() > 0) {
            ByteBuffer next = unsent.peek();
            int count = Math.min(next.remaining(), flight.room());
            ByteBuffer copy = ByteBuffer.allocate(count);
            copy.put(0, next, next.position(), count);
            next.position(next.position() + count);
            if (!next.hasRemaining()) {
                unsent.remove();
            }
            written += count;
            handedOver += count;
            flight.send(copy);
        }
        if (written > 0) {
            handler.onWritten(written);
        }
        if (!closed && unsent.isEmpty() && (finishing || closing) && !finSent) {
            finSent = true;
            flight.sendFin();
        }
        if (!closed && unsent.isEmpty() && closing) {
            endOrderly();
        }
    }

    /** How many bytes the other end's system has taken so far to send them here, whether they have arrived or not. */
    public long offeredBytes() {
        return other.handedOver;
    }

    void completeHandshake() {
        flight.completeHandshake();
    }

    // ---- what arrives

    void arrived(ByteBuffer bytes) {
        if (bytes.hasRemaining()) {
            received.add(bytes);
            scheduleRead();
        }
    }

    void finArrived() {
        finReceived = true;
        scheduleRead();
    }

    /** What has arrived before a reset can still be read, by whoever reads at once. */
    void resetArrived() {
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
            flight.sendReset();
            end(null);
        }
    }

    /** The process that holds this end dies: its handler hears nothing more, the other end sees a reset. */
    void die() {
        if (!closed) {
            vanish();
            flight.sendReset();
        }
    }

    /** Whoever dialled gives it up: dies if its handler has not heard that it is open. */
    void cancel() {
        if (!opened) {
            die();
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
        flight.breakOffAfter(bytes);
    }

    /** A box in the middle forgets this connection: from now on all its packets, of both ends, vanish. */
    public void forget() {
        flight.forget();
        other.flight.forget();
    }

    private void dropAll() {
        flight.drop();
        unsent.clear();
    }

    boolean isClosed() {
        return closed;
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
