/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Loop;
import io.forebay.testkit.SimulatedNetwork.Line;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** One end of a connection in a {@link SimulatedNetwork}. */
public final class SimulatedConnection implements Connection {

    private static final int SOCKET_BUFFER_BYTES = 64 << 10;

    private final SimulatedNetwork network;
    private final SimulatedNetwork.SimulatedTransport owner;
    private final Line line;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final ArrayDeque<ByteBuffer> unsent = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> received = new ArrayDeque<>();
    private SimulatedConnection other;
    private ConnectionHandler handler;
    private int onTheWay;
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

    SimulatedConnection(
            SimulatedNetwork network,
            SimulatedNetwork.SimulatedTransport owner,
            Line line,
            InetSocketAddress local,
            InetSocketAddress remote) {
        this.network = network;
        this.owner = owner;
        this.line = line;
        this.local = local;
        this.remote = remote;
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
        network.loop().execute(() -> {
            handler.onOpen(this);
            resumeOrTellClosed();
        });
    }

    @Override
    public Loop loop() {
        return network.loop();
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
            network.loop().execute(this::read);
        }
    }

    private void read() {
        readScheduled = false;
        if (closed || !reading) {
            return;
        }
        ByteBuffer bytes = received.peek();
        if (bytes == null) {
            if (finReceived && !finTold) {
                finTold = true;
                handler.onFin();
            }
            return;
        }
        ByteBuffer target = handler.readTarget();
        if (target == null || !target.hasRemaining()) {
            reading = false;
            return;
        }
        int most = Math.min(bytes.remaining(), target.remaining());
        int count = network.random().nextInt(4) == 0 ? 1 + network.random().nextInt(most) : most;
        target.put(target.position(), bytes, bytes.position(), count);
        bytes.position(bytes.position() + count);
        if (!bytes.hasRemaining()) {
            received.remove();
        }
        other.onTheWay -= count;
        handler.onRead(count);
        network.loop().execute(other::send);
        scheduleRead();
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
        network.loop().execute(this::send);
    }

    private void send() {
        if (closed) {
            return;
        }
        int written = 0;
        while (!unsent.isEmpty() && onTheWay < SOCKET_BUFFER_BYTES) {
            ByteBuffer next = unsent.peek();
            int count = Math.min(next.remaining(), SOCKET_BUFFER_BYTES - onTheWay);
            ByteBuffer copy = ByteBuffer.allocate(count);
            copy.put(0, next, next.position(), count);
            line.pass(copy, network.random());
            next.position(next.position() + count);
            if (!next.hasRemaining()) {
                unsent.remove();
            }
            onTheWay += count;
            written += count;
            long at = line.arrivalNs(local + ">", network.loop().nowNs(), count);
            network.arrive(line, at, () -> other.arrived(copy));
        }
        if (written > 0) {
            handler.onWritten(written);
        }
        if (!closed && unsent.isEmpty() && (finishing || closing) && !finSent) {
            finSent = true;
            long at = line.arrivalNs(local + ">", network.loop().nowNs(), 1);
            network.arrive(line, at, () -> other.finArrived());
        }
        if (!closed && unsent.isEmpty() && closing) {
            end(null);
        }
    }

    private void arrived(ByteBuffer bytes) {
        if (closed) {
            // Nobody is there to read it: the sender learns by a reset.
            network.arrive(line, network.loop().nowNs() + 1, () -> other.resetArrived());
        } else {
            received.add(bytes);
            scheduleRead();
        }
    }

    private void finArrived() {
        finReceived = true;
        scheduleRead();
    }

    private void resetArrived() {
        end(new IOException(remote + ": connection reset"));
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
        network.loop().execute(() -> {
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

    @Override
    public void reset() {
        if (!closed) {
            network.arrive(line, network.loop().nowNs(), () -> other.resetArrived());
            end(null);
        }
    }

    /** The process that holds this end dies: its handler hears nothing more, the other end sees a reset. */
    void die() {
        if (!closed) {
            closed = true;
            dead = true;
            network.remove(this);
            network.arrive(line, network.loop().nowNs(), () -> other.resetArrived());
        }
    }

    /** The line breaks this connection: both ends see a reset, each when it may. */
    public void breakOff() {
        resetArrived();
        network.arrive(line, network.loop().nowNs(), () -> other.resetArrived());
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
            network.loop().execute(this::tellClosed);
        }
    }
}
