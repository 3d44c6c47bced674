/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.tools.drbd.BlockChecksum;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VerifyingSinkTest {
    private static final int BLOCK = 4096;

    private final Content content = new MixedContent(1, 3);
    private final BlockChecksum checksum = new BlockChecksum();
    private final VerifyingSink byChecksum = new VerifyingSink(null);
    private final VerifyingSink byteForByte = new VerifyingSink(content);

    @BeforeEach
    void connect() {
        byChecksum.onConnected();
        byteForByte.onConnected();
    }

    private byte[] block(long position) throws IOException {
        byte[] block = new byte[BLOCK];
        content.fill(position, block, 0, BLOCK);
        return block;
    }

    private void take(VerifyingSink sink, long position) throws IOException {
        ByteBuffer block = ByteBuffer.wrap(block(position));
        sink.take(position, checksum.of(position, block), block);
    }

    @Test
    void shouldCountWhatIsRight() throws IOException {
        take(byteForByte, 0);
        take(byteForByte, BLOCK);
        assertThat(byteForByte.takenBytes()).isEqualTo(2 * BLOCK);
        assertThat(byteForByte.endPosition()).isEqualTo(2 * BLOCK);
    }

    @Test
    void shouldNameTheBlockOfADamagedByteIfItKnowsNothingElse() throws IOException {
        take(byChecksum, 0);
        byte[] damaged = block(BLOCK);
        long id = checksum.of(BLOCK, ByteBuffer.wrap(damaged));
        damaged[100] ^= 1;
        assertThatThrownBy(() -> byChecksum.take(BLOCK, id, ByteBuffer.wrap(damaged)))
                .isInstanceOfSatisfying(
                        WrongBytesException.class, e -> assertThat(e.offset()).isEqualTo(BLOCK))
                .hasMessage(
                        "wrong bytes in the write at offset 4096, 4096 bytes long: its checksum is not the one it was"
                                + " sent with");
    }

    @Test
    void shouldNameTheDamagedByteIfItKnowsTheContent() throws IOException {
        byte[] damaged = block(0);
        long id = checksum.of(0, ByteBuffer.wrap(damaged));
        damaged[4095] = 0x11; // behind the random bytes, where zeros are due
        assertThatThrownBy(() -> byteForByte.take(0, id, ByteBuffer.wrap(damaged)))
                .hasMessage("wrong byte at offset 4095: 0x11 (expected: 0x00)");
    }

    @Test
    void shouldSayWhenTheTwoSidesWereToldDifferently() {
        VerifyingSink other = new VerifyingSink(new MixedContent(2, 3));
        other.onConnected();
        assertThatThrownBy(() -> take(other, 0)).hasMessageContaining("give both sides the same --data, --seed");
    }

    @Test
    void shouldNoticeABlockAtAnotherPlace() throws IOException {
        ByteBuffer block = ByteBuffer.wrap(block(0));
        long id = checksum.of(BLOCK, block);
        assertThatThrownBy(() -> byChecksum.take(0, id, block)).hasMessageContaining("its checksum is not");
    }

    @Test
    void shouldNoticeWhatLacks() throws IOException {
        take(byChecksum, 0);
        assertThatThrownBy(() -> take(byChecksum, 2 * BLOCK))
                .hasMessage("a write at offset 8192 came where offset 4096 was due");
        assertThatThrownBy(() -> take(byChecksum, 0)).hasMessageContaining("came where offset 4096 was due");
    }

    @Test
    void shouldTakeAgainAfterALossButMissNothing() throws IOException {
        take(byChecksum, 0);
        take(byChecksum, BLOCK);
        byChecksum.onConnected();
        take(byChecksum, BLOCK);
        assertThat(byChecksum.takenBytes()).isEqualTo(3 * BLOCK);
        byChecksum.onConnected();
        assertThatThrownBy(() -> take(byChecksum, 3 * BLOCK)).hasMessageContaining("came where offset 8192 was due");
    }
}
