/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.Compressor;
import io.forebay.api.codec.Decompressor;
import io.forebay.testkit.CodecContract;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DeflateCodecTest extends CodecContract {

    @Override
    protected Codec newCodec() {
        return new DeflateCodec();
    }

    @Override
    protected List<String> profiles() {
        return Stream.concat(Stream.of(""), IntStream.rangeClosed(1, 9).mapToObj(level -> "level " + level))
                .toList();
    }

    @Override
    protected List<String> refused() {
        return List.of("level", "level 0", "level 10", "level -1", "level best", "long 24");
    }

    @Test
    void shouldNameOptionValueAndWhatIsPossible() {
        assertThatThrownBy(() -> profile("level 99"))
                .hasMessage("The codec zlib cannot take \"level 99\": possible is \"level\" with 1 to 9.");
        assertThat(profile("").words()).isEqualTo("level 2");
        assertThatThrownBy(() -> new DeflateCodec().decompressor(true)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseBytesAfterTheEndOfABlock() throws CodecException {
        ByteBuffer block = ByteBuffer.allocate(1000);
        ByteBuffer target = ByteBuffer.allocate(2000);
        try (Compressor compressor = profile("").compressor();
                Decompressor decompressor = new DeflateCodec().decompressor(false)) {
            int written = compressor.compress(block, 0, 1000, target, 0, 2000);
            decompressor.decompress(target, 0, written, block, 0, 1000);
            assertThatThrownBy(() -> decompressor.decompress(target, 0, written + 1, block, 0, 1000))
                    .isInstanceOf(CodecException.class)
                    .hasMessageEndingWith("something follows its end.");
        }
    }

    @Test
    void shouldFreeTheJdksMemoryOnCloseAndNotWhenCollected() {
        ByteBuffer buffer = ByteBuffer.allocate(1000);
        Compressor compressor = profile("").compressor();
        compressor.close();
        assertThatThrownBy(() -> compressor.compress(buffer, 0, 100, buffer, 500, 500))
                .hasMessageContaining("Deflater has been closed");
        Decompressor decompressor = new DeflateCodec().decompressor(false);
        decompressor.close();
        assertThatThrownBy(() -> decompressor.decompress(buffer, 0, 100, buffer, 500, 500))
                .hasMessageContaining("Inflater has been closed");
    }
}
