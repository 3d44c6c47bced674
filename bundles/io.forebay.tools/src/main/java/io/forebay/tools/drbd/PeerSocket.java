/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.drbd;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * One of the two sockets of a stand-in peer: sends whole packets, and reads packets strictly. Any number of threads may
 * send; one thread reads.
 */
final class PeerSocket implements AutoCloseable {
    private static final int PACKET_BYTES_MAX = 256;
    private static final int READ_BUFFER_BYTES = 64 * 1024;

    private final Socket socket;
    private final BufferedInputStream in;
    private final OutputStream out;
    private final ByteBuffer header = ByteBuffer.allocate(DrbdPacket.HEADER_100_BYTES);
    private final ByteBuffer packet = ByteBuffer.allocate(PACKET_BYTES_MAX);
    private long offset;
    private int payloadBytes;

    PeerSocket(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), READ_BUFFER_BYTES);
        out = socket.getOutputStream();
    }

    /** Sends the packet that {@code put} writes; for small packets. */
    void send(Consumer<ByteBuffer> put) throws IOException {
        synchronized (packet) {
            packet.clear();
            put.accept(packet);
            out.write(packet.array(), 0, packet.position());
        }
    }

    /** Sends a packet that the caller has laid out. */
    void send(byte[] bytes, int count) throws IOException {
        synchronized (packet) {
            out.write(bytes, 0, count);
        }
    }

    /** Reads one packet's header in the old form, which DRBD uses until the features are agreed. */
    DrbdCommand nextBeforeFeatures() throws IOException {
        readHeader(DrbdPacket.HEADER_80_BYTES);
        requireThat(header.getInt(0) == DrbdPacket.MAGIC_80, "header 80", header.getInt(0));
        payloadBytes = Short.toUnsignedInt(header.getShort(6));
        return requireKnown(Short.toUnsignedInt(header.getShort(4)));
    }

    /** Reads the next packet's header; null at the end of the stream. */
    DrbdCommand next() throws IOException {
        if (!hasMore()) {
            return null;
        }
        readHeader(DrbdPacket.HEADER_100_BYTES);
        requireThat(header.getInt(0) == DrbdPacket.MAGIC_100, "header 100", header.getInt(0));
        requireThat(header.getShort(4) == 0, "volume 0", header.getShort(4));
        requireThat(header.getInt(12) == 0, "zero padding", header.getInt(12));
        payloadBytes = header.getInt(8);
        return requireKnown(Short.toUnsignedInt(header.getShort(6)));
    }

    /** Reads a packet that must be this one, with its payload. */
    ByteBuffer expect(DrbdCommand expected) throws IOException {
        DrbdCommand command = next();
        if (command != expected) {
            throw new IOException(unexpected(command, expected.toString()));
        }
        return payload();
    }

    String unexpected(DrbdCommand command, String expected) {
        return "DRBD packet unexpected: command=" + command + ", offset=" + offset + " (expected: " + expected + ")";
    }

    int payloadBytes() {
        return payloadBytes;
    }

    /** Reads the payload of the packet whose header was read last; for small packets. */
    ByteBuffer payload() throws IOException {
        requireThat(payloadBytes >= 0 && payloadBytes <= PACKET_BYTES_MAX, "a small payload", payloadBytes);
        byte[] bytes = new byte[payloadBytes];
        readFully(bytes, payloadBytes);
        return ByteBuffer.wrap(bytes);
    }

    void readFully(byte[] into, int count) throws IOException {
        if (in.readNBytes(into, 0, count) < count) {
            throw new EOFException("DRBD stream ended inside a packet: offset=" + offset + ", missing=" + count);
        }
        offset += count;
    }

    /** Whether the peer still keeps this socket open, waiting up to {@code timeoutMs} for a sign to the contrary. */
    boolean isOpen(int timeoutMs) {
        try {
            readTimeout(timeoutMs);
            return hasMore();
        } catch (SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean hasMore() throws IOException {
        in.mark(1);
        int first = in.read();
        in.reset();
        return first >= 0;
    }

    /** Limits each read; 0 waits without limit. */
    void readTimeout(int timeoutMs) throws IOException {
        socket.setSoTimeout(timeoutMs);
    }

    /** Sends FIN; reading goes on. */
    void finish() throws IOException {
        socket.shutdownOutput();
    }

    /** Reads and drops what still comes until the peer's FIN, for at most {@code timeoutMs}. */
    void drain(int timeoutMs) {
        try {
            readTimeout(timeoutMs);
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // whoever says goodbye does not insist on an answer
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // nothing is left to be done with it
        }
    }

    private void readHeader(int count) throws IOException {
        readFully(header.array(), count);
    }

    private DrbdCommand requireKnown(int code) throws IOException {
        DrbdCommand command = DrbdCommand.of(code);
        requireThat(command != null, "a command of DRBD 8.4", code);
        requireThat(command.hasPayloadBytes(payloadBytes), "the length of " + command, payloadBytes);
        return command;
    }

    private void requireThat(boolean good, String expected, int value) throws IOException {
        if (!good) {
            throw new IOException("DRBD framing broken: value=0x" + Integer.toHexString(value) + ", offset=" + offset
                    + " (expected: " + expected + ")");
        }
    }
}
