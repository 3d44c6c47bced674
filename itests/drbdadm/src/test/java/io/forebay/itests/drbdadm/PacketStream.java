/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.drbdadm;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One end of a DRBD connection: sends packets of random content without end and compares what comes with what the other end
 * must have sent. A thread each.
 */
final class PacketStream implements AutoCloseable {

    /** The kinds of socket that DRBD has, each with a packet of its own. */
    enum Kind {
        DATA(0xFFF2, 0x00, 24 + 4096), // P_INITIAL_DATA, P_DATA
        META(0xFFF1, 0x15, 24); // P_INITIAL_META, P_RECV_ACK

        private final int initial;
        private final int command;
        private final int payloadBytes;

        Kind(int initial, int command, int payloadBytes) {
            this.initial = initial;
            this.command = command;
            this.payloadBytes = payloadBytes;
        }

        /** What the dialling end sends first. */
        byte[] firstPacket() {
            return header(initial, 0).array();
        }

        private ByteBuffer header(int command, int payloadBytes) {
            return ByteBuffer.allocate(HEADER_BYTES + payloadBytes)
                    .putInt(MAGIC)
                    .putShort((short) command)
                    .putShort((short) payloadBytes);
        }

        private byte[] next(SplittableRandom random) {
            ByteBuffer packet = header(command, payloadBytes);
            byte[] payload = new byte[payloadBytes];
            random.nextBytes(payload);
            // a half that compresses
            Arrays.fill(payload, payloadBytes / 2, payloadBytes, payload[0]);
            return packet.put(payload).array();
        }
    }

    /** Of the header that all versions understand: magic u32, command u16, length u16. */
    static final int HEADER_BYTES = 8;

    private static final int MAGIC = 0x83740267;
    private static final long PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(500);

    private final Kind kind;
    private final Socket socket;
    private final Thread sender;
    private final Thread receiver;
    private volatile boolean sending = true;
    private volatile long sent;
    private volatile long received;
    private volatile String end = "";

    /**
     * @param sends the seed of what this end sends
     * @param receives the seed of what the other end sends
     */
    PacketStream(Kind kind, Socket socket, long sends, long receives) {
        this.kind = kind;
        this.socket = socket;
        this.sender = new Thread(() -> send(new SplittableRandom(sends)), kind + "-sender");
        this.receiver = new Thread(() -> receive(new SplittableRandom(receives)), kind + "-receiver");
        sender.start();
        receiver.start();
    }

    private void send(SplittableRandom random) {
        try {
            OutputStream out = new BufferedOutputStream(socket.getOutputStream());
            while (sending) {
                out.write(kind.next(random));
                out.flush();
                sent++;
                LockSupport.parkNanos(PAUSE_NS);
            }
        } catch (IOException e) {
            ended("sending failed: " + e);
        }
    }

    private void receive(SplittableRandom random) {
        try {
            InputStream in = socket.getInputStream();
            while (true) {
                byte[] expected = kind.next(random);
                byte[] packet = in.readNBytes(expected.length);
                if (packet.length < expected.length) {
                    ended("closed by the peer, " + packet.length + " bytes into a packet");
                    return;
                }
                if (!Arrays.equals(packet, expected)) {
                    ended("other bytes than were sent, in packet " + received);
                    return;
                }
                received++;
            }
        } catch (IOException e) {
            ended("receiving failed: " + e);
        }
    }

    private synchronized void ended(String why) {
        if (end.isEmpty()) {
            end = why;
        }
    }

    /** How the connection ended; empty while it goes on. */
    String end() {
        return end;
    }

    /** How many packets came as they were sent. */
    long received() {
        return received;
    }

    /** Ends the sending with a whole packet; says how many were sent. */
    long stopSending() throws InterruptedException {
        sending = false;
        sender.join();
        return sent;
    }

    @Override
    public void close() throws IOException {
        sending = false;
        socket.close();
    }
}
