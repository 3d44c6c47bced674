/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.util.internal.PlatformDependent;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * What Netty writes from: native memory of somebody else by its address, in an object that is used again once that part is
 * written, so that a write neither copies nor makes garbage. It owns no memory. On the connection's loop.
 */
final class SourceBuffer extends UnpooledDirectByteBuf {

    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private final ArrayDeque<SourceBuffer> idle;

    /** Only to be held: else the garbage collector may free the memory, whose address alone it does not see. */
    private ByteBuffer source;

    private long address;
    private int bytes;

    private SourceBuffer(ArrayDeque<SourceBuffer> idle) {
        super(UnpooledByteBufAllocator.DEFAULT, NOTHING, Integer.MAX_VALUE);
        this.idle = idle;
    }

    /**
     * What is between position and limit, to be left as it is until it is written.
     *
     * @param idle of the connection; takes the buffer back when it is released
     * @param isNative whether the socket takes addresses
     */
    static ByteBuf of(ByteBuffer source, boolean isNative, ArrayDeque<SourceBuffer> idle) {
        if (!isNative || !source.isDirect() || !PlatformDependent.hasUnsafe()) {
            return Unpooled.wrappedBuffer(source);
        }
        SourceBuffer buffer = idle.isEmpty() ? new SourceBuffer(idle) : idle.pop();
        buffer.source = source;
        buffer.address = PlatformDependent.directBufferAddress(source) + source.position();
        buffer.bytes = source.remaining();
        buffer.setIndex(0, buffer.bytes);
        return buffer;
    }

    @Override
    public int capacity() {
        return bytes;
    }

    @Override
    public boolean hasMemoryAddress() {
        return true;
    }

    @Override
    public long memoryAddress() {
        return address;
    }

    @Override
    public ByteBuf retain() {
        return this;
    }

    @Override
    public ByteBuf retain(int increment) {
        return this;
    }

    /** Once more changes nothing: given back twice, it would be two writes' at the same time, and one of them wrong. */
    @Override
    public boolean release() {
        if (bytes == 0) {
            return false;
        }
        setIndex(0, 0);
        bytes = 0;
        source = null;
        idle.push(this);
        return true;
    }

    @Override
    public boolean release(int decrement) {
        return release();
    }
}
