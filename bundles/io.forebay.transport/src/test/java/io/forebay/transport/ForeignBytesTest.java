/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ForeignBytesTest {

    @Test
    void shouldFillTargetsInOrderAndReleaseWhatIsUsedUp() {
        ForeignBytes foreign = new ForeignBytes();
        ByteBuf first = Unpooled.copiedBuffer(new byte[] {1, 2, 3});
        ByteBuf second = Unpooled.copiedBuffer(new byte[] {4, 5});
        ByteBuf empty = Unpooled.buffer(8);
        foreign.add(first);
        foreign.add(empty);
        foreign.add(second);
        assertThat(empty.refCnt()).isZero();

        ByteBuffer target = ByteBuffer.allocateDirect(8).position(2).limit(4);
        assertThat(foreign.copyTo(target)).isEqualTo(2);
        assertThat(target.position()).isEqualTo(2);
        assertThat(target.get(2)).isEqualTo((byte) 1);
        assertThat(target.get(3)).isEqualTo((byte) 2);
        assertThat(foreign.copyTo(target)).isEqualTo(1);
        assertThat(first.refCnt()).isZero();

        foreign.release();
        assertThat(second.refCnt()).isZero();
        assertThat(foreign.isEmpty()).isTrue();
    }
}
