/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.BandwidthStatus;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.DrbdPatience;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.text.ByteCount;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is advised, by what was measured. */
class AdvisorTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            none,            1.00, false, zstd level auto
            none,            1.00, true,  zstd level auto
            lz4,             1.80, true,  zstd level auto
            lz4,             1.80, false, lz4
            zstd level auto, 2.40, true,  zstd level auto
            zstd level 1..5, 2.40, true,  zstd level 1..5
            zstd level 19,   2.40, true,  zstd level 19
            zstd level auto, 1.01, true,  lz4""")
    void shouldAdviseACodecByWhatIsScarce(String now, double ratio, boolean isLineFull, String advised) {
        LineMeasure seen = new LineMeasure(10, 0.05, 20e6, 10e6, isLineFull, ratio, 1 << 20, 0);
        Advisor advisor = new Advisor(settings(now, 0), BandwidthStatus.NONE, seen, 0, DrbdPatience.DEFAULT);
        assertThat(advisor.lines())
                .filteredOn(line -> line.key().equals("codec"))
                .extracting(Advisor.Line::value)
                .containsExactly(advised);
    }

    @ParameterizedTest
    @CsvSource({"0", "16777216", "107374182400"})
    void shouldAdviseNoMemlimitBelowTheReserveWithoutAdvisingThatToo(long reserveBytes) {
        LineMeasure seen = new LineMeasure(10, 0.05, 20e6, 10e6, false, 1, 1 << 20, 0);
        RelaySettings settings = settings("none", reserveBytes);
        Map<String, String> lines = new Advisor(settings, BandwidthStatus.NONE, seen, 0, DrbdPatience.DEFAULT)
                .lines().stream().collect(Collectors.toMap(Advisor.Line::key, Advisor.Line::value));
        boolean isLess = ByteCount.parse(lines.get("memlimit")) < reserveBytes;
        assertThat(isLess).isEqualTo(reserveBytes > 16 << 20);
        assertThat(lines.get("reserve")).isEqualTo(isLess ? lines.get("memlimit") : null);
    }

    private static RelaySettings settings(String codec, long reserveBytes) {
        RelaySettings any = Samples.healthy("r0").settings();
        return new RelaySettings(
                any.name(),
                any.resource(),
                any.addresses(),
                Math.max(any.memlimitBytes(), reserveBytes),
                reserveBytes,
                any.allocator(),
                CodecChoice.parse(codec),
                any.targets(),
                any.timeouts(),
                any.line(),
                any.source());
    }
}
