/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxySection;
import io.forebay.testkit.GogoShell;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as they are typed, in Gogo itself; drbd.conf has r0 with two connections, and r1 with one. */
class ProxyCommandsTest {

    private static final String[] COMMANDS = {"up", "down", "adjust", "set", "dump", "show", "_options"};

    @TempDir
    private Path home;

    private final StubConnections connections = new StubConnections();
    private GogoShell gogo;

    @BeforeEach
    void start() {
        connections.section("r0", "r0-b-a");
        connections.section("r0", "r0-c-a");
        connections.section("r1", "r1-b-a");
        gogo = new GogoShell(home);
        gogo.processor().addConverter(new ListingConverter());
        gogo.addCommands(
                "forebay",
                new ProxyCommands(
                        connections,
                        Samples.relays(
                                Samples.healthy("r0-b-a"), Samples.healthy("r0-b-a@twin"), Samples.healthy("file"))),
                COMMANDS);
    }

    @AfterEach
    void stop() {
        gogo.close();
    }

    private List<String> running() {
        return connections.running.stream().map(ProxyConnection::name).toList();
    }

    /** The sentence of a refusal, which is what Gogo prints. */
    private void assertRefused(String line, String sentence) {
        List<ProxyConnection> before = connections.all();
        assertThatThrownBy(() -> gogo.run("forebay:" + line)).hasToString(sentence);
        assertThat(connections.all()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "all,r0-b-a r0-c-a r1-b-a",
        "r0,r0-b-a r0-c-a",
        "r0-c-a,r0-c-a",
        "r1 r0-b-a,r0-b-a r1-b-a",
        "r0 r0-b-a,r0-b-a r0-c-a",
        "r1 all,r0-b-a r0-c-a r1-b-a",
    })
    void shouldBringUpByNameByResourceAndAll(String names, String up) throws Exception {
        gogo.run("forebay:up " + names);
        assertThat(running()).containsExactly(up.split(" "));
        connections.running.clear();
        gogo.run("forebay:adjust " + names);
        assertThat(running()).containsExactly(up.split(" "));
    }

    @Test
    void shouldSayWhatWasChanged() throws Exception {
        connections.running.add(StubConnections.connection("r0-b-a"));
        connections.running.add(StubConnections.connection("r0-c-a").with("memlimit", "1G"));
        assertThat(gogo.run("forebay:up all")).isEqualTo("""
                Name    Change     Remark
                r0-b-a  unchanged  -
                r0-c-a  changed    -
                r1-b-a  added      -""");
        assertThat(connections.running)
                .containsExactlyInAnyOrderElementsOf(connections.drbdConf.stream()
                        .map(section -> section.connection())
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({
        "all,''",
        "r0,r1-b-a manual",
        "r0-b-a,r0-c-a r1-b-a manual",
        "manual r1,r0-b-a r0-c-a",
    })
    void shouldTakeDownByNameByResourceAndAll(String names, String left) throws Exception {
        gogo.run("forebay:up all");
        connections.running.add(StubConnections.connection("manual"));
        gogo.run("forebay:down " + names);
        assertThat(String.join(" ", running())).isEqualTo(left);
    }

    @Test
    void shouldTakeDownByNameEvenIfDrbdConfCannotBeRead() throws Exception {
        gogo.run("forebay:up all");
        connections.problem = "/etc/drbd.conf:1:1: this is no drbd.conf.";
        assertThat(gogo.run("forebay:down r0-c-a")).isEqualTo("""
                Name    Change   Remark
                r0-c-a  removed  -""");
        gogo.run("forebay:down all");
        assertThat(running()).isEmpty();
    }

    @Test
    void shouldHaveNothingToTakeDownOfWhatIsNotUp() throws Exception {
        assertThat(gogo.run("forebay:down r0")).isEqualTo("There is nothing to change.");
        assertThat(gogo.run("forebay:down r0-b-a")).isEqualTo("There is nothing to change.");
        assertRefused(
                "down r9",
                "There is no connection or resource r9: see forebay:show, and for those of files in etc remove the file.");
    }

    @Test
    void shouldRemoveWithAdjustAllWhatDrbdConfHasNotAnyMore() throws Exception {
        connections.running.add(StubConnections.connection("former-b-a"));
        connections.running.add(StubConnections.connection("r1-b-a"));
        assertThat(gogo.run("forebay:adjust r1")).isEqualTo("""
                Name    Change     Remark
                r1-b-a  unchanged  -""");
        assertThat(running()).contains("former-b-a");
        assertThat(gogo.run("forebay:adjust all")).isEqualTo("""
                Name        Change     Remark
                former-b-a  removed    drbd.conf does not have it any more.
                r0-b-a      added      -
                r0-c-a      added      -
                r1-b-a      unchanged  -""");
        assertThat(running()).doesNotContain("former-b-a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"up", "adjust", "dump"})
    void shouldChangeNothingWhenDrbdConfCannotBeRead(String command) {
        connections.running.add(StubConnections.connection("former-b-a"));
        connections.problem = "/etc/drbd.conf:1:1: this is no drbd.conf.";
        assertRefused(command + " all", "/etc/drbd.conf:1:1: this is no drbd.conf.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"up", "adjust", "dump"})
    void shouldChangeNothingWhenOneOfTheNamesIsUnknown(String command) {
        assertRefused(
                command + " r0 r9",
                "drbd.conf has no connection or resource r9 with a proxy on this host: see forebay:dump.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"up", "down", "adjust"})
    void shouldWantANameForWhatChangesRelays(String command) {
        assertRefused(command, "No connection is named: name some, or their resource, or all.");
    }

    @Test
    void shouldSetAnOptionOfAConnection() throws Exception {
        gogo.run("forebay:up r0-b-a");
        assertThat(gogo.run("forebay:set memlimit r0-b-a 1G")).isEqualTo("""
                Name    Change   Remark
                r0-b-a  changed  -""");
        assertThat(connections.running.get(0).options()).isEqualTo(Map.of("memlimit", "1G"));
        assertThat(gogo.run("forebay:set memlimit r0-b-a 1G")).contains("unchanged");
    }

    @Test
    void shouldSetThePluginsToOneLineOrNone() throws Exception {
        gogo.run("forebay:up r0-b-a");
        gogo.run("forebay:set plugin r0-b-a lz4");
        assertThat(connections.running.get(0).plugins()).containsExactly("lz4");
        gogo.run("forebay:set plugin r0-b-a zstd level 3 long 26");
        assertThat(connections.running.get(0).plugins()).containsExactly("zstd level 3 long 26");
        assertThat(gogo.run("forebay:set plugin r0-b-a lzma")).contains("lzma is zstd. And more.");
        gogo.run("forebay:set plugin r0-b-a none");
        assertThat(connections.running.get(0).plugins()).isEmpty();
    }

    @Test
    void shouldMeanAllTwinsByTheirNameAndOneByThatOfItsRelay() throws Exception {
        connections.running.add(StubConnections.connection("r0-b-a"));
        connections.running.add(StubConnections.twin("r0-b-a"));
        gogo.run("forebay:set memlimit r0-b-a 1G");
        gogo.run("forebay:set memlimit r0-b-a@twin 2G");
        assertThat(connections.running)
                .extracting(one -> one.options().get("memlimit"))
                .containsExactly("1G", "2G");
        assertThat(gogo.run("forebay:show r0-b-a").split("\n\n")).hasSize(2);
        assertThat(gogo.run("forebay:show r0-b-a@twin").split("\n\n")).hasSize(1);
        gogo.run("forebay:down r0-b-a@twin");
        assertThat(connections.running).extracting(connections::relayName).containsExactly("r0-b-a");
        connections.running.add(StubConnections.twin("r0-b-a"));
        gogo.run("forebay:down r0-b-a");
        assertThat(connections.running).isEmpty();
    }

    @Test
    void shouldSayInASentenceWhatCannotBeSet() throws Exception {
        gogo.run("forebay:up r0-b-a");
        assertRefused("set bad r0-b-a 1", "There is no option bad.");
        assertRefused("set memlimit r9 1G", "There is no connection r9: see forebay:show.");
        assertRefused(
                "set memlimit file 1G",
                "The settings of file stand in etc/io.forebay.relay-file.cfg: change them there.");
        assertRefused("set memlimit r0-b-a", "The value is missing: write for example set memlimit r0-b-a 1G.");
    }

    @Test
    void shouldSayWhatWasDoneBeforeARefusal() {
        connections.drbdConf.set(
                1,
                new ProxySection("r0", "x", StubConnections.connection("r0-c-a").with("bad", "1")));
        assertThatThrownBy(() -> gogo.run("forebay:up r0"))
                .hasToString("There is no option bad. Done before it: added r0-b-a.");
        assertThat(running()).containsExactly("r0-b-a");
    }

    @Test
    void shouldDumpWhatDrbdConfHas() throws Exception {
        assertThat(gogo.run("forebay:dump r1")).isEqualTo("""
                r1-b-a
                  resource         r1
                  inside           127.0.0.1:7815
                  drbd             127.0.0.1:7915
                  outside          192.0.2.1:7715
                  peer             192.0.2.2:7715
                  memlimit         512M
                  plugin           zstd level 7
                  source           /etc/drbd.conf:3:1""");
        assertThat(gogo.run("forebay:dump").split("\n\n")).hasSize(3);
        assertThat(gogo.run("forebay:dump all")).isEqualTo(gogo.run("forebay:dump"));
        connections.drbdConf.clear();
        assertThat(gogo.run("forebay:dump")).isEqualTo("There is no relay.");
    }

    @Test
    void shouldShowTheSettingsInForceOfFilesAndConnections() throws Exception {
        assertThat(gogo.run("forebay:show file")).isEqualTo("""
                file
                  resource         file-resource
                  inside           10.0.0.1:7788
                  drbd             10.0.0.2:7788
                  outside          192.0.2.1:7789
                  peer             peer.example:7789
                  memlimit         16 MiB
                  reserve          4 MiB
                  allocator        direct
                  allocator.target any
                  codec            zstd level 7
                  codec.target     any
                  bwlimit          none
                  bwlimit of all   none
                  dial             both
                  congestion       system
                  links            1
                  sndbuf-size      system
                  rcvbuf-size      system
                  ping-timeout     1000 ms
                  drain-timeout    10000 ms
                  resume-timeout   30000 ms
                  source           etc/io.forebay.relay-file.cfg""");
        assertThat(gogo.run("forebay:show").split("\n\n")).hasSize(3);
        assertThat(gogo.run("forebay:show r0"))
                .as("by resource")
                .startsWith("r0-b-a\n")
                .doesNotContain("\n\n");
        assertRefused("show r9", "There is no relay r9: see forebay:show.");
    }

    @ParameterizedTest
    @CsvSource({
        "up --json r0-b-a,connection,r0-b-a",
        "adjust -j r0-b-a,connection,r0-b-a",
        "down --json all,connection,r1-b-a",
        "set --json memlimit r1-b-a 1G,connection,r1-b-a",
        "dump --json r1,relay,r1-b-a",
        "show --json file,relay,file",
    })
    void shouldGiveTheSameRowsAsJson(String command, String key, String name) throws Exception {
        connections.running.add(StubConnections.connection("r1-b-a"));
        List<Object> rows = JSON.std.listFrom(gogo.run("forebay:" + command));
        assertThat(rows).hasSize(1);
        assertThat((Map<?, ?>) rows.get(0)).extracting(row -> row.get(key)).isEqualTo(name);
    }

    @Test
    void shouldSetAScheduleOfManyWords() throws Exception {
        connections.running.add(StubConnections.connection("r1-b-a"));
        gogo.run("forebay:set bwlimit r1-b-a mon-fri 08:00-18:00 10M, otherwise 100M");
        assertThat(connections.named("r1-b-a").get(0).options())
                .containsEntry("bwlimit", "mon-fri,08:00-18:00,10M,otherwise,100M");
    }

    @Test
    void shouldOfferOptionsThatSetTakes() throws Exception {
        assertThat(new ProxyCommands(connections, Samples.relays())._options())
                .contains("memlimit", "reserve", "plugin", "bwlimit")
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"up", "down", "adjust", "set", "dump", "show"})
    void shouldDescribeEveryCommandAndParameterInHelp(String command) throws Exception {
        assertThat(gogo.run("gogo:help forebay:" + command))
                .contains("\n" + command + " - ", "-j, --json   print JSON")
                .doesNotContain("null");
    }
}
