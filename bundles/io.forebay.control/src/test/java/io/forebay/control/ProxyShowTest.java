/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import static io.forebay.control.TypedCommands.ADD;
import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayTimeouts;
import io.forebay.testkit.StubRelays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code show} and {@code show proxy-settings}, which programs read. */
class ProxyShowTest {

    private final TypedCommands ctl = new TypedCommands();
    private final RememberingConnections connections = ctl.connections;

    @Test
    void shouldShowSettingsExactlyAsDrbdadmReadsThem() {
        ctl.done(ADD, "set plugin r0-bob-alice 0 lz4");
        assertThat(ctl.out("show proxy-settings r0-bob-alice")).isEqualTo("proxy {\n\tplugin {\n\t\tlz4;\n\t}\n}\n");
        ctl.done("set plugin r0-bob-alice 0 END");
        assertThat(ctl.out("show proxy-settings r0-bob-alice")).isEqualTo("proxy {\n}\n");
        ctl.done("set memlimit r0-bob-alice 512M", "set plugin r0-bob-alice 0 allocator mapped");
        ctl.done("set plugin r0-bob-alice 1 zstd level 7");
        assertThat(ctl.out("show proxy-settings r0-bob-alice")).isEqualTo("""
                proxy {
                \tmemlimit 512M;
                \tplugin {
                \t\tallocator mapped;
                \t\tzstd level 7;
                \t}
                }
                """);
    }

    @Test
    void shouldShowNoOptionThatDrbdadmDoesNotKnow() {
        ctl.done(ADD + " --allocator=heap --memlimit=1G --drain-timeout=1s --bwlimit=10M --resource=x");
        assertThat(ctl.out("show proxy-settings r0-bob-alice"))
                .isEqualTo("proxy {\n\tmemlimit 1G;\n\tbwlimit 10M;\n}\n");
    }

    /** drbdadm could not read it there, and compares no bwlimit. */
    @Test
    void shouldKeepAScheduleFromDrbdadmAndShowItToPeople() {
        ctl.done(ADD + " --memlimit=1G", "set bwlimit r0-bob-alice 22:00-06:00 none, otherwise 5M");
        assertThat(ctl.out("show proxy-settings r0-bob-alice")).isEqualTo("proxy {\n\tmemlimit 1G;\n}\n");
        assertThat(ctl.out("show")).contains("set bwlimit r0-bob-alice 22:00-06:00,none,otherwise,5M\n");
    }

    @ParameterizedTest
    @CsvSource({"on,1", "yes,1", "off,0", "no,0", "1,1", "0,0", "6,6"})
    void shouldShowCompressionAsTheNumberThatDrbdadmOfDrbd9Reads(String typed, String shown) {
        ctl.done(ADD, "set compression r0-bob-alice " + typed);
        assertThat(ctl.out("show proxy-settings r0-bob-alice")).isEqualTo("proxy {\n\tcompression " + shown + ";\n}\n");
    }

    @Test
    void shouldShowTheSettingsOfAFilesRelayInTheWordsOfDrbdConf() {
        assertThat(ctl.out("show proxy-settings r1"))
                .isEqualTo("proxy {\n\tmemlimit 536870912;\n\tplugin {\n\t\tzstd level 7;\n\t}\n}\n");
    }

    @Test
    void shouldShowCommandsThatMakeTheSameConnectionsAgain() {
        ctl.done(ADD + " --memlimit=512M", "set plugin r0-bob-alice 0 zstd level 7", "set bwlimit r0-bob-alice 10M");
        ctl.done("add connection r0-bob-alice ::1:1 2001:db8::2:2 2001:db8::1:3 ::1:4", "set memlimit r0-bob-alice 1G");
        ctl.done("add connection r2/0 10.0.0.1:1 b.example:2 10.0.0.2:3 10.0.0.3:4");
        String shown = ctl.commands(new StubRelays()).run("show").out();
        assertThat(shown).contains("add connection r0-bob-alice [::1]:1 [2001:db8::2]:2 [2001:db8::1]:3 [::1]:4");

        RememberingConnections others = new RememberingConnections();
        ProxyCommands replay = new ProxyCommands(
                new ProxyConnectionCommands(others, new StubRelays()),
                new ProxyListings(new StubRelays(), line -> line, "1"),
                new ProxyLogLevel(null),
                () -> {});
        assertThat(shown.lines())
                .hasSize(8)
                .allSatisfy(line -> assertThat(replay.run(line)).isEqualTo(ProxyAnswer.NOTHING));
        assertThat(others.all()).isEqualTo(connections.all());
    }

    @Test
    void shouldShowRelaysOfFilesAfterConnectionsAndNoneTwice() {
        ctl.done("add connection r1-b-a 127.0.0.1:1 b:2 192.0.2.1:3 127.0.0.1:4");
        assertThat(ctl.out("show").lines())
                .containsExactly(
                        "add connection r1-b-a 127.0.0.1:1 b:2 192.0.2.1:3 127.0.0.1:4",
                        "add connection r1 127.0.0.1:7815 peer.example:7715 192.0.2.1:7715 127.0.0.1:7915"
                                + " --memlimit=536870912 --resource=r1 --allocator=direct --dial=both --drain-timeout=10000ms"
                                + " --resume-timeout=30000ms",
                        "set memlimit r1 536870912",
                        "set resource r1 r1",
                        "set allocator r1 direct",
                        "set dial r1 both",
                        "set drain-timeout r1 10000ms",
                        "set resume-timeout r1 30000ms",
                        "set plugin r1 0 zstd level 7",
                        "set plugin r1 1 END");
    }

    @ParameterizedTest
    @CsvSource({"1500,15", "30000,300", "1550,1550ms", "30100,30100ms"})
    void shouldShowAllThatAFileSets(int pingMs, String pingTimeout) {
        RelaySettings usual = SampleRelays.settings("r1", "none", "etc/r1.cfg");
        RelaySettings special = new RelaySettings(
                "r1",
                "both",
                usual.addresses(),
                2 << 20,
                1 << 20,
                "mapped",
                usual.codec(),
                usual.targets(),
                new RelayTimeouts(0, 1, pingMs),
                new LineSettings(3, 4, 5, DialMode.INBOUND),
                usual.source());
        ProxyCommands its = ctl.commands(new StubRelays(SampleRelays.relay(special, "", true)));
        assertThat(its.run("show").out().lines().findFirst().orElseThrow())
                .endsWith(
                        " --memlimit=2097152 --reserve=1048576 --sndbuf-size=3 --rcvbuf-size=4 --bwlimit=5 --ping-timeout="
                                + pingTimeout
                                + " --resource=both --allocator=mapped --dial=inbound --drain-timeout=0ms --resume-timeout=1ms");
    }
}
