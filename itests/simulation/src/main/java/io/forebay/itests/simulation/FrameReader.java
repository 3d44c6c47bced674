/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import java.nio.ByteBuffer;

/** Takes a stream apart into packets, as a DRBD does that trusts its peer. */
final class FrameReader {

    /** Receives packets. */
    interface Listener {
        /** A packet is complete; {@code head} holds the first bytes of its payload. */
        void onPacket(int command, ByteBuffer head);
    }

    private static final int HEAD_BYTES = 24;
    private static final byte HEADER_80_FIRST = (byte) 0x83;

    private final Listener listener;
    private final ByteBuffer gathered = ByteBuffer.allocate(Packets.HEADER_100_BYTES + HEAD_BYTES);
    private int wanted = Packets.HEADER_80_BYTES;
    private int payloadAt = -1;
    private int payloadLeft;
    private int command;

    FrameReader(Listener listener) {
        this.listener = listener;
    }

    void read(byte[] bytes, int length) {
        int at = 0;
        while (at < length) {
            if (gathered.position() < wanted) {
                int count = Math.min(length - at, wanted - gathered.position());
                gathered.put(bytes, at, count);
                at += count;
                if (payloadAt >= 0) {
                    payloadLeft -= count;
                }
            } else {
                int count = Math.min(length - at, payloadLeft);
                at += count;
                payloadLeft -= count;
            }
            advance();
        }
    }

    private void advance() {
        if (payloadAt < 0 && gathered.position() == wanted) {
            boolean short80 = gathered.get(0) == HEADER_80_FIRST;
            if (!short80 && wanted < Packets.HEADER_100_BYTES) {
                wanted = Packets.HEADER_100_BYTES;
                return;
            }
            command = gathered.getShort(short80 ? 4 : 6) & 0xFFFF;
            payloadLeft = short80 ? gathered.getShort(6) & 0xFFFF : gathered.getInt(8);
            payloadAt = wanted;
            wanted += Math.min(HEAD_BYTES, payloadLeft);
        }
        if (payloadAt >= 0 && payloadLeft == 0) {
            ByteBuffer head = gathered.duplicate().flip().position(payloadAt).slice();
            gathered.clear();
            payloadAt = -1;
            wanted = Packets.HEADER_80_BYTES;
            listener.onPacket(command, head);
        }
    }
}
