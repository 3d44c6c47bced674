/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.transport.Accepted;
import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import io.forebay.api.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A DRBD as far as sockets go: listens, dials, says its first packet, sends what it is told, keeps what it gets. */
final class PretendDrbd {

    static final byte[] FIRST_DATA = HexFormat.of().parseHex("83740267fff20000");
    static final byte[] FIRST_META = HexFormat.of().parseHex("83740267fff10000");

    private final Transport transport;
    private final Loop loop;
    private final List<Socket> accepted = new ArrayList<>();

    PretendDrbd(Transport transport, Loop loop, InetSocketAddress address) throws IOException {
        this.transport = transport;
        this.loop = loop;
        transport.listen(address, loop, this::onAccept);
    }

    private void onAccept(Accepted one) {
        Socket socket = new Socket();
        accepted.add(socket);
        one.start(loop, SocketOptions.SYSTEM, socket);
    }

    /** The connections that were accepted, oldest first. */
    List<Socket> accepted() {
        return accepted;
    }

    /** Dials and sends a first packet. */
    Socket dial(InetSocketAddress to, byte[] first) {
        Socket socket = new Socket();
        socket.send(first);
        transport.dial(null, to, 1000, SocketOptions.SYSTEM, loop, socket);
        return socket;
    }

    /** One of its connections. */
    static final class Socket implements ConnectionHandler {
        private final ByteBuffer target = ByteBuffer.allocate(16 << 10);
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private final List<byte[]> early = new ArrayList<>();
        private Connection connection;
        boolean readingStopped;
        boolean open;
        boolean fin;
        boolean closed;
        boolean dialFailed;
        IOException cause;
        long written;

        void send(byte[] bytes) {
            if (connection == null) {
                early.add(bytes);
            } else {
                connection.write(ByteBuffer.wrap(bytes));
                connection.flush();
            }
        }

        String remoteIp() {
            return connection.remoteAddress().getAddress().getHostAddress();
        }

        void finish() {
            connection.finish();
        }

        void close() {
            connection.close();
        }

        void reset() {
            connection.reset();
        }

        void resume() {
            readingStopped = false;
            connection.resumeReading();
        }

        byte[] received() {
            return received.toByteArray();
        }

        int receivedBytes() {
            return received.size();
        }

        @Override
        public void onOpen(Connection opened) {
            connection = opened;
            open = true;
            early.forEach(this::send);
        }

        @Override
        public void onDialFailed(IOException why) {
            dialFailed = true;
            cause = why;
        }

        @Override
        public ByteBuffer readTarget() {
            return readingStopped ? null : target.clear();
        }

        @Override
        public void onRead(int bytes) {
            received.write(target.array(), 0, bytes);
        }

        @Override
        public void onFin() {
            fin = true;
        }

        @Override
        public void onWritten(int bytes) {
            written += bytes;
        }

        @Override
        public void onClosed(IOException why) {
            closed = true;
            cause = why;
        }
    }
}
