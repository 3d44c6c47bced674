/* SPDX-License-Identifier: Apache-2.0 */
package com.example.forebay.rle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.Compressor;
import io.forebay.testkit.CodecContract;
import io.forebay.testkit.SampleData;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RleCodecTest extends CodecContract {

    @Override
    protected Codec newCodec() {
        return new RleCodec(4);
    }

    @Override
    protected List<String> profiles() {
        return List.of("", "run 2", "run 100", "run 5000");
    }

    @Override
    protected List<String> refused() {
        return List.of("run", "run 1", "run 32769", "run many", "level 3");
    }

    @Override
    protected Set<SampleData> compressible() {
        return Set.of(SampleData.ZEROS); // words of text do not repeat at once
    }

    @Test
    void shouldWriteTheFormatThatOthersRead() {
        byte[] block = HexFormat.of().parseHex("00000001" + "abcdef09".repeat(5) + "0102");
        ByteBuffer target = ByteBuffer.allocate(100);
        try (Compressor compressor = profile("").compressor()) {
            int written = compressor.compress(ByteBuffer.wrap(block), 0, block.length, target, 0, 100);
            assertThat(HexFormat.of().formatHex(target.array(), 0, written))
                    .isEqualTo("0000" + "00000001" + "8004" + "abcdef09" + "0102");
        }
    }

    @Test
    void shouldTakeItsConfigurationWhereARelaySaysNothing() {
        assertThat(profile("").words()).isEqualTo("run 4");
        assertThat(profile("run 7").words()).isEqualTo("run 7");
        assertThatThrownBy(() -> new RleCodec(1))
                .hasMessage("The codec rle cannot take \"run 1\": possible is \"run\" with 2 to 32768.");
    }
}
