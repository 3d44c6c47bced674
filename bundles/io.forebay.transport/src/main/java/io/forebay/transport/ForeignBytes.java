/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** Bytes that came in buffers of an earlier pipeline handler, until there are targets to copy them into. On the loop. */
final class ForeignBytes {

    private final ArrayDeque<ByteBuf> buffers = new ArrayDeque<>(0);

    /** Takes the buffer over. */
    void add(ByteBuf buffer) {
        if (buffer.isReadable()) {
            buffers.add(buffer);
        } else {
            buffer.release();
        }
    }

    boolean isEmpty() {
        return buffers.isEmpty();
    }

    /** Moves what fits, 1 byte or more, to the target's position, which stays, and says how many bytes that were. */
    int copyTo(ByteBuffer target) {
        ByteBuf buffer = buffers.element();
        int bytes = Math.min(buffer.readableBytes(), target.remaining());
        buffer.readBytes(target.duplicate().limit(target.position() + bytes));
        if (!buffer.isReadable()) {
            buffers.remove().release();
        }
        return bytes;
    }

    void release() {
        while (!buffers.isEmpty()) {
            buffers.remove().release();
        }
    }
}
