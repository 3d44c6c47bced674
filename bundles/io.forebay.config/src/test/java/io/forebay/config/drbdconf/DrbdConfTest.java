/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxySection;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read from configurations that are right. That drbdadm reads the same is shown in itests/drbdadm. */
class DrbdConfTest {

    private static List<ProxySection> sections(String file, String host) throws DrbdConfException {
        return DrbdConf.read(Path.of("src/test/resources/drbdconf", file)).connections(host);
    }

    private static List<ProxyConnection> relays(String file, String host) throws DrbdConfException {
        return sections(file, host).stream().map(ProxySection::connection).toList();
    }

    private static List<String> commands(String file, String host) throws DrbdConfException {
        return relays(file, host).stream()
                .flatMap(relay -> relay.commands().stream())
                .toList();
    }

    @Test
    void shouldTellAllOfARelay() throws DrbdConfException {
        assertThat(sections("two-sites.res", "oslo")).singleElement().satisfies(section -> {
            ProxyConnection relay = section.connection();
            assertThat(relay.name()).isEqualTo("orders-lima-oslo");
            assertThat(section.resource()).isEqualTo("orders");
            assertThat(relay.inside()).isEqualTo("127.0.0.1:7321");
            assertThat(relay.drbd()).isEqualTo("127.0.0.1:7021");
            assertThat(relay.outside()).isEqualTo("198.51.100.10:7421");
            assertThat(relay.peer()).isEqualTo("198.51.100.20:7421");
            assertThat(relay.options())
                    .hasToString("{compression=1, sndbuf-size=1M, rcvbuf-size=512k, read-loops=3, ping-timeout=150,"
                            + " bwlimit=3M, memlimit=2G}");
            assertThat(relay.plugins()).containsExactly("noop", "lz4", "zlib level 6");
            assertThat(section.place()).endsWith("two-sites.res:20:9");
        });
    }

    @Test
    void shouldTurnRoundWhatTheOtherEndInherits() throws DrbdConfException {
        assertThat(commands("two-sites.res", "lima"))
                .containsExactly(
                        "add connection orders-oslo-lima 127.0.0.1:7021 198.51.100.10:7421 198.51.100.20:7421"
                                + " 127.0.0.1:7321 --compression=1 --sndbuf-size=1M --rcvbuf-size=512k --bwlimit=12M"
                                + " --read-loops=3 --memlimit=768M --ping-timeout=150",
                        "set compression orders-oslo-lima 1",
                        "set sndbuf-size orders-oslo-lima 1M",
                        "set rcvbuf-size orders-oslo-lima 512k",
                        "set bwlimit orders-oslo-lima 12M",
                        "set read-loops orders-oslo-lima 3",
                        "set memlimit orders-oslo-lima 768M",
                        "set ping-timeout orders-oslo-lima 150",
                        "set plugin orders-oslo-lima 0 noop",
                        "set plugin orders-oslo-lima 1 zlib level 6",
                        "set plugin orders-oslo-lima 2 END");
    }

    @Test
    void shouldSendNothingButTheConnectionWhenNothingIsConfigured() throws DrbdConfException {
        assertThat(commands("floating.res", "oslo"))
                .containsExactly("add connection cache-lima-oslo 10.30.0.5:7391 198.51.100.20:7491 198.51.100.10:7491"
                        + " 10.30.0.5:7091");
    }

    @Test
    void shouldPutIpv6AddressesIntoBrackets() throws DrbdConfException {
        assertThat(commands("ipv6.res", "lima"))
                .containsExactly("add connection dns-oslo-lima [0:0:0:0:0:0:0:1]:7361 [2001:db8:a:0:0:0:0:10]:7461"
                        + " [2001:db8:b:0:0:0:0:20]:7461 [0:0:0:0:0:0:0:1]:7061");
    }

    @Test
    void shouldMergeThreeLevelsAsDrbdadm9DoesIt() throws DrbdConfException {
        assertThat(relays("levels.res", "oslo")).singleElement().satisfies(relay -> {
            assertThat(relay.plugins())
                    .containsExactly(
                            "zstd level 2", "zlib level 1", "x-first", "x-second 2", "lz4", "noop", "x-last a b");
            assertThat(relay.options())
                    .hasToString("{ping-timeout=30, rcvbuf-size=1M, bwlimit=5M, sndbuf-size=2M, read-loops=4,"
                            + " memlimit=300M}");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "relay-hosts.res,gate2,mail-gate-lima-gate1_gate2",
        "relay-hosts.res,GATE1,mail-gate-lima-gate1_gate2",
        "relay-hosts.res,oslo,",
        "nine.res,oslo,media-lima-oslo",
        "nine.res,turku,media-lima-turku",
        "nine.res,lima,media-oslo-lima media-turku-lima",
        "shared-relay.res,gate1,logs-gate-lima-gate1 logs-gate-lima-gate1",
        "stacked.res,oslo,upper-quito-oslo_turku",
        "stacked.res,cusco,both-quito-lima_cusco",
        "stacked.res,quito,upper-oslo_turku-quito both-lima_cusco-quito",
        "words.res,lima,words.and_more-1-oslo-lima",
        "included/drbd.conf,oslo,templated-lima-oslo other-lima-oslo",
    })
    void shouldFindTheRelaysOfAHostInTheOrderOfTheConfiguration(String file, String host, String names)
            throws DrbdConfException {
        assertThat(relays(file, host))
                .extracting(ProxyConnection::name)
                .containsExactly(names == null ? new String[0] : names.split(" "));
    }

    @Test
    void shouldTakeFromTheHostSectionWhatTheHostStatementLacks() throws DrbdConfException {
        assertThat(relays("nine.res", "turku").get(0).drbd()).isEqualTo("10.30.0.6:7040");
        assertThat(relays("nine.res", "lima").get(1).drbd()).isEqualTo("10.40.0.5:7042");
    }

    @Test
    void shouldKeepTwoRelaysThatShareTheirName() throws DrbdConfException {
        assertThat(relays("shared-relay.res", "gate1"))
                .extracting(ProxyConnection::inside)
                .containsExactly("10.30.0.9:7052", "10.30.0.9:7051");
    }

    @Test
    void shouldCutWordsOfPluginsAsDrbdadmDoesIt() throws DrbdConfException {
        assertThat(relays("words.res", "oslo").get(0).plugins())
                .containsExactly(
                        "x-marks @ + , [ ] { !",
                        "quoted words with \"more\" \\ inside on proxy host",
                        "x-net peer 2001:db8::7 fe80::1%wan0 and 192.0.2.7 : 99 at a : b x :: y",
                        "zstd level = 7");
    }

    @Test
    void shouldTakeTheTemplateInsteadOfCommon() throws DrbdConfException {
        assertThat(relays("included/drbd.conf", "lima"))
                .extracting(relay -> relay.options().get("memlimit"), ProxyConnection::plugins)
                .containsExactly(tuple("7M", List.of()), tuple("48M", List.of("lz4")));
    }

    @Test
    void shouldNameTheProxyHostsThereAre() throws DrbdConfException {
        assertThat(DrbdConf.read(Path.of("src/test/resources/drbdconf/relay-hosts.res"))
                        .proxyHosts())
                .containsExactly("gate-lima", "gate1", "gate2");
    }
}
