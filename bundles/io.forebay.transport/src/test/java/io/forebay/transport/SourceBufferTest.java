/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.util.internal.PlatformDependent;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;

class SourceBufferTest {

    private static final int BYTES = 64;

    private final ArrayDeque<SourceBuffer> idle = new ArrayDeque<>();
    private final ByteBuffer memory = filled(ByteBuffer.allocateDirect(BYTES));

    private static ByteBuffer filled(ByteBuffer buffer) {
        for (int i = 0; i < BYTES; i++) {
            buffer.put(i, (byte) i);
        }
        return buffer;
    }

    private ByteBuf part(ByteBuffer of, int from, int to) {
        return SourceBuffer.of(of.duplicate().limit(to).position(from), true, idle);
    }

    private static byte[] bytes(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = buffer.hasMemoryAddress()
                    ? PlatformDependent.getByte(buffer.memoryAddress() + i)
                    : buffer.getByte(i);
        }
        return bytes;
    }

    @Test
    void shouldBeThePartOfTheMemoryThatWasGiven() {
        assertThat(bytes(part(memory, 3, 6))).containsExactly(3, 4, 5);
        assertThat(bytes(part(memory.slice(10, 20), 1, 3))).containsExactly(11, 12);
    }

    @Test
    void shouldBeUsedAgainOnlyOnceItIsReleased() {
        ByteBuf first = part(memory, 0, 1);
        ByteBuf second = part(memory, 1, 2);
        assertThat(second).isNotSameAs(first);
        first.release();
        assertThat(part(memory, 7, 9)).isSameAs(first);
        assertThat(bytes(first)).containsExactly(7, 8);
        assertThat(bytes(second)).containsExactly(1);
    }

    @Test
    void shouldKeepMemoryThatNobodyElseHoldsUntilItIsWritten() throws InterruptedException {
        ByteBuffer forgotten = ByteBuffer.allocateDirect(BYTES);
        WeakReference<ByteBuffer> held = new WeakReference<>(forgotten);
        ByteBuf buffer = part(forgotten, 0, BYTES);
        forgotten = null;
        System.gc();
        assertThat(held.get()).isNotNull();
        buffer.release();
        for (int i = 0; i < 100 && held.get() != null; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(held.get()).isNull();
    }

    @Test
    void shouldNotBeGivenBackTwice() {
        ByteBuf first = part(memory, 0, 1);
        assertThat(first.release()).isTrue();
        assertThat(first.release()).isFalse();
        assertThat(part(memory, 1, 2)).isSameAs(first).isNotSameAs(part(memory, 2, 3));
    }

    @Test
    void shouldWrapWhatHasNoAddress() {
        assertThat(bytes(part(filled(ByteBuffer.allocate(BYTES)), 3, 5))).containsExactly(3, 4);
        assertThat(bytes(SourceBuffer.of(memory.duplicate().limit(2), false, idle)))
                .containsExactly(0, 1);
        assertThat(idle).isEmpty();
    }
}
