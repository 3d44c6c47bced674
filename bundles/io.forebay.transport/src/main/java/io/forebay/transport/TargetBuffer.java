/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ScatteringByteChannel;

/**
 * What Netty reads into: one object per connection, aimed at another target before every read, so that a read
 * neither copies nor makes garbage. It owns no memory, so counting its references means nothing.
 */
final class TargetBuffer extends UnpooledDirectByteBuf {

    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private ByteBuffer target;
    private ByteBuffer view;
    private int start;
    private int room;

    TargetBuffer() {
        super(UnpooledByteBufAllocator.DEFAULT, NOTHING, Integer.MAX_VALUE);
    }

    /** The next read fills {@code target} from its position on: directly, or by way of {@code scratch} if it is heap memory. */
    TargetBuffer aim(ByteBuffer target, ByteBuffer scratch) {
        this.target = target;
        view = target.isDirect() ? target : scratch.limit(Math.min(scratch.limit(), target.remaining()));
        start = view.position();
        room = view.remaining();
        setIndex(0, 0);
        return this;
    }

    /** Ends a read: brings the bytes to where they belong and says how many there are. */
    int land() {
        int bytes = readableBytes();
        view.position(start);
        if (view != target) {
            target.put(target.position(), view, start, bytes);
        }
        target = null;
        view = null;
        room = 0;
        setIndex(0, 0);
        return bytes;
    }

    @Override
    public int capacity() {
        return room;
    }

    @Override
    public boolean hasMemoryAddress() {
        return false;
    }

    @Override
    public ByteBuffer internalNioBuffer(int index, int length) {
        return view;
    }

    @Override
    public int setBytes(int index, ScatteringByteChannel in, int length) throws IOException {
        try {
            return in.read(view);
        } catch (ClosedChannelException closed) {
            return -1;
        }
    }

    @Override
    public ByteBuf retain() {
        return this;
    }

    @Override
    public ByteBuf retain(int increment) {
        return this;
    }

    @Override
    public boolean release() {
        return false;
    }

    @Override
    public boolean release(int decrement) {
        return false;
    }
}
