/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import io.forebay.api.relay.BandwidthSchedule;
import io.forebay.api.relay.BandwidthStatus.Limit;
import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.ChannelStatus.Flow;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.api.text.ByteCount;
import io.forebay.testkit.GogoShell;
import io.forebay.testkit.StubRelays;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command as it is typed, on a relay whose line is played, a second at each look. */
class AdviceCommandsTest {

    private static final long MIB = 1 << 20;

    @TempDir
    private Path home;

    private GogoShell gogo;
    private long second;
    private long writtenPerS = 30 * MIB;
    private long linePerS = 10 * MIB;
    private long stalls;
    private Limit limit = Limit.NONE;
    private Limit limitOfAll = Limit.NONE;

    @BeforeEach
    void start() {
        gogo = new GogoShell(home);
        gogo.processor().addConverter(new ListingConverter());
        gogo.addCommands(
                "forebay",
                new AdviceCommands(
                        new StubRelays(() -> List.of(relay())), () -> second * 1_000_000_000L, () -> second++),
                "advise");
    }

    @AfterEach
    void stop() {
        gogo.close();
    }

    /** At a ratio of 2. */
    private RelayStatus relay() {
        long received = 64 * MIB + second * writtenPerS;
        long confirmed = Math.min(received, 4 * MIB + second * linePerS * 2);
        Flow data = new Flow(received, confirmed, confirmed, confirmed / 2, 100, 0, MIB, stalls, List.of(), "");
        Flow back = new Flow(0, 0, 0, 0, 0, 0, 0, 0, List.of(), "");
        ChannelStatus channel = Samples.channel(
                1, ChannelRole.ACCEPTOR, ChannelType.DATA, ChannelState.ESTABLISHED, "10.0.0.2:4", "192.0.2.2:5");
        ChannelStatus transmitting = new ChannelStatus(
                1,
                channel.role(),
                channel.type(),
                channel.state(),
                "",
                channel.since(),
                channel.drbdAddress(),
                channel.peerAddress(),
                "connected",
                data,
                back,
                50_000_000);
        return Samples.limited(Samples.relay("r0", "", transmitting), limit, limitOfAll);
    }

    @Test
    void shouldPrintLinesForBothSidesWithTheirReasons() throws Exception {
        assertThat(gogo.run("forebay:advise r0")).isEqualTo("""
                r0: round trip 50.0 ms, line 10 MiB/s, DRBD writes 30 MiB/s, ratio 2.00, at most 5 MiB held; loss is not measured

                drbd.conf, on both nodes:
                  net {
                    protocol A;                  # with C each write waits 50.0 ms for the far node
                    ping-timeout 300;            # an outage of up to 30 s costs no connection
                    socket-check-timeout 5;      # or connecting would wait for ping-timeout; DRBD 9
                    timeout 60;                  # tenths of a second; must stay below ping-int, connect-int
                    ko-count 21;                 # memlimit / rate = 69.8 s < 126.0 s = timeout / 10 x ko-count
                    max-buffers 2048;            # pages, on the far node: 0.25 s of what comes in
                    sndbuf-size 0;               # the relay is near; the BAB is the buffer
                    on-congestion pull-ahead;    # writes never wait for a full BAB; needs protocol A
                    congestion-fill 1020M;       # nine tenths of what the BAB takes, uncompressed
                  }

                etc/io.forebay.relay-r0.cfg:
                    # 5M were held at most, and an outage of 30 s
                    memlimit = 698M
                    # only if others need the line: nine tenths of it
                    bwlimit = 9M
                    # as it is; reaches 2.00
                    codec = zstd level 7
                    # as it is; outage and delivery must fit into 126 s
                    resume-timeout = 30000ms
                    # a lost packet does not halve the rate, if this system has it
                    congestion = bbr""");
        assertThat(second).isEqualTo(10);
    }

    @Test
    void shouldKeepTheRuleWhateverIsMeasured() throws Exception {
        for (long line : new long[] {50_000, MIB, 100 * MIB, 1000 * MIB}) {
            linePerS = line;
            writtenPerS = line * 3;
            Map<?, ?> row = advice("-s 2 r0");
            double rate = ((Number) row.get("rateBytesPerSecond")).doubleValue();
            double memlimit = size(value(row, "memlimit"));
            int koCount = Integer.parseInt(value(row, "ko-count"));
            assertThat(memlimit / rate).isLessThan(6 * koCount);
            assertThat(koCount).isBetween(7, 200);
            assertThat(size(value(row, "congestion-fill"))).isLessThan(memlimit * 2);
            assertThat(Integer.parseInt(value(row, "max-buffers"))).isBetween(2048, 131072);
        }
    }

    @Test
    void shouldSayThatTheLineMayTakeMoreWhenNothingWaits() throws Exception {
        linePerS = 500 * MIB;
        writtenPerS = MIB;
        second = 10;
        assertThat(gogo.run("forebay:advise r0"))
                .contains("line at least 512 KiB/s")
                .contains("# the line was not full\n    bwlimit = 0\n");
        assertThat(gogo.run("forebay:advise --wan 100M r0")).contains("line 100 MiB/s");
    }

    @Test
    void shouldComputeWithTheLimitThatIsInForce() throws Exception {
        limit = new Limit(BandwidthSchedule.always(2 * MIB), 2 * MIB, Optional.empty());
        assertThat(gogo.run("forebay:advise r0")).contains("line 2 MiB/s").contains("# as it is\n    bwlimit = 2M\n");
        limitOfAll = new Limit(BandwidthSchedule.always(MIB), MIB, Optional.empty());
        assertThat(gogo.run("forebay:advise r0")).contains("line 1 MiB/s").contains("# as it is\n    bwlimit = 2M\n");
        limit = Limit.NONE;
        assertThat(gogo.run("forebay:advise r0")).contains("# all relays together have a limit\n    bwlimit = 0\n");
    }

    @Test
    void shouldWantAMemlimitThatLetsALongLineBeFull() throws Exception {
        writtenPerS = MIB;
        assertThat(gogo.run("forebay:advise --wan 100M r0"))
                .contains("# an eighth of it is what a full line of this length holds\n    memlimit = 81M\n");
    }

    @Test
    void shouldWantAtLeastTwiceAMemlimitThatWasFull() throws Exception {
        stalls = 12;
        writtenPerS = MIB;
        assertThat(gogo.run("forebay:advise r0")).contains("# the BAB was full 12 times\n    memlimit = 32M\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            advise r9                 | There is no relay r9: see forebay:list.
            advise                    | No relay is named: name some, see forebay:list.
            advise --seconds 0 r0     | --seconds 0 is not from 1 to 600: write for example --seconds 30.
            advise --wan fast r0      | --wan fast is not a size: use bytes with k, M, G or T, for example 64M.
            advise --ko-count 201 r0  | --timeout 60 --ko-count 201 is not what DRBD has: write both as in drbd.conf.""")
    void shouldRefuseWhatItCannotAnswer(String command, String sentence) {
        assertThatThrownBy(() -> gogo.run("forebay:" + command)).hasToString(sentence);
    }

    @Test
    void shouldAskForALoadWhenNothingWasSent() {
        writtenPerS = 0;
        second = 100;
        assertThatThrownBy(() -> gogo.run("forebay:advise r0"))
                .hasToString(
                        "Nothing went over the line of r0 in 10 s, so it is not known what it takes: ask again under"
                                + " load, or say it, for example --wan 12M.");
    }

    private Map<?, ?> advice(String arguments) throws Exception {
        return (Map<?, ?>) JSON.std
                .listFrom(gogo.run("forebay:advise --json " + arguments))
                .get(0);
    }

    private static String value(Map<?, ?> row, String key) {
        return ((List<?>) row.get("lines"))
                .stream()
                        .map(line -> (Map<?, ?>) line)
                        .filter(line -> key.equals(line.get("key")))
                        .map(line -> (String) line.get("value"))
                        .findFirst()
                        .orElseThrow();
    }

    private static double size(String text) {
        return ByteCount.parse(text);
    }
}
