/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.api.relay.CodecChoice;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The plugins of DRBD Proxy 1 to 4 and of DRX, and what they become. */
class PluginLinesTest {

    private final PluginLines plugins = new PluginLines();

    private PluginLines take(String... lines) throws ValueRefusedException {
        for (String line : lines) {
            plugins.take(line);
        }
        return plugins;
    }

    @ParameterizedTest
    @CsvSource({
        "zstd,zstd",
        "zstd level 22,zstd level 22",
        "zlib level 9,zlib level 9",
        "lz4,lz4",
        "none,none",
        "zstd level = 7,zstd level 7",
        "zstd level : 7,zstd level 7",
        "zstd level auto,zstd level auto",
        "zstd level = -2..5 long,zstd level -2..5 long",
        "  zstd   level  7 ,zstd level 7",
        "compressor zlib level 3,zlib level 3",
        "compressor lz4,lz4",
        "vendor key=1/2:3,vendor key=1/2:3",
    })
    void shouldTakeCodecsAsTheyAre(String line, String codec) throws ValueRefusedException {
        assertThat(take(line).codecs()).extracting(CodecChoice::toString).containsExactly(codec);
        assertThat(plugins.notes()).isEmpty();
        assertThat(plugins.keys()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "lzma,14",
        "lzma level 1,11",
        "lzma level 9,19",
        "lzma contexts 4 level 6,16",
        "lzma contexts 4 dict-size 65536 lc 3 lp 0 pb 2 nice-len 273 mf hc3 mode fast depth 0 numa-threshold 0,14",
        "lzma level = 2 fallback-to-zlib on,12",
        "compressor lzma level 3,13",
    })
    void shouldTakeZstdTenLevelsHigherForLzma(String line, int level) throws ValueRefusedException {
        assertThat(take(line).codecs())
                .containsExactly(new CodecChoice("zstd", Map.of("level", String.valueOf(level))));
        assertThat(plugins.notes())
                .containsExactly("plugin lzma is not available: zstd level " + level + ", the nearest codec, is used.");
    }

    @Test
    void shouldTakeZlibForItsTwinOnAnAccelerator() throws ValueRefusedException {
        assertThat(take("compressor iqa level 4").codecs())
                .extracting(CodecChoice::toString)
                .containsExactly("zlib level 4");
        assertThat(plugins.notes())
                .containsExactly("plugin iqa is not available: zlib, which makes the same format, is used.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            noop               | plugin noop has no effect here.
            debug level 3      | plugin debug has no effect here; see set loglevel debug.
            rx-memlimit 64M    | plugin rx-memlimit 64M has no effect here: memlimit is for both directions.
            """)
    void shouldNoteWhatHasNoEffect(String line, String note) throws ValueRefusedException {
        assertThat(take(line).notes()).containsExactly(note);
        assertThat(plugins.codecs()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"crypto off", "crypto none", "crypto = off"})
    void shouldTakeThatNothingIsEncrypted(String line) throws ValueRefusedException {
        assertThat(take(line).notes()).isEmpty();
        assertThat(plugins.codecs()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"crypto", "crypto openssl", "crypto off now", "crypto OFF"})
    void shouldRefuseRatherThanRelayInClearWhatWasToBeEncrypted(String line) {
        assertThatThrownBy(() -> take(line))
                .hasMessage("asks for encryption of a kind that Forebay does not have: write tls on, and make keys with"
                        + " forebay keygen");
    }

    @ParameterizedTest
    @CsvSource({
        "allocator mapped,ALLOCATOR,mapped",
        "allocator = heap,ALLOCATOR,heap",
        "drain-timeout 5s,DRAIN_TIMEOUT,5s",
        "resume-timeout 0s,RESUME_TIMEOUT,0s",
        "resource r0,RESOURCE,r0",
        "reserve 256M,RESERVE,256M",
        "tls = off,TLS,off",
        "tls on,TLS,on",
    })
    void shouldTakeForebaysOwnWords(String line, RelayKey key, String value) throws ValueRefusedException {
        assertThat(take(line).keys()).containsExactly(Map.entry(key, value));
        assertThat(plugins.codecs()).isEmpty();
    }

    @Test
    void shouldTakeTheLastOfAWordThatStandsTwice() throws ValueRefusedException {
        assertThat(take("allocator heap", "allocator mapped").keys())
                .containsExactly(Map.entry(RelayKey.ALLOCATOR, "mapped"));
    }

    @Test
    void shouldCompressWithTheFirstOfSeveralCodecsAndSaySo() throws ValueRefusedException {
        take("noop", "lz4", "zlib level 9", "zstd level 3", "none");
        assertThat(plugins.codecs())
                .extracting(CodecChoice::toString)
                .containsExactly("lz4", "zlib level 9", "zstd level 3", "none");
        assertThat(plugins.notes())
                .containsExactly(
                        "plugin noop has no effect here.",
                        "plugin zlib level 9 is not used: lz4 compresses already, and one codec does.",
                        "plugin zstd level 3 is not used: lz4 compresses already, and one codec does.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                   | names nothing: write for example zstd level 7
            = :                  | names nothing: write for example zstd level 7
            allocator            | wants one value: write for example allocator mapped
            allocator heap 3     | wants one value: write for example allocator mapped
            compressor           | names no codec: write for example compressor zlib level 3
            lzma level           | has no level from 1 to 9: write for example lzma level 9
            lzma level 0         | has no level from 1 to 9: write for example lzma level 9
            lzma level 10        | has no level from 1 to 9: write for example lzma level 9
            zstd level 7 level 8 | gives an option twice: keep one of them, for example zstd level 7
            none level 7         | gives options to no codec: write none alone, or name a codec, for example zstd level 7
            zst/d level 7        | is not a codec and its options: write words as drbd.conf does, for example zstd level 7
            """)
    void shouldSayHowALineIsWrittenThatIsNot(String line, String message) {
        assertThatThrownBy(() -> take(line))
                .isInstanceOf(ValueRefusedException.class)
                .hasMessage(message);
    }
}
