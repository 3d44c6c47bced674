/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.lz4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.api.codec.Codec;
import io.forebay.testkit.CodecContract;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jpountz.lz4.LZ4Factory;
import org.junit.jupiter.api.Test;

class Lz4CodecTest extends CodecContract {

    @Override
    protected Codec newCodec() {
        return new Lz4Codec();
    }

    @Override
    protected List<String> profiles() {
        return levels();
    }

    static List<String> levels() {
        return Stream.concat(Stream.of(""), IntStream.rangeClosed(1, 17).mapToObj(level -> "level " + level))
                .toList();
    }

    @Override
    protected List<String> refused() {
        return refusedWords();
    }

    static List<String> refusedWords() {
        return List.of("level", "level 0", "level 18", "level -1", "level fast", "long 24");
    }

    @Test
    void shouldNameOptionValueAndWhatIsPossible() {
        assertThatThrownBy(() -> profile("level 99"))
                .hasMessage("The codec lz4 cannot take \"level 99\": possible is \"level\" with 1 to 17.");
        assertThat(profile("").words()).isEqualTo("level 1");
    }

    @Test
    void shouldUseTheNativeLibraryWhereItLoads() {
        assertThat(LZ4Factory.nativeInstance().fastCompressor().getClass().getSimpleName())
                .isEqualTo("LZ4JNICompressor");
        assertThatThrownBy(() -> new Lz4Codec().decompressor(true)).isInstanceOf(IllegalArgumentException.class);
    }
}
