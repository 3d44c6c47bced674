/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import io.forebay.api.relay.BandwidthSchedule;
import io.forebay.api.relay.BandwidthSchedule.Change;
import io.forebay.api.relay.BandwidthStatus.Limit;
import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.ChannelStatus.Compression;
import io.forebay.api.relay.Leg;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.testkit.GogoShell;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as they are typed, in Gogo itself. */
class RelayCommandsTest {

    @TempDir
    private Path home;

    private GogoShell gogo;

    @BeforeEach
    void start() {
        gogo = shell(
                Samples.relays(Samples.healthy("r0"), Samples.relay("r1", "inside 10.0.0.1:7788 is in use")), home);
    }

    private static GogoShell shell(Relays relays, Path home) {
        GogoShell shell = new GogoShell(home);
        shell.processor().addConverter(new ListingConverter());
        shell.addCommands(
                "forebay",
                new RelayCommands(relays),
                "list",
                "diag",
                "connections",
                "memusage",
                "stats",
                "details",
                "_names");
        return shell;
    }

    @AfterEach
    void stop() {
        gogo.close();
    }

    @Test
    void shouldListRelaysOnALineEach() throws Exception {
        assertThat(gogo.run("forebay:list")).isEqualTo("""
                Name  Resource     State                 Codec         Allocator  Memlimit  Held   Backlog  Bwlimit  Problem
                r0    r0-resource  established (2 of 2)  zstd level 7  direct     16 MiB    3 MiB  3.8 MiB  none     -
                r1    r1-resource  no channels           zstd level 7  direct     16 MiB    3 MiB  0 B      none     inside 10.0.0.1:7788 is in use\
                """);
    }

    @Test
    void shouldListOnlyTheNamedRelays() throws Exception {
        assertThat(gogo.run("forebay:list r1").lines()).hasSize(2);
        assertThat(gogo.run("forebay:list r1 r0").lines()).hasSize(3);
        assertThat(gogo.run("list r1")).isEqualTo(gogo.run("forebay:list r1"));
    }

    @Test
    void shouldSayOfEveryRelayWhatIsBrokenAndWhatToCheck() throws Exception {
        assertThat(gogo.run("forebay:diag")).isEqualTo("r0: healthy\nr1: healthy");
    }

    @Test
    void shouldSayTheMostBrokenFirst() throws Exception {
        stop();
        gogo = shell(
                Samples.relays(
                        Samples.healthy("a"),
                        broken("b", ChannelState.ESTABLISHED, ChannelState.CONNECTING, Leg.INSIDE_TO_DRBD),
                        broken("c", ChannelState.WAITING, ChannelState.BRIDGING, Leg.OUTSIDE_TO_PEER),
                        broken("d", ChannelState.RESUMING, ChannelState.ESTABLISHED, Leg.PEER_TO_OUTSIDE)),
                home);
        assertThat(gogo.run("forebay:diag")).isEqualTo("""
                c: OUTSIDE_TO_PEER is missing.
                   Check: that it "runs".
                b: INSIDE_TO_DRBD is missing.
                   Check: that it "runs".
                d: PEER_TO_OUTSIDE is missing.
                   Check: that it "runs".
                a: healthy""");
        assertThat(gogo.run("forebay:diag a b").lines().findFirst()).contains("b: INSIDE_TO_DRBD is missing.");
        assertThat(JSON.std.listFrom(gogo.run("forebay:diag --json b")).get(0))
                .hasToString("{relay=b, healthy=false, acceptor=established, connector=connecting, "
                        + "leg=inside_to_drbd, from=10.0.0.1, to=10.0.0.2:7788, since=2026-11-01T12:00:00Z, "
                        + "error=connection refused, sentence=INSIDE_TO_DRBD is missing., check=that it \"runs\".}");
    }

    private static RelayStatus broken(String name, ChannelState acceptor, ChannelState connector, Leg leg) {
        return Samples.relay(name, "", Samples.broken(acceptor, connector, leg));
    }

    @Test
    void shouldShowConnectionsInTheLayoutOfDrx() throws Exception {
        assertThat(gogo.run("forebay:connections r0")).isEqualTo("""
                Name  Type  <local replicator>  State           <local forebay>  State           <remote forebay>
                r0    data  (replicator)        -established->  (forebay)        <-bridged-----  (remote)
                r0    meta  (replicator)        <-established-  (forebay)        -----bridged->  (remote)
                All connections : 2, Established : 2""");
    }

    @Test
    void shouldShowAddressesTimeAndReasonWhenVerbose() throws Exception {
        String expected = """
                Name  Type  <local replicator>  State           <local forebay>                 State           <remote forebay>  Channel  Since                 Reason
                r0    data  10.0.0.2:41234      -established->  10.0.0.1:7788 / 192.0.2.1:7789  <-bridged-----  192.0.2.2:50000   1        2026-11-01T12:00:00Z  established: because
                r0    meta  10.0.0.2:7788       <-established-  10.0.0.1:7788 / 192.0.2.1:7789  -----bridged->  192.0.2.2:7789    2        2026-11-01T12:00:00Z  established: because
                All connections : 2, Established : 2""";
        assertThat(gogo.run("forebay:connections -v r0")).isEqualTo(expected);
        assertThat(gogo.run("forebay:connections r0 --verbose")).isEqualTo(expected);
    }

    @Test
    void shouldShowMemoryAndPositions() throws Exception {
        assertThat(gogo.run("forebay:memusage r0")).isEqualTo("""
                Name  Allocator  Memlimit  Held   Used    Peak   Segments
                r0    direct     16 MiB    3 MiB  18.8 %  5 MiB  3 of 1 MiB

                Name  Channel  Type  Role       Direction  Held   Backlog  Received  Sent     Confirmed
                r0    1        data  acceptor   transmit   2 MiB  1.9 MiB  3000000   2000000  1000000
                r0    1        data  acceptor   receive    1 MiB  1000 B   5000      5000     4000
                r0    2        meta  connector  transmit   2 MiB  1.9 MiB  3000000   2000000  1000000
                r0    2        meta  connector  receive    1 MiB  1000 B   5000      5000     4000""");
    }

    @Test
    void shouldShowTrafficByChannelAndDirection() throws Exception {
        assertThat(gogo.run("forebay:stats r0")).isEqualTo("""
                Name  Channel  Type  Role       Direction  In       Wire       Ratio  Records  Raw  Stalls  Backlog  Round trip  Bwlimit
                r0    1        data  acceptor   transmit   2.9 MiB  781.3 KiB  2.50   120      7    3       1.9 MiB  25.30 ms    none
                r0    1        data  acceptor   receive    4.9 KiB  5.9 KiB    0.83   40       40   0       1000 B   25.30 ms    none
                r0    2        meta  connector  transmit   2.9 MiB  781.3 KiB  2.50   120      7    3       1.9 MiB  25.30 ms    none
                r0    2        meta  connector  receive    4.9 KiB  5.9 KiB    0.83   40       40   0       1000 B   25.30 ms    none""");
    }

    @Test
    void shouldShowWhatCompressionChoseAndSaved() {
        Compression chosen = new Compression(
                "zstd",
                "level 4",
                "level 1",
                "level 9",
                3,
                120,
                30 << 20,
                12 << 20,
                7,
                1 << 20,
                2_000_000_000,
                1_000_000_000,
                5_000_000_000L);
        ChannelStatus sample = Samples.channel(1, ChannelRole.ACCEPTOR, ChannelType.DATA, ChannelState.ESTABLISHED);
        ChannelStatus channel = new ChannelStatus(
                sample.id(),
                sample.role(),
                sample.type(),
                sample.state(),
                sample.reason(),
                sample.since(),
                sample.drbdAddress(),
                sample.peerAddress(),
                sample.drbd(),
                sample.transmit().with(chosen),
                sample.receive(),
                sample.roundTripNs());
        assertThat(TrafficTable.text(TrafficTable.rows("r0", List.of(channel), BandwidthText.of(Limit.NONE)))
                        .split("\n\n")[1])
                .isEqualTo("""
                Name  Channel  Codec  Level    Bounds              Moves  Blocks  Of      To      Left raw  Of     Line scarce  CPU scarce
                r0    1        zstd   level 4  level 1 to level 9  3      120     30 MiB  12 MiB  7         1 MiB  25.0 %       12.5 %""");
    }

    @Test
    void shouldShowPacketsByType() throws Exception {
        assertThat(gogo.run("forebay:details r0").split("\n\n")[0]).isEqualTo("""
                r0, channel 1 (data, acceptor): established, DRBD connected
                  Packet     Transmitted  Bytes    Received  Bytes
                  P_BARRIER  9            288 B    1         32 B
                  P_DATA     100          2.8 MiB  0         0 B
                  packets received are not counted by type any more: lost""");
    }

    @Test
    void shouldShowTheLimitInForceAndWhenItChanges() throws Exception {
        BandwidthSchedule schedule = BandwidthSchedule.parse("mon-fri 08:00-18:00 10M, otherwise 100M");
        Change evening = new Change(ZonedDateTime.parse("2026-11-20T18:00+01:00"), 100 << 20);
        Limit office = new Limit(schedule, 10 << 20, Optional.of(evening));
        gogo.close();
        gogo = shell(Samples.relays(Samples.limited(Samples.healthy("r0"), office, Limit.NONE)), home);
        assertThat(gogo.run("forebay:list")).contains("  10 MiB/s until Fri 18:00  -");
        assertThat(gogo.run("forebay:stats").lines().map(line -> line.replaceFirst(".*ms +", "")))
                .containsExactly(
                        gogo.run("forebay:stats").lines().findFirst().orElseThrow(),
                        "10 MiB/s until Fri 18:00",
                        "none",
                        "none",
                        "none");
        Map<?, ?> row =
                (Map<?, ?>) JSON.std.listFrom(gogo.run("forebay:list --json")).get(0);
        assertThat((Map<?, ?>) row.get("bwlimit"))
                .hasToString(
                        "{schedule=" + schedule
                                + ", bytesPerS=10485760, nextChange=2026-11-20T18:00+01:00, nextBytesPerS=104857600, until=Fri 18:00}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "diag", "connections", "memusage", "stats", "details"})
    void shouldGiveTheSameRowsAsJson(String command) throws Exception {
        List<Object> rows = JSON.std.listFrom(gogo.run("forebay:" + command + " --json r0"));
        assertThat(rows)
                .isNotEmpty()
                .allSatisfy(row -> assertThat(((Map<?, ?>) row).get("relay")).isEqualTo("r0"));
    }

    @Test
    void shouldKeepNumbersNumbersInJson() throws Exception {
        List<Object> rows = JSON.std.listFrom(gogo.run("forebay:memusage -j r0"));
        Map<?, ?> relay = (Map<?, ?>) rows.get(0);
        assertThat(relay.get("limitBytes")).isEqualTo(16 << 20);
        assertThat(relay.get("heldPercent")).isEqualTo(18.8);
        Map<?, ?> channel = (Map<?, ?>) ((List<?>) relay.get("channels")).get(0);
        assertThat(((Map<?, ?>) channel.get("transmit")).get("received")).isEqualTo(3_000_000);
        assertThat(JSON.std.listFrom(gogo.run("forebay:connections --json r1"))).isEmpty();
    }

    @Test
    void shouldBeOfUseInAPipe() throws Exception {
        assertThat(gogo.run("forebay:list | grep r1")).contains("is in use").doesNotContain("r0-resource");
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "diag", "connections", "memusage", "stats", "details"})
    void shouldNameTheRelaysThereAreWhenAskedForAnother(String command) {
        assertThatThrownBy(() -> gogo.run("forebay:" + command + " r0 r9"))
                .hasToString("There is no relay r9: there are r0, r1.");
    }

    @Test
    void shouldNotTakeAnUnknownOptionForARelay() {
        assertThatThrownBy(() -> gogo.run("forebay:list --jsn"))
                .hasToString("There is no option --jsn of this command: see help and the command's name.");
    }

    @Test
    void shouldSayWhatToDoWhenThereIsNoRelay() {
        RelayCommands commands = new RelayCommands(Samples.relays());
        assertThat(commands.list(false).text())
                .startsWith("There is no relay: add a file etc/io.forebay.relay-NAME.cfg");
        assertThat(commands.diag(false).text()).isEqualTo(commands.list(false).text());
        assertThat(commands.connections(false, false).text()).endsWith("\nAll connections : 0, Established : 0");
        assertThat(commands.details(false).text()).isEqualTo("There is no channel.");
        assertThatThrownBy(() -> commands.stats(false, "r0"))
                .hasToString("There is no relay r0: there is none at all.");
    }

    @Test
    void shouldDescribeEveryCommandAndParameterInHelp() throws Exception {
        for (String command : List.of("list", "diag", "connections", "memusage", "stats", "details")) {
            assertThat(gogo.run("gogo:help forebay:" + command))
                    .contains(
                            "\n" + command + " - ", "-j, --json   print JSON", "names of relays; all if none is named")
                    .doesNotContain("null");
        }
    }

    @Test
    void shouldOfferNamesForCompletion() {
        assertThat(new RelayCommands(Samples.relays(Samples.healthy("a"), Samples.healthy("b")))._names())
                .containsExactly("a", "b");
    }
}
