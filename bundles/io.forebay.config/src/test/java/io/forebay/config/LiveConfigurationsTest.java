/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.relay.PlugInTargets;
import io.forebay.api.relay.RelayRefusedException;
import io.forebay.api.relay.RelaySettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Changes of running relays; {@code r0} is that of a file, {@code r1-b-a} that of a connection. */
@Timeout(60)
class LiveConfigurationsTest {

    private static final String UNTIL_ADJUST =
            "This lasts until the next drbdadm adjust, or until Forebay stops: to keep it, write it into drbd.conf.";

    private final RecordingRelays relays = new RecordingRelays();
    private final RelayOutcomes outcomes = new RelayOutcomes();
    private final MemoryConfigurationAdmin admin = new MemoryConfigurationAdmin(relays, outcomes);
    private final ProxyRelays connections =
            new ProxyRelays(admin, relays, outcomes, new DrbdConfSettings("/nowhere", ""), new HandDrivenTimer());
    private final LiveConfigurations live = new LiveConfigurations(admin, relays, connections, outcomes);

    @BeforeEach
    void start() throws Exception {
        admin.addFile("r0", lines(7000));
        connections.put(connection(7001, "zstd level 3", "resource shared"));
        relays.calls.clear();
    }

    @AfterEach
    void close() {
        connections.close();
        admin.close();
    }

    private static Map<String, Object> lines(int port) {
        Map<String, Object> lines = new HashMap<>();
        lines.put("inside", "10.0.0.1:" + port);
        lines.put("drbd", "10.0.0.2:" + port);
        lines.put("outside", "192.0.2.1:" + port);
        lines.put("peer", "192.0.2.2:" + port);
        lines.put("codec", "lz4");
        return lines;
    }

    private static ProxyConnection connection(int port, String... plugins) {
        return new ProxyConnection(
                "r1-b-a",
                "10.0.0.9:" + port,
                "192.0.2.2:" + port,
                "192.0.2.1:" + port,
                "10.0.0.1:" + port,
                Map.of("memlimit", "64M"),
                List.of(plugins));
    }

    private RelaySettings relay(String name) {
        return relays.running.get(name);
    }

    private List<String> plugins() {
        return connections.all().get(0).plugins();
    }

    private void assertRefused(String relay, String key, String value, String sentence) {
        Map<String, RelaySettings> before = Map.copyOf(relays.running);
        List<ProxyConnection> all = connections.all();
        assertThatThrownBy(() -> live.set(relay, key, value))
                .isInstanceOf(RelayRefusedException.class)
                .hasMessage(sentence);
        assertThat(relays.running).isEqualTo(before);
        assertThat(connections.all()).isEqualTo(all);
    }

    @Test
    void shouldChangeTheRelayOfAFileAndSayHowLongThatLasts() throws Exception {
        assertThat(live.set("r0", "codec", "zstd level 7"))
                .containsExactly("This lasts until etc/io.forebay.relay-r0.cfg changes, or until Forebay stops: to keep"
                        + " it, write codec = zstd level 7 there.");
        assertThat(relay("r0").codec()).hasToString("zstd level 7");
        assertThat(relay("r0").source()).isEqualTo("etc/io.forebay.relay-r0.cfg");
        live.set("r0", "memlimit", "2M");
        assertThat(relay("r0").memlimitBytes()).isEqualTo(2 << 20);
        assertThat(relay("r0").codec()).hasToString("zstd level 7");
        live.set("r0", "codec.target", "(bundle.version>=1.2)");
        assertThat(relay("r0").targets().codec()).isEqualTo("(bundle.version>=1.2)");
    }

    @Test
    void shouldDropATargetThatWasAboutAnotherPlugIn() throws Exception {
        live.set("r0", "codec.target", "(bundle.version>=1.2)");
        live.set("r0", "allocator.target", "(service.ranking>=1)");
        live.set("r0", "codec", "lz4 level 3");
        assertThat(relay("r0").targets()).isEqualTo(new PlugInTargets("(bundle.version>=1.2)", "(service.ranking>=1)"));
        assertThat(live.set("r0", "codec", "zstd"))
                .first()
                .isEqualTo("codec.target = (bundle.version>=1.2) is about lz4 and does not hold for zstd: it does again"
                        + " when lz4 is swapped back.");
        assertThat(relay("r0").targets()).isEqualTo(new PlugInTargets("", "(service.ranking>=1)"));
        assertThat(live.set("r0", "allocator", "heap")).first().asString().startsWith("allocator.target = (service.");
        assertThat(relay("r0").targets()).isEqualTo(PlugInTargets.ANY);
    }

    @Test
    void shouldBringATargetBackWithThePlugInThatItIsAbout() throws Exception {
        live.set("r0", "codec.target", "(bundle.version>=1.2)");
        live.set("r0", "codec", "zstd");
        live.set("r0", "codec.target", "(service.ranking>=5)");
        assertThat(live.set("r0", "codec", "lz4 level 9"))
                .startsWith(
                        "codec.target = (service.ranking>=5) is about zstd and does not hold for lz4: it does again when"
                                + " zstd is swapped back.",
                        "codec.target = (bundle.version>=1.2) holds for it again.");
        assertThat(relay("r0").targets()).isEqualTo(new PlugInTargets("(bundle.version>=1.2)", ""));
        live.set("r0", "codec", "none");
        assertThat(relay("r0").targets()).isEqualTo(PlugInTargets.ANY);
        live.set("r0", "codec", "zstd level 1");
        assertThat(relay("r0").targets()).isEqualTo(new PlugInTargets("(service.ranking>=5)", ""));
    }

    @Test
    void shouldAskWhetherThePlugInIsThereWithTheTargetThatComesBack() throws Exception {
        live.set("r0", "allocator", "heap");
        live.set("r0", "allocator.target", "(service.ranking>=1)");
        live.set("r0", "allocator", "direct");
        relays.asked.clear();
        live.set("r0", "allocator", "heap");
        assertThat(relays.asked).containsExactly(new PlugInTargets("", "(service.ranking>=1)"));
    }

    @Test
    void shouldForgetTargetsThatWereKeptOnceTheFileChanges() throws Exception {
        live.set("r0", "codec.target", "(bundle.version>=1.2)");
        live.set("r0", "codec", "zstd");
        admin.addFile("r0", lines(7000));
        live.set("r0", "codec", "zstd");
        live.set("r0", "codec", "lz4");
        assertThat(relay("r0").targets()).isEqualTo(PlugInTargets.ANY);
    }

    @Test
    void shouldTakeTheFileAgainOnceItChanges() throws Exception {
        live.set("r0", "codec", "zstd");
        admin.addFile("r0", lines(7000));
        assertThat(relay("r0").codec()).hasToString("lz4");
        live.set("r0", "codec", "zstd");
        assertThat(relay("r0").codec()).hasToString("zstd");
    }

    @Test
    void shouldPutSettingsThatAreInForceAlreadyAgain() throws Exception {
        assertThat(live.set("r0", "codec", "lz4")).isEmpty();
        assertThat(live.set("r1-b-a", "codec", "zstd level 3")).isEmpty();
        assertThat(live.set("r1-b-a", "allocator", "direct")).isEmpty();
        assertThat(relays.calls).containsExactly("put r0 16777216", "put r1-b-a 67108864", "put r1-b-a 67108864");
        assertThat(plugins()).containsExactly("zstd level 3", "resource shared");
    }

    @Test
    void shouldWordTheRelayOfAConnectionAsSetPluginWould() throws Exception {
        assertThat(live.set("r1-b-a", "codec", "lz4")).containsExactly(UNTIL_ADJUST);
        assertThat(plugins()).containsExactly("lz4", "resource shared");
        live.set("r1-b-a", "allocator", "mapped");
        assertThat(plugins()).containsExactly("lz4", "resource shared", "allocator mapped");
        live.set("r1-b-a", "codec", "none");
        assertThat(plugins()).containsExactly("none", "resource shared", "allocator mapped");
        live.set("r1-b-a", "memlimit", "1G");
        assertThat(connections.all().get(0).options()).isEqualTo(Map.of("memlimit", "1G"));
        assertThat(relay("r1-b-a"))
                .returns("mapped", RelaySettings::allocator)
                .returns("shared", RelaySettings::resource)
                .returns(1L << 30, RelaySettings::memlimitBytes);
        assertThat(relay("r1-b-a").codec().isNone()).isTrue();
    }

    @Test
    void shouldLeaveTheWordsOfACodecThatIsTakenForAnotherAlone() throws Exception {
        connections.put(connection(7001, "lzma level 9"));
        live.set("r1-b-a", "codec", "zstd level 19");
        assertThat(plugins()).containsExactly("lzma level 9");
    }

    @Test
    void shouldPutOneCodecInThePlaceOfSeveral() throws Exception {
        connections.put(connection(7001, "noop", "zstd", "drain-timeout 5s", "lz4"));
        assertThat(live.set("r1-b-a", "codec", "zlib level 9")).containsExactly(UNTIL_ADJUST);
        assertThat(plugins()).containsExactly("noop", "zlib level 9", "drain-timeout 5s");
    }

    @Test
    void shouldChangeAnOptionWhereTheKeyWasSetAsOne() throws Exception {
        connections.put(connection(7001).with("allocator", "heap"));
        live.set("r1-b-a", "allocator", "mapped");
        assertThat(relay("r1-b-a").allocator()).isEqualTo("mapped");
        assertThat(plugins()).isEmpty();
    }

    @Test
    void shouldLeaveTheOrderOfTwinsAsItIs() throws Exception {
        connections.put(new ProxyConnection(
                "r1-b-a", "10.0.0.9:7002", "192.0.2.2:7002", "192.0.2.1:7002", "10.0.0.3:7002", Map.of(), List.of()));
        live.set("r1-b-a", "codec", "lz4");
        assertThat(connections.named("r1-b-a"))
                .extracting(ProxyConnection::inside)
                .containsExactly("10.0.0.9:7001", "10.0.0.9:7002");
        live.set("r1-b-a@10.0.0.9:7002", "codec", "zlib");
        assertThat(relay("r1-b-a@10.0.0.9:7002").codec()).hasToString("zlib");
        assertThat(relay("r1-b-a").codec()).hasToString("lz4");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            codec           | brotli level 1   | codec = brotli level 1: is no codec that is installed: use zstd.
            allocator       | numa             | allocator = numa: is not installed: use direct.
            codec           | none level 1     | codec = none level 1 gives options to no codec: write none\
             alone, or name a codec, for example zstd level 7.
            codec           | allocator heap x | codec = allocator heap x: is no codec that is installed: use zstd.
            allocator       | heap 3           | allocator = heap 3 is not the name of a BAB allocator: write heap, direct,\
             mapped, or a vendor's name in small letters, digits, dots and hyphens.
            codec.target    | (bundle.version  | codec.target = (bundle.version is not an OSGi filter: write for\
             example (bundle.version>=1.2).
            allocator.taget | x                | There is no key allocator.taget: did you mean allocator.target?
            """)
    void shouldRefuseForEveryRelayWhatCannotBe(String key, String value, String sentence) {
        assertRefused("r0", key, value, sentence);
        assertRefused("r1-b-a", key, value, sentence);
    }

    @Test
    void shouldRefuseWhatOneOfTheTwoKindsOfRelaysCannotHave() throws Exception {
        assertRefused(
                "r0",
                "memlimit",
                "12Q",
                "etc/io.forebay.relay-r0.cfg: memlimit = 12Q is not a size: use bytes with k, M, G or T, for example 64M.");
        assertRefused(
                "r1-b-a",
                "codec.target",
                "(service.ranking>=1)",
                "codec.target of r1-b-a cannot be changed here, because it is a relay of drbd-proxy-ctl: add its connection"
                        + " again, or write a file in etc for it instead.");
        assertRefused("r9", "codec", "lz4", "There is no relay r9: see forebay:list.");
    }

    @Test
    void shouldLeaveARelayAsItWasWhoseNewAddressAnotherHas() throws Exception {
        assertRefused(
                "r0",
                "inside",
                "10.0.0.9:7001",
                "etc/io.forebay.relay-r0.cfg: inside of r0 is taken by r1-b-a: give it another port.");
        assertThat(live.set("r0", "codec", "lz4")).isEmpty();
    }
}
