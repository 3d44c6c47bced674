/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.api.proxy.ProxyRefusedException;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.testkit.StubRelays;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyListingsTest {

    private static ProxyListings listings(RelayStatus... relays) {
        return new ProxyListings(new StubRelays(relays), line -> "what " + line + " prints", "1.2.3");
    }

    private static String text(ProxyAnswer answer) {
        assertThat(answer).returns(0, ProxyAnswer::status).returns("", ProxyAnswer::err);
        assertThat(answer.out()).endsWith("\n");
        return answer.out();
    }

    private static List<List<String>> cells(ProxyAnswer answer) {
        return text(answer)
                .lines()
                .map(line -> Arrays.asList(line.split("\t", -1)))
                .toList();
    }

    @Test
    void shouldListConnectionsWithTabsAndBytesForPrograms() {
        assertThat(cells(listings(SampleRelays.connected("r1")).connections()))
                .containsExactly(
                        List.of(
                                "Name",
                                "Status",
                                "Inside",
                                "DRBD",
                                "Outside",
                                "Peer",
                                "Memlimit",
                                "Held",
                                "Backlog",
                                "Since",
                                "Remark"),
                        List.of(
                                "r1",
                                "Connected",
                                "127.0.0.1:7815",
                                "127.0.0.1:7915",
                                "192.0.2.1:7715",
                                "peer.example:7715",
                                "536870912",
                                "3145728",
                                "4002000",
                                "2026-11-01T12:00:00Z",
                                "-"));
    }

    @Test
    void shouldListConnectionsInColumnsWithUnitsForPeople() {
        assertThat(text(listings(SampleRelays.connected("r1")).hconnections())).isEqualTo("""
                Name  Status     Inside          DRBD            Outside         Peer               Memlimit  Held   Backlog  Since                 Remark
                r1    Connected  127.0.0.1:7815  127.0.0.1:7915  192.0.2.1:7715  peer.example:7715  512 MiB   3 MiB  3.8 MiB  2026-11-01T12:00:00Z  -
                """);
    }

    @ParameterizedTest
    @CsvSource({
        "true,  BRIDGING,    '',          Connected",
        "false, BRIDGING,    '',          Connecting",
        "false, BRIDGING,    192.0.2.2:1, Connecting",
        "false, RESUMING,    192.0.2.2:1, Connecting",
        "false, WAITING,     '',          Connecting",
        "false, WAITING,     192.0.2.2:1, ProxyConnected",
        "false, ESTABLISHED, 192.0.2.2:1, ProxyConnected",
    })
    void shouldNameTheStatesOfVersion4(boolean healthy, ChannelState state, String peerAddress, String status) {
        RelayStatus relay = SampleRelays.relay(
                "r1",
                healthy,
                SampleRelays.channel(ChannelRole.CONNECTOR, ChannelType.UNDEFINED, ChannelState.BRIDGING, ""),
                SampleRelays.channel(ChannelRole.ACCEPTOR, ChannelType.DATA, state, peerAddress));
        assertThat(cells(listings(relay).connections()).get(1).get(1)).isEqualTo(status);
        assertThat(text(listings(relay).statistics())).startsWith("r1\t-\t-\tstatus\t" + status + "\n");
    }

    @Test
    void shouldRemarkOnWhatIsWrong() {
        RelaySettings settings = SampleRelays.settings("r2", "none", "etc/r2.cfg");
        assertThat(cells(listings(
                                SampleRelays.relay("r1", false),
                                SampleRelays.relay(settings, "inside is in use", false))
                        .connections()))
                .extracting(row -> row.get(10))
                .containsExactly("Remark", "the peer cannot be reached.", "inside is in use");
    }

    @Test
    void shouldListChannelsWithAllFieldsInEveryLine() {
        List<List<String>> rows = cells(listings(SampleRelays.connected("r1"), SampleRelays.relay("r2", false))
                .subconnections());
        assertThat(rows)
                .containsExactly(
                        List.of(
                                "Name",
                                "Status",
                                "Type",
                                "Role",
                                "DRBD",
                                "Peer",
                                "Since",
                                "From-DRBD",
                                "To-WAN",
                                "From-WAN",
                                "To-DRBD",
                                "Backlog",
                                "Held",
                                "Stalls",
                                "Round-trip",
                                "Reason"),
                        List.of(
                                "r1",
                                "established",
                                "data",
                                "acceptor",
                                "127.0.0.1:41234",
                                "192.0.2.2:50000",
                                "2026-11-01T12:00:00Z",
                                "3000000",
                                "800000",
                                "6000",
                                "4500",
                                "2001000",
                                "3145728",
                                "4",
                                "25300000",
                                "because"),
                        List.of(
                                "r1",
                                "established",
                                "meta",
                                "connector",
                                "127.0.0.1:41234",
                                "192.0.2.2:7715",
                                "2026-11-01T12:00:00Z",
                                "3000000",
                                "800000",
                                "6000",
                                "4500",
                                "2001000",
                                "3145728",
                                "4",
                                "0",
                                "-"));
        assertThat(rows)
                .allSatisfy(row -> assertThat(row)
                        .as("the manual's example cuts fields 2, 9 and 13")
                        .hasSizeGreaterThanOrEqualTo(13));
    }

    @Test
    void shouldListChannelsInColumnsWithUnitsForPeople() {
        assertThat(text(listings(SampleRelays.connected("r1")).hsubconnections()))
                .isEqualTo("""
                Name  Status       Type  Role       DRBD             Peer             Since                 From-DRBD  To-WAN     From-WAN  To-DRBD  Backlog  Held   Stalls  Round-trip  Reason
                r1    established  data  acceptor   127.0.0.1:41234  192.0.2.2:50000  2026-11-01T12:00:00Z  2.9 MiB    781.3 KiB  5.9 KiB   4.4 KiB  1.9 MiB  3 MiB  4       25.3 ms     because
                r1    established  meta  connector  127.0.0.1:41234  192.0.2.2:7715   2026-11-01T12:00:00Z  2.9 MiB    781.3 KiB  5.9 KiB   4.4 KiB  1.9 MiB  3 MiB  4       -           -
                """);
    }

    @Test
    void shouldListOnlyTheTitlesWhenThereIsNoRelay() {
        ProxyListings none = listings();
        assertThat(none.connections().out().lines()).hasSize(1);
        assertThat(none.hconnections().out().lines()).hasSize(1);
        assertThat(none.subconnections().out().lines()).hasSize(1);
        assertThat(none.hsubconnections().out().lines()).hasSize(1);
        assertThat(none.statistics()).isEqualTo(ProxyAnswer.NOTHING);
    }

    @Test
    void shouldGiveEveryCounterALineOfFiveFields() {
        List<List<String>> lines = cells(listings(SampleRelays.connected("r1")).statistics());
        assertThat(lines)
                .hasSize(4 + 2 * (2 + 2 * 9))
                .allSatisfy(line -> assertThat(line).hasSize(5));
        assertThat(lines)
                .doesNotHaveDuplicates()
                .contains(
                        List.of("r1", "-", "-", "status", "Connected"),
                        List.of("r1", "-", "-", "memlimit-bytes", "536870912"),
                        List.of("r1", "-", "-", "held-bytes", "3145728"),
                        List.of("r1", "-", "-", "peak-bytes", "5242880"),
                        List.of("r1", "data.1", "-", "state", "established"),
                        List.of("r1", "data.1", "-", "round-trip-ns", "25300000"),
                        List.of("r1", "data.1", "transmit", "received-bytes", "3000000"),
                        List.of("r1", "data.1", "transmit", "sent-bytes", "2000000"),
                        List.of("r1", "data.1", "transmit", "confirmed-bytes", "1000000"),
                        List.of("r1", "data.1", "transmit", "backlog-bytes", "2000000"),
                        List.of("r1", "data.1", "transmit", "wire-bytes", "800000"),
                        List.of("r1", "data.1", "transmit", "records", "120"),
                        List.of("r1", "data.1", "transmit", "raw-records", "7"),
                        List.of("r1", "data.1", "transmit", "held-bytes", "2097152"),
                        List.of("r1", "data.1", "transmit", "stalls", "3"),
                        List.of("r1", "meta.2", "receive", "sent-bytes", "4500"));
    }

    @Test
    void shouldListPluginsAsBlocksThatLcmcParses() {
        String text = text(listings().plugins());
        assertThat(text.strip().split("\n\n"))
                .hasSize(3)
                .allSatisfy(block -> assertThat(block).matches("Plugin: (lz4|zlib|zstd) \\*\\w+\\*.*compress.*"));
        assertThat(text).doesNotContain("\n\n\n");
    }

    @Test
    void shouldListAVendorsCodec() {
        StubRelays relays = new StubRelays().with(StubRelays.codec("fpga"));
        assertThat(text(new ProxyListings(relays, line -> line, "1").plugins()))
                .isEqualTo("Plugin: fpga compresses, a vendor's codec\n");
    }

    @Test
    void shouldAskTheShellForWhatItListsAlready() throws ProxyRefusedException {
        assertThat(text(listings().memusage())).isEqualTo("what forebay:memusage prints\n");
        assertThat(text(listings().details())).isEqualTo("what forebay:details prints\n");
        ProxyListings alone = new ProxyListings(
                new StubRelays(),
                line -> {
                    throw new ProxyRefusedException("there is no shell.");
                },
                "1");
        assertThatThrownBy(alone::memusage).hasMessage("there is no shell.");
    }
}
