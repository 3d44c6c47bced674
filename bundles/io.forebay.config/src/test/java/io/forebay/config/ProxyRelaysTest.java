/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxyRefusedException;
import io.forebay.api.proxy.ProxySection;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.state.ChannelState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections, down to the relays that come of them. */
@Timeout(60)
class ProxyRelaysTest {

    private static final int MIB = 1 << 20;

    @TempDir
    private Path folder;

    private final RecordingRelays relays = new RecordingRelays();
    private final RelayOutcomes outcomes = new RelayOutcomes();
    private final MemoryConfigurationAdmin admin = new MemoryConfigurationAdmin(relays, outcomes);
    private final HandDrivenTimer timer = new HandDrivenTimer();
    private final ProxyRelays connections = proxyRelays("/nowhere/drbd.conf", "");

    private ProxyRelays proxyRelays(String drbdConf, String host) {
        return new ProxyRelays(admin, relays, outcomes, new DrbdConfSettings(drbdConf, host), timer);
    }

    @AfterEach
    void close() {
        connections.close();
        admin.close();
    }

    /** A connection with ports of its own; {@code node} is the last number of its DRBD's address. */
    private static ProxyConnection connection(String name, int port, int node, String... optionsAndValues) {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i < optionsAndValues.length; i += 2) {
            options.put(optionsAndValues[i], optionsAndValues[i + 1]);
        }
        return new ProxyConnection(
                name,
                "10.0.0.9:" + port,
                "192.0.2.2:" + port,
                "192.0.2.1:" + port,
                "10.0.0." + node + ":" + port,
                options,
                List.of());
    }

    /** The same with another port inside: a connection that moves. */
    private static ProxyConnection dialledAt(int port, ProxyConnection one) {
        return new ProxyConnection(
                one.name(), "10.0.0.9:" + port, one.peer(), one.outside(), one.drbd(), one.options(), one.plugins());
    }

    private RelaySettings relay(String name) {
        assertThat(relays.running).containsKey(name);
        return relays.running.get(name);
    }

    private void assertRefused(ProxyConnection wanted, String sentence) {
        List<ProxyConnection> before = connections.all();
        Map<String, RelaySettings> running = Map.copyOf(relays.running);
        assertThatThrownBy(() -> connections.put(wanted))
                .isInstanceOf(ProxyRefusedException.class)
                .hasMessage(sentence);
        assertThat(connections.all()).isEqualTo(before);
        assertThat(relays.running).isEqualTo(running);
    }

    @Test
    void shouldHaveTheRelayInForceOnceItHasAnswered() throws Exception {
        assertThat(connections.add(connection("r0-b-a", 7000, 1, "memlimit", "64M")))
                .isEmpty();
        RelaySettings relay = relay("r0-b-a");
        assertThat(relay.source()).isEqualTo("drbd-proxy-ctl");
        assertThat(relay.memlimitBytes()).isEqualTo(64 * MIB);
        assertThat(relay.addresses().inside()).hasToString("/10.0.0.9:7000");
        assertThat(relay.addresses().peer()).hasToString("/192.0.2.2:7000");
        assertThat(relay.addresses().outside()).hasToString("/192.0.2.1:7000");
        assertThat(relay.addresses().drbd()).hasToString("/10.0.0.1:7000");
        assertThat(connections.remove("r0-b-a")).isTrue();
        assertThat(relays.running).isEmpty();
        assertThat(admin.size()).isZero();
        assertThat(connections.remove("r0-b-a")).isFalse();
    }

    @Test
    void shouldGiveBothEndsTheSameResourceOfTheirOutsideAddresses() throws Exception {
        connections.add(new ProxyConnection(
                "r0-b-a", "127.0.0.1:1", "[fd00::2]:7", "192.0.2.1:7", "127.0.0.1:2", Map.of(), List.of()));
        connections.add(new ProxyConnection(
                "r0-a-b", "127.0.0.1:3", "192.0.2.1:7", "[fd00:0::2]:7", "127.0.0.2:4", Map.of(), List.of()));
        assertThat(relay("r0-b-a").resource()).isEqualTo("192.0.2.1:7-[fd00:0:0:0:0:0:0:2]:7");
        assertThat(relay("r0-a-b").resource()).isEqualTo(relay("r0-b-a").resource());
    }

    @Test
    void shouldInterruptNothingWhenAddedAgain() throws Exception {
        connections.add(connection("r0-b-a", 7000, 1, "memlimit", "64M"));
        connections.put(connections.all().get(0).with(0, "zstd level 7"));
        List<String> calls = List.copyOf(relays.calls);
        connections.add(connection("r0-b-a", 7000, 1));
        connections.add(connection("r0-b-a", 7000, 1, "memlimit", "64M"));
        connections.put(connections.all().get(0));
        assertThat(relays.calls).isEqualTo(calls);
        connections.add(connection("r0-b-a", 7000, 1, "bwlimit", "1M"));
        assertThat(connections.all())
                .containsExactly(connection("r0-b-a", 7000, 1, "memlimit", "64M", "bwlimit", "1M")
                        .with(0, "zstd level 7"));
        assertThat(relay("r0-b-a").codec()).hasToString("zstd level 7");
    }

    @Test
    void shouldSeeThatTwoSpellingsAreOneAddress() throws Exception {
        connections.add(new ProxyConnection(
                "r0", "[::1]:1", "[fd00::2]:2", "[fd00::1]:3", "[::1]:4", Map.of("memlimit", "64M"), List.of()));
        connections.add(new ProxyConnection(
                "r0", "[0::1]:1", "[fd00:0::2]:2", "[fd00:0::1]:3", "[0:0::1]:4", Map.of(), List.of()));
        assertThat(relays.calls).hasSize(1);
    }

    @Test
    void shouldReplaceTheAddressesOfANameAndForgetItsOptions() throws Exception {
        connections.add(connection("r0-b-a", 7000, 1, "memlimit", "64M"));
        ProxyConnection moved = dialledAt(7001, connection("r0-b-a", 7000, 1));
        connections.add(moved);
        assertThat(connections.all()).containsExactly(moved);
        assertThat(relays.running).containsOnlyKeys("r0-b-a");
        assertThat(relay("r0-b-a").addresses().inside().getPort()).isEqualTo(7001);
        assertThat(relay("r0-b-a").memlimitBytes()).isEqualTo(16 * MIB);
    }

    @Test
    void shouldKeepTwinsOfTwoNodesApart() throws Exception {
        connections.add(connection("r0-b-a", 7000, 1));
        connections.add(connection("r0-b-a", 7001, 2, "memlimit", "64M"));
        connections.add(connection("r1", 7003, 1));
        assertThat(relays.running).containsOnlyKeys("r0-b-a", "r0-b-a@10.0.0.9:7001", "r1");
        assertThat(connections.all())
                .extracting(connections::relayName)
                .containsExactly("r0-b-a", "r0-b-a@10.0.0.9:7001", "r1");

        connections.add(connection("r0-b-a", 7000, 1, "memlimit", "32M"));
        assertThat(relay("r0-b-a").memlimitBytes()).isEqualTo(32 * MIB);
        assertThat(relay("r0-b-a@10.0.0.9:7001").memlimitBytes()).isEqualTo(64 * MIB);
        assertThat(connections.all())
                .as("the one that was touched last is the last of its name")
                .extracting(connections::relayName)
                .containsExactly("r0-b-a@10.0.0.9:7001", "r1", "r0-b-a");

        assertThat(connections.remove("r0-b-a")).isTrue();
        assertThat(relays.running).containsOnlyKeys("r1");
    }

    @Test
    void shouldBecomeTheLastOfItsNameEvenIfNothingElseChanges() throws Exception {
        connections.add(connection("r0", 7000, 1));
        connections.add(connection("r0", 7001, 2));
        connections.add(connection("r0", 7000, 1));
        assertThat(connections.all()).last().isEqualTo(connection("r0", 7000, 1));
    }

    @Test
    void shouldRemoveOneTwinByTheNameOfItsRelay() throws Exception {
        connections.add(connection("r0", 7000, 1));
        connections.add(connection("r0", 7001, 2));
        assertThat(connections.remove("r0@10.0.0.9:7001")).isTrue();
        assertThat(relays.running).containsOnlyKeys("r0");
    }

    @Test
    void shouldRestoreWhatWasWhenTheRelaysRefuse() throws Exception {
        connections.add(connection("r0", 7000, 1, "memlimit", "64M"));
        connections.add(connection("r1", 7001, 1, "memlimit", "32M"));
        String sentence = "drbd-proxy-ctl: inside of r1 is taken by r0: give it another port.";
        assertRefused(dialledAt(7000, connection("r1", 7001, 1)), sentence);
        assertThat(relay("r1").memlimitBytes()).isEqualTo(32 * MIB);
        assertRefused(connection("r2", 7000, 1), sentence.replace("r1", "r2"));
        assertThat(admin.size()).isEqualTo(2);
        connections.put(connection("r1", 7001, 1, "memlimit", "48M"));
        assertThat(relay("r1").memlimitBytes()).isEqualTo(48 * MIB);
    }

    @Test
    void shouldRefuseAnUnknownCodecOrAllocatorBeforeAnythingChanges() throws Exception {
        connections.add(connection("r0", 7000, 1));
        ProxyConnection there = connections.all().get(0);
        assertRefused(
                there.with(0, "brotli level 3"),
                "drbd-proxy-ctl: plugin brotli level 3: is no codec that is installed: use zstd.");
        assertRefused(
                there.with(0, "zstd").with(1, "brotli"),
                "drbd-proxy-ctl: plugin brotli: is no codec that is installed: use zstd.");
        assertRefused(there.with(0, "allocator numa"), "drbd-proxy-ctl: allocator numa: is not installed: use direct.");
        assertThat(relays.calls).hasSize(1);
    }

    @Test
    void shouldRefuseUnknownOptionsAndImpossibleValues() throws Exception {
        connections.add(connection("r0", 7000, 1));
        assertRefused(
                connection("r0", 7000, 1, "cipher", "yes"),
                "There is no option cipher: the options are tls, resource, memlimit, reserve, allocator, drain-timeout,"
                        + " resume-timeout, ping-timeout, sndbuf-size, rcvbuf-size, bwlimit, dial, congestion, links, compression, read-loops.");
        assertThatThrownBy(() -> connections.put(connection("r0", 7000, 1, "inside", "10.0.0.1:1")))
                .hasMessageStartingWith("There is no option inside: ");
        assertRefused(
                connection("r0", 7000, 1, "memlimit", "lots"),
                "drbd-proxy-ctl: memlimit = lots is not a size: use bytes with k, M, G or T, for example 64M.");
        assertRefused(
                connection("r0", 7000, 1, "ping-timeout", "500ms"),
                "drbd-proxy-ctl: ping-timeout = 500ms is too short for a heartbeat to come in time: use 1s or more.");
        assertRefused(
                new ProxyConnection("r0", "a", "b:1", "c:1", "10.0.0.1:1", Map.of(), List.of()),
                "The inside address a is not an address with a port: write for example 10.0.0.1:7788 or [fd00::1]:7788.");
        assertThatThrownBy(() -> connections.add(connection("-r", 7001, 1)))
                .hasMessageContaining("name = -r is not a name");
    }

    @Test
    void shouldRefuseAMemlimitBelowTheReserveAndLeaveBothAsTheyWere() throws Exception {
        connections.add(connection("r0", 7000, 1, "memlimit", "64M", "reserve", "32M"));
        ProxyConnection there = connections.all().get(0);
        assertRefused(
                there.with("memlimit", "16M"),
                "drbd-proxy-ctl: reserve = 32M is more than memlimit = 16M, of which it is the part that is taken in advance:"
                        + " lower reserve, or raise memlimit.");
        assertThat(connections.all()).containsExactly(there);
        assertThat(connections.put(there.with("reserve", "16M"))).isEmpty();
        assertThat(connections.put(connections.all().get(0).with("memlimit", "16M")))
                .isEmpty();
    }

    @Test
    void shouldReturnARemarkOnceAndNotWithEveryLaterChange() throws Exception {
        connections.add(connection("r0", 7000, 1));
        assertThat(connections.put(connections.all().get(0).with(0, "lzma level 9")))
                .containsExactly("plugin lzma is not available: zstd level 19, the nearest codec, is used.");
        assertThat(connections.put(connections.all().get(0).with("memlimit", "100k")))
                .containsExactly("memlimit 100k is too little for a relay to work with: 1M is used.");
        assertThat(connections.all().get(0).options()).containsExactly(Map.entry("memlimit", "100k"));
    }

    @Test
    void shouldNeitherChangeNorRemoveNorListTheRelayOfAFile() throws Exception {
        admin.addFile(
                "r0", Map.of("inside", "10.0.0.9:1", "drbd", "10.0.0.1:2", "outside", "192.0.2.1:3", "peer", "b:4"));
        admin.addFile(
                "x",
                Map.of(
                        "name",
                        "left",
                        "inside",
                        "10.0.0.9:5",
                        "drbd",
                        "10.0.0.1:6",
                        "outside",
                        "192.0.2.1:7",
                        "peer",
                        "b:8"));
        assertThat(connections.all()).isEmpty();
        String ofFile = "The relay r0 is that of a file in etc: change or remove the file.";
        assertThatThrownBy(() -> connections.add(connection("r0", 7000, 1))).hasMessage(ofFile);
        assertThatThrownBy(() -> connections.remove("r0")).hasMessage(ofFile);
        assertThatThrownBy(() -> connections.add(connection("left", 7000, 1)))
                .hasMessage("drbd-proxy-ctl: name = left is already the relay of etc/io.forebay.relay-x.cfg:"
                        + " give each relay a name of its own.");
        assertThat(relays.calls).containsExactly("put r0 16777216", "put left 16777216");
        assertThat(admin.size()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"ESTABLISHED", "RESUMING", "CLOSE_PENDING"})
    void shouldNotTouchARelayThatDrbdIsConnectedThroughWhenItIsRemovedAndAddedAgain(ChannelState state)
            throws Exception {
        connections.add(connection("r0", 7000, 1, "memlimit", "64M"));
        relays.channels.put("r0", state);
        assertThat(connections.remove("r0")).isTrue();
        assertThat(connections.all()).isEmpty();
        assertThat(connections.remove("r0")).as("it is gone, to whoever asks").isFalse();
        timer.advance(1999);
        connections.add(connection("r0", 7000, 1, "memlimit", "1G"));
        assertThat(connections.all()).containsExactly(connection("r0", 7000, 1, "memlimit", "1G"));
        timer.advance(60_000);
        assertThat(relays.calls).containsExactly("put r0 67108864", "put r0 1073741824");
        assertThat(connections.all()).containsExactly(connection("r0", 7000, 1, "memlimit", "1G"));
    }

    /** A connection whose relay DRBD is connected through, with a word that a relay cannot do without for a moment. */
    private ProxyConnection removedWithTlsOff() throws ProxyRefusedException {
        ProxyConnection first = connection("r0", 7000, 1, "memlimit", "64M").with(0, "tls off");
        connections.put(first);
        relays.channels.put("r0", ChannelState.ESTABLISHED);
        connections.remove("r0");
        relays.calls.clear();
        return first;
    }

    @Test
    void shouldTakeTogetherWhatIsSaidOfAConnectionAfterItIsAddedAgain() throws Exception {
        removedWithTlsOff();
        ProxyConnection wanted = connection("r0", 7000, 1);
        connections.add(wanted);
        wanted = wanted.with("memlimit", "1G");
        connections.put(wanted);
        wanted = wanted.with(0, "zstd level 3");
        connections.put(wanted);
        wanted = wanted.with(1, "tls off");
        connections.put(wanted);
        assertThat(relays.calls).isEmpty();
        assertThat(connections.all()).containsExactly(wanted);
        assertThat(connections.relayName(wanted)).isEqualTo("r0");
        connections.put(wanted.withPluginsUpTo(2));
        assertThat(relays.calls).as("drbdadm's END").containsExactly("put r0 1073741824");
        assertThat(relay("r0").codec()).hasToString("zstd level 3");
        assertThat(relay("r0").addresses().tls()).isFalse();
        assertThat(timer.isIdle()).isTrue();
        connections.put(wanted.with(0, "lz4"));
        assertThat(relay("r0").codec()).hasToString("lz4");
    }

    @Test
    void shouldTakeWhatIsSaidOfAConnectionAddedAgainTwoSecondsAfterTheLastWord() throws Exception {
        removedWithTlsOff();
        connections.add(connection("r0", 7000, 1));
        timer.advance(1999);
        connections.put(connection("r0", 7000, 1, "memlimit", "1G"));
        timer.advance(1999);
        assertThat(relays.calls).isEmpty();
        timer.advance(1);
        assertThat(relays.calls).containsExactly("put r0 1073741824");
        assertThat(relay("r0").addresses().tls()).isTrue();
    }

    @Test
    void shouldRefuseAWordOfAConnectionAddedAgainAndKeepTheOthers() throws Exception {
        removedWithTlsOff();
        ProxyConnection wanted = connection("r0", 7000, 1, "memlimit", "1G");
        connections.add(wanted);
        assertRefused(
                wanted.with(0, "brotli"), "drbd-proxy-ctl: plugin brotli: is no codec that is installed: use zstd.");
        connections.put(wanted);
        assertThat(relays.calls).containsExactly("put r0 1073741824");
    }

    @Test
    void shouldRemoveAgainWhatIsAddedAgain() throws Exception {
        connections.add(removedWithTlsOff());
        assertThat(connections.remove("r0")).isTrue();
        assertThat(connections.all()).isEmpty();
        timer.advance(2000);
        assertThat(relays.running).isEmpty();
        connections.add(removedWithTlsOff());
        relays.channels.put("r0", ChannelState.WAITING);
        connections.remove("r0");
        assertThat(relays.running).isEmpty();
        assertThat(timer.isIdle()).isTrue();
    }

    @Test
    void shouldMoveAtOnceWhatIsAddedAgainAndThenElsewhere() throws Exception {
        ProxyConnection first = removedWithTlsOff();
        connections.add(first);
        connections.put(dialledAt(7001, first));
        assertThat(relay("r0").addresses().inside()).hasToString("/10.0.0.9:7001");
        assertThat(timer.isIdle()).isTrue();
    }

    @Test
    void shouldForgetFormerOptionsWhenItIsRemovedAndAddedAgain() throws Exception {
        connections.add(connection("r0", 7000, 1, "memlimit", "64M"));
        relays.channels.put("r0", ChannelState.ESTABLISHED);
        connections.remove("r0");
        connections.add(connection("r0", 7000, 1));
        assertThat(connections.all().get(0).options()).isEmpty();
        timer.advance(2000);
        assertThat(relay("r0").memlimitBytes()).isEqualTo(16 * MIB);
    }

    @Test
    void shouldRemoveAfterTwoSecondsWhatIsNotAddedAgain() throws Exception {
        connections.add(connection("r0", 7000, 1));
        connections.add(connection("r0", 7001, 2));
        relays.channels.put("r0", ChannelState.ESTABLISHED);
        connections.remove("r0");
        assertThat(relays.running).as("only the one in use goes on").containsOnlyKeys("r0");
        timer.advance(1999);
        assertThat(relays.running).containsOnlyKeys("r0");
        timer.advance(1);
        assertThat(relays.running).isEmpty();
        assertThat(admin.size()).isZero();
        assertThat(timer.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"BRIDGING", "WAITING", "CONNECTING", "CONNECTED", "ESTABLISHING", "STOPPED"})
    void shouldRemoveAtOnceWhatNoDrbdIsConnectedThrough(ChannelState state) throws Exception {
        connections.add(connection("r0", 7000, 1));
        relays.channels.put("r0", state);
        connections.remove("r0");
        assertThat(relays.running).isEmpty();
    }

    @Test
    void shouldLetAllGoOnThatAreRemovedTogetherAndThenAddedAgain() throws Exception {
        for (int i = 0; i < 3; i++) {
            connections.add(connection("r" + i, 7000 + i, 1));
            relays.channels.put("r" + i, ChannelState.ESTABLISHED);
        }
        for (int i = 0; i < 3; i++) {
            connections.remove("r" + i);
        }
        for (int i = 0; i < 3; i++) {
            connections.add(connection("r" + i, 7000 + i, 1, "memlimit", "64M"));
        }
        timer.advance(60_000);
        assertThat(relays.calls).noneMatch(call -> call.startsWith("remove"));
        assertThat(relays.running).containsOnlyKeys("r0", "r1", "r2");
    }

    @Test
    void shouldRemoveAtOnceWhatStandsInTheWayOfANewOne() throws Exception {
        connections.add(connection("r0", 7000, 1));
        connections.add(connection("r1", 7001, 1));
        relays.channels.put("r0", ChannelState.ESTABLISHED);
        relays.channels.put("r1", ChannelState.ESTABLISHED);
        connections.remove("r0");
        connections.remove("r1");
        connections.add(connection("other", 7000, 1));
        assertThat(relays.running).containsOnlyKeys("other", "r1");
        timer.advance(2000);
        assertThat(relays.running).containsOnlyKeys("other");
    }

    @Test
    void shouldStillDepartWhenWhatWasToTakeItsPlaceIsRefused() throws Exception {
        connections.add(connection("r0", 7000, 1));
        connections.add(connection("r1", 7001, 1));
        relays.channels.put("r0", ChannelState.ESTABLISHED);
        connections.remove("r0");
        assertRefused(
                dialledAt(7001, connection("r0", 7000, 1)),
                "drbd-proxy-ctl: inside of r0 is taken by r1: give it another port.");
        assertRefused(
                connection("r0", 7000, 1).with(0, "brotli"),
                "drbd-proxy-ctl: plugin brotli: is no codec that is installed: use zstd.");
        timer.advance(2000);
        assertThat(relays.running).containsOnlyKeys("r1");
    }

    @Test
    void shouldRemoveWhatIsDepartingWhenItEndsAndLeaveTheRestToItsSuccessor() throws Exception {
        connections.add(connection("r0", 7000, 1));
        connections.add(connection("r1", 7001, 1, "memlimit", "64M").with(0, "lz4"));
        relays.channels.put("r0", ChannelState.ESTABLISHED);
        connections.remove("r0");
        relays.channels.put("r1", ChannelState.ESTABLISHED);
        connections.remove("r1");
        connections.add(connection("r1", 7001, 1, "memlimit", "1G").with(0, "lz4"));
        connections.close();
        assertThat(relays.running).containsOnlyKeys("r1");
        assertThat(timer.isShutdown()).isTrue();
        assertThat(proxyRelays("/nowhere", "").all())
                .containsExactly(connection("r1", 7001, 1, "memlimit", "1G").with(0, "lz4"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice", "ALICE"})
    void shouldReadTheSectionsOfAHostInDrbdConf(String host) throws Exception {
        Path drbdConf = folder.resolve("drbd.conf");
        Files.writeString(drbdConf, """
                resource r0 {
                  proxy { memlimit 512M; plugin { zstd level 1..9; } }
                  on alice { address 127.0.0.1:7915;
                    proxy on alice { inside 127.0.0.1:7815; outside 192.168.23.1:7715; } }
                  on bob { address 127.0.0.1:7915;
                    proxy on bob { inside 127.0.0.1:7815; outside 192.168.23.2:7715; } }
                }
                """);
        assertThat(proxyRelays(" " + drbdConf + " ", host + " ").inDrbdConf())
                .containsExactly(new ProxySection(
                        "r0",
                        drbdConf + ":4:5",
                        new ProxyConnection(
                                "r0-bob-alice",
                                "127.0.0.1:7815",
                                "192.168.23.2:7715",
                                "192.168.23.1:7715",
                                "127.0.0.1:7915",
                                Map.of("memlimit", "512M"),
                                List.of("zstd level 1..9"))));
        assertThatThrownBy(() -> proxyRelays("/nowhere/drbd.conf", host).inDrbdConf())
                .isInstanceOf(ProxyRefusedException.class)
                .hasMessageContaining("/nowhere/drbd.conf");
    }
}
