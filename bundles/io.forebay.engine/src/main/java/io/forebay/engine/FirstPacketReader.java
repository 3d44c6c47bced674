/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelType;
import io.forebay.api.transport.Loop;
import io.forebay.drbd.FirstPacket;
import io.forebay.drbd.SocketType;
import java.nio.ByteBuffer;

/** Reads what a connection that was accepted begins with, and judges whether it is DRBD. Owned by one loop. */
final class FirstPacketReader {

    /** What comes of it; one of the two, once. */
    interface Owner {
        /** It is DRBD; {@code first} holds all bytes that were read. */
        void onFirstPacket(ChannelType type, ByteBuffer first);

        /** It is not; a sentence says why. */
        void onNotDrbd(String sentence);
    }

    /** How long DRBD may take for its first packet; DRBD itself waits for 2 s (4 times ping-timeout). */
    private static final long LIMIT_NS = 2_000_000_000L;

    private final Owner owner;
    private final ByteBuffer buffer = ByteBuffer.allocate(FirstPacket.BYTES_MAX);
    private final Loop.Timer timer;
    private int bytes;
    private boolean over;

    FirstPacketReader(Owner owner, Loop loop) {
        this.owner = owner;
        this.timer = loop.schedule(
                () -> refuse(FirstPacket.late(bytes, LIMIT_NS / 1_000_000).sentence()), LIMIT_NS);
    }

    ByteBuffer target() {
        return over ? null : buffer.limit(buffer.capacity()).position(bytes);
    }

    void onRead(int count) {
        bytes += count;
        FirstPacket verdict = FirstPacket.classify(buffer.clear(), 0, bytes);
        if (verdict instanceof FirstPacket.Refused refused) {
            refuse(refused.sentence());
        } else if (verdict instanceof FirstPacket.Accepted accepted) {
            cancel();
            owner.onFirstPacket(
                    accepted.socket() == SocketType.DATA ? ChannelType.DATA : ChannelType.META, buffer.limit(bytes));
        }
    }

    /** The connection ended. */
    void onEnd() {
        refuse(FirstPacket.ended(bytes).sentence());
    }

    /** Nothing comes of it any more. */
    void cancel() {
        over = true;
        timer.cancel();
    }

    private void refuse(String sentence) {
        if (!over) {
            cancel();
            owner.onNotDrbd(sentence);
        }
    }
}
