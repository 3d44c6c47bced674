/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import io.forebay.api.relay.PlugInStatus;
import io.forebay.api.relay.PlugInStatus.Kind;
import io.forebay.api.relay.RelayStatus;
import io.forebay.testkit.GogoShell;
import io.forebay.testkit.StubRelays;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as they are typed, in Gogo itself. */
class PlugInCommandsTest {

    private static final String[] COMMANDS = {"codecs", "babs", "swap", "_swap"};

    @TempDir
    private Path home;

    private final List<RelayStatus> status = new ArrayList<>();
    private final StubRelays relays = new StubRelays(() -> status);
    private final StubConfigurations configurations = new StubConfigurations(status);
    private final PlugInCommands commands = new PlugInCommands(relays, configurations);
    private GogoShell gogo;

    @BeforeEach
    void start() {
        gogo = new GogoShell(home);
        gogo.processor().addConverter(new ListingConverter());
        gogo.addCommands("forebay", commands, COMMANDS);
    }

    @AfterEach
    void stop() {
        gogo.close();
    }

    private static PlugInStatus plugIn(Kind kind, String name, String bundle, int ranking, String... relays) {
        return new PlugInStatus(kind, name, bundle, ranking, List.of(relays), "");
    }

    private static PlugInStatus misbehaved(PlugInStatus one, String problem) {
        return new PlugInStatus(one.kind(), one.name(), one.bundle(), one.ranking(), one.relays(), problem);
    }

    @Test
    void shouldShowAtOnceWhichCodecIsNotUsedAndWhy() throws Exception {
        PlugInStatus zstd = plugIn(Kind.CODEC, "zstd", "io.forebay.codec.zstd 0.1.0", 0, "r0", "r1");
        relays.with(
                plugIn(Kind.CODEC, "lz4", "vendor.lz4 2.0.1", 100),
                plugIn(Kind.CODEC, "lz4", "io.forebay.codec.lz4 0.1.0", 0),
                misbehaved(zstd, "It gave r2 wrong bytes"),
                plugIn(Kind.ALLOCATOR, "direct", "io.forebay.bab.direct 0.1.0", 0, "r0", "r1"));
        status.add(StubConfigurations.relay("r0", "zstd level 7", "direct", "far", "lz4", "zstd"));
        status.add(StubConfigurations.relay("r1", "zstd", "direct", "old", "lz4", "snappy"));
        status.add(StubConfigurations.relay("r2", "none", "direct", ""));
        assertThat(gogo.run("forebay:codecs")).isEqualTo("""
                Name    Bundle                 Version  Ranking  Relays  Peers           Problem
                lz4     vendor.lz4             2.0.1    100      -       r0 yes, r1 yes  -
                lz4     io.forebay.codec.lz4   0.1.0    0        -       r0 yes, r1 yes  -
                snappy  -                      -        -        -       r0 no, r1 yes   Only peers have it.
                zstd    io.forebay.codec.zstd  0.1.0    0        r0, r1  r0 yes, r1 no   It gave r2 wrong bytes. r1\
                 sends uncompressed, because its peer old cannot decompress it.""");
    }

    @Test
    void shouldShowWhoWantsACodecInVain() throws Exception {
        relays.with(
                plugIn(Kind.CODEC, "lz4", "vendor.lz4 2.0.1", 100, "r0"),
                plugIn(Kind.CODEC, "lz4", "io.forebay.codec.lz4 0.1.0", 0));
        status.add(StubConfigurations.relay("r0", "lz4", "direct", ""));
        status.add(StubConfigurations.relay("r1", "lz4", "direct", ""));
        status.add(StubConfigurations.refused("r2", "brotli", "direct", "there is no codec brotli"));
        assertThat(gogo.run("forebay:codecs")).isEqualTo("""
                Name    Bundle                Version  Ranking  Relays  Peers  Problem
                brotli  -                     -        -        -       -      r2 wants it, and does not use it: there is\
                 no codec brotli.
                lz4     vendor.lz4            2.0.1    100      r0      -      r1 wants it, and does not use it.
                lz4     io.forebay.codec.lz4  0.1.0    0        -       -      -""");
    }

    @Test
    void shouldSayOfEachPlugInWhatIsTheMatterWithIt() throws Exception {
        relays.with(
                plugIn(Kind.ALLOCATOR, "direct", "io.forebay.bab.direct 0.1.0", 0),
                plugIn(Kind.CODEC, "lz4", "vendor.lz4 2.0.1", 100));
        status.add(StubConfigurations.troubled(
                StubConfigurations.relay("r0", "lz4", "direct", ""),
                "allocator direct cannot be used: it is full",
                "codec lz4 is not used: it threw"));
        assertThat(gogo.run("forebay:babs"))
                .contains("r0 wants it, and does not use it: allocator direct cannot be used");
        assertThat(gogo.run("forebay:codecs")).contains("r0 wants it, and does not use it: codec lz4 is not used");
    }

    @Test
    void shouldListAllocatorsWithWhatTheirRelaysHold() throws Exception {
        relays.with(
                plugIn(Kind.ALLOCATOR, "direct", "io.forebay.bab.direct 0.1.0", 0, "r0", "r1"),
                misbehaved(plugIn(Kind.ALLOCATOR, "heap", "io.forebay.bab.heap 0.1.0", -5), "It is being waited for."));
        status.add(StubConfigurations.relay("r0", "none", "direct", ""));
        status.add(StubConfigurations.relay("r1", "none", "direct", ""));
        status.add(StubConfigurations.refused("r2", "none", "numa", "there is no BAB allocator numa"));
        assertThat(gogo.run("forebay:babs")).isEqualTo("""
                Name    Bundle                 Version  Ranking  Relays  Held   Memlimit  Problem
                direct  io.forebay.bab.direct  0.1.0    0        r0, r1  6 MiB  32 MiB    -
                heap    io.forebay.bab.heap    0.1.0    -5       -       -      -         It is being waited for.
                numa    -                      -        -        -       -      -         r2 wants it, and does not use\
                 it: there is no BAB allocator numa.""");
    }

    @Test
    void shouldSayWhatToInstallWhenThereIsNothing() throws Exception {
        relays.with();
        assertThat(gogo.run("forebay:codecs")).isEqualTo("There is no codec: install the bundle of one.");
        assertThat(gogo.run("forebay:babs")).isEqualTo("There is no BAB allocator: install the bundle of one.");
    }

    @ParameterizedTest
    @CsvSource({
        "r0 codec lz4,codec,lz4,r0 codec lz4,zstd level 7",
        "r0 codec zstd level -3,codec,zstd level -3,r0 codec zstd level -3,zstd level 7",
        "r0 codec none,codec,none,r0 codec none,zstd level 7",
        "r0 bab heap,bab,heap,r0 allocator heap,direct",
    })
    void shouldSwapWhatIsNamed(String words, String kind, String now, String asked, String before) throws Exception {
        status.add(StubConfigurations.relay("r0", "zstd level 7", "direct", "far", "lz4", "zstd"));
        List<Object> rows = JSON.std.listFrom(gogo.run("forebay:swap --json " + words));
        assertThat(configurations.asked).containsExactly(asked);
        assertThat(rows)
                .containsExactly(Map.of(
                        "relay",
                        "r0",
                        "kind",
                        kind,
                        "before",
                        before,
                        "now",
                        now,
                        "remark",
                        "It lasts. Not for long."));
    }

    @Test
    void shouldPutWhatIsInForceAgainBecauseThatGivesAnotherChance() throws Exception {
        status.add(StubConfigurations.relay("r0", "lz4", "direct", ""));
        assertThat(gogo.run("forebay:swap r0 codec lz4")).isEqualTo("""
                Name  Kind   Before  Now  Remark
                r0    codec  lz4     lz4  It lasts. Not for long.""");
        assertThat(configurations.asked).containsExactly("r0 codec lz4");
    }

    @Test
    void shouldSayThatThePeerCannotDecompressIt() throws Exception {
        status.add(StubConfigurations.relay("r0", "lz4", "direct", "far", "lz4"));
        assertThat(gogo.run("forebay:swap r0 codec zstd"))
                .contains("The peer far cannot decompress it, so it gets all uncompressed. It lasts.");
        assertThat(gogo.run("forebay:swap r0 codec none")).doesNotContain("decompress");
        assertThat(gogo.run("forebay:swap r0 bab heap")).doesNotContain("decompress");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            r0 coder lz4   | coder cannot be swapped: write swap r0 codec NAME, or swap r0 bab NAME.
            r0 codec       | The name of the codec is missing: there are lz4, zlib, zstd, none.
            r0 codec bad   | There is no codec bad.
            """)
    void shouldSayInASentenceWhatCannotBeSwapped(String words, String sentence) {
        status.add(StubConfigurations.relay("r0", "lz4", "direct", ""));
        assertThatThrownBy(() -> gogo.run("forebay:swap " + words)).hasToString(sentence);
    }

    @Test
    void shouldOfferWhatMayStandNext() {
        relays.with(
                StubRelays.codec("lz4"),
                StubRelays.codec("lz4"),
                StubRelays.codec("zstd"),
                plugIn(Kind.ALLOCATOR, "heap", "a.bundle 1.0.0", 0));
        status.add(StubConfigurations.relay("r0", "lz4", "direct", ""));
        status.add(StubConfigurations.relay("r1", "lz4", "direct", ""));
        assertThat(commands._swap(List.of("swap"))).containsExactly("r0", "r1");
        assertThat(commands._swap(List.of("forebay:swap", "--json", "r0"))).containsExactly("codec", "bab");
        assertThat(commands._swap(List.of("swap", "r0", "codec"))).containsExactly("lz4", "zstd", "none");
        assertThat(commands._swap(List.of("swap", "r0", "bab"))).containsExactly("heap");
        assertThat(commands._swap(List.of("swap", "r0", "nonsense"))).isEmpty();
        assertThat(commands._swap(List.of("swap", "r0", "codec", "zstd"))).isEmpty();
    }

    @Test
    void shouldGiveRowsWithListsAsJson() throws Exception {
        relays.with(
                plugIn(Kind.CODEC, "zstd", "io.forebay.codec.zstd 0.1.0", 0, "r0"),
                plugIn(Kind.ALLOCATOR, "direct", "io.forebay.bab.direct 0.1.0", 0, "r0"));
        status.add(StubConfigurations.relay("r0", "zstd", "direct", "far", "zstd"));
        assertThat(JSON.std.listFrom(gogo.run("forebay:codecs --json")))
                .containsExactly(Map.of(
                        "codec",
                        "zstd",
                        "bundle",
                        "io.forebay.codec.zstd",
                        "version",
                        "0.1.0",
                        "ranking",
                        0,
                        "relays",
                        List.of("r0"),
                        "peers",
                        List.of(Map.of("relay", "r0", "host", "far", "decompresses", true)),
                        "problem",
                        ""));
        assertThat(JSON.std.listFrom(gogo.run("forebay:babs -j")))
                .containsExactly(Map.of(
                        "allocator",
                        "direct",
                        "bundle",
                        "io.forebay.bab.direct",
                        "version",
                        "0.1.0",
                        "ranking",
                        0,
                        "relays",
                        List.of("r0"),
                        "heldBytes",
                        3 << 20,
                        "limitBytes",
                        16 << 20,
                        "problem",
                        ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"codecs", "babs", "swap"})
    void shouldDescribeEveryCommandAndParameterInHelp(String command) throws Exception {
        assertThat(gogo.run("gogo:help forebay:" + command))
                .contains("\n" + command + " - ", "-j, --json   print JSON")
                .doesNotContain("null");
    }
}
