/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import io.forebay.api.state.ChannelType;
import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.testkit.SimulatedConnection;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A socket of a pretend DRBD. What passes it, the {@link Oracle} sees. */
final class DrbdSocket implements ConnectionHandler {

    /** What holds a socket. */
    interface Holder {
        void onOpen(DrbdSocket socket);

        void onDialFailed(DrbdSocket socket);

        /** Bytes were read. */
        void onBytes(DrbdSocket socket, byte[] bytes, int length);

        /** FIN or reset was seen. */
        void onEnd(DrbdSocket socket);
    }

    private static final int READ_BYTES = 16 << 10;

    final StreamEnd end;
    private final Oracle oracle;
    private final ByteBuffer target = ByteBuffer.allocate(READ_BYTES);
    private Holder holder;
    private Connection connection;
    private int readMost;
    private long unwritten;
    private boolean released;
    private boolean ended;

    DrbdSocket(StreamEnd end, Oracle oracle, Holder holder) {
        this.end = end;
        this.oracle = oracle;
        this.holder = holder;
    }

    void hold(Holder next) {
        holder = next;
    }

    /** Lets so many more bytes be read; less than 0: all. */
    void read(int most) {
        readMost = most < 0 ? Integer.MAX_VALUE : most;
        if (connection != null && readMost > 0) {
            connection.resumeReading();
        }
    }

    void send(byte[] packet) {
        if (released) {
            return;
        }
        oracle.onSent(end, packet);
        unwritten += packet.length;
        connection.write(ByteBuffer.wrap(packet));
        connection.flush();
    }

    /** What was sent and is not in the system's hands yet. */
    long unwritten() {
        return unwritten;
    }

    /** Whether neither FIN nor reset was seen, which bytes not read yet hide. */
    boolean isAlive() {
        return !ended && !released;
    }

    ChannelType type() {
        return end.type;
    }

    /** Lets go of it: FIN after all that was sent, or reset. */
    void release(boolean reset) {
        if (released) {
            return;
        }
        released = true;
        oracle.onGone(end);
        if (connection != null && reset) {
            connection.reset();
        } else if (connection != null) {
            connection.close();
        }
    }

    /** The connection breaks once so many bytes more have gone out. */
    void breakAfter(int bytes) {
        end.excused = true;
        end.connection.breakOffAfter(bytes);
    }

    /** Its host has lost its power. */
    void vanish() {
        released = true;
        oracle.onGone(end);
    }

    @Override
    public void onOpen(Connection opened) {
        connection = opened;
        end.connection = (SimulatedConnection) opened;
        if (released) {
            opened.reset();
        } else {
            holder.onOpen(this);
        }
    }

    @Override
    public void onDialFailed(IOException cause) {
        oracle.onGone(end);
        if (!released) {
            released = true;
            holder.onDialFailed(this);
        }
    }

    @Override
    public ByteBuffer readTarget() {
        return released || readMost == 0 ? null : target.clear().limit(Math.min(readMost, target.capacity()));
    }

    @Override
    public void onRead(int bytes) {
        if (readMost != Integer.MAX_VALUE) {
            readMost -= bytes;
        }
        oracle.onReceived(end, target.array(), bytes);
        holder.onBytes(this, target.array(), bytes);
    }

    @Override
    public void onFin() {
        if (!released) {
            ended = true;
            oracle.onFin(end);
            holder.onEnd(this);
        }
    }

    @Override
    public void onWritten(int bytes) {
        unwritten -= bytes;
    }

    @Override
    public void onClosed(IOException cause) {
        if (released) {
            return;
        }
        ended = true;
        released = true;
        oracle.onReset(end);
        holder.onEnd(this);
    }
}
