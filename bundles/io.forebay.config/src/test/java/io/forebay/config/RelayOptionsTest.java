/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.RelaySettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The options of {@code proxy} sections, as a relay's file has them and as drbdadm sends them. */
class RelayOptionsTest {

    private static RelayFile read(boolean typedByProxy, Object... keysAndValues) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("service.pid", "io.forebay.relay~r0");
        properties.put("inside", "10.0.0.1:7788");
        properties.put("drbd", "10.0.0.2:7788");
        properties.put("outside", "192.0.2.1:7789");
        properties.put("peer", "192.0.2.2:7789");
        if (typedByProxy) {
            properties.put(ProxyConfigurations.CONNECTION, "r0-b-a");
        }
        for (int i = 0; i < keysAndValues.length; i += 2) {
            properties.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return RelayFile.of(properties);
    }

    private static RelaySettings settings(RelayFile file) {
        assertThat(file.problems()).isEmpty();
        return file.settings().orElseThrow();
    }

    private static RelaySettings quietly(Object... keysAndValues) {
        RelayFile file = read(false, keysAndValues);
        assertThat(file.notes()).isEmpty();
        return settings(file);
    }

    private static String onlyProblem(RelayFile file) {
        assertThat(file.settings()).isEmpty();
        assertThat(file.problems()).hasSize(1);
        return file.problems().get(0).replaceFirst("^(configuration io.forebay.relay~r0|drbd-proxy-ctl): ", "");
    }

    @Test
    void shouldLeaveToTheSystemWhatIsNotSaid() {
        assertThat(quietly().line()).isEqualTo(new LineSettings(0, 0, 0, DialMode.BOTH));
        assertThat(quietly().timeouts().pingMs()).isEqualTo(1000);
    }

    @Test
    void shouldReadBuffersAndBandwidthInBytes() {
        assertThat(quietly("sndbuf-size", "2M", "rcvbuf-size", "4194304", "bwlimit", "10M")
                        .line())
                .isEqualTo(new LineSettings(2 << 20, 4 << 20, 10 << 20, DialMode.BOTH));
        assertThat(quietly("sndbuf-size", "128M", "rcvbuf-size", "0", "bwlimit", "0")
                        .line())
                .isEqualTo(new LineSettings(128 << 20, 0, 0, DialMode.BOTH));
    }

    @ParameterizedTest
    @EnumSource(DialMode.class)
    void shouldReadWhichSiteDials(DialMode mode) {
        assertThat(quietly("dial", mode.word()).line().dial()).isEqualTo(mode);
        assertThat(quietly("plugin", "dial " + mode.word()).line().dial()).isEqualTo(mode);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1                              | 1
            16                             | 16
            4 from 10.0.0.1,10.1.0.1       | 4 from 10.0.0.1,10.1.0.1
            2   from  10.0.0.1, 10.1.0.1   | 2 from 10.0.0.1,10.1.0.1
            2 from fd00::1                 | 2 from fd00:0:0:0:0:0:0:1
            """)
    void shouldReadOverHowManyLinksAndFromWhere(String text, String read) {
        assertThat(quietly("links", text).line().links()).hasToString(read);
        assertThat(quietly("plugin", "links " + text).line().links()).hasToString(read);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "17", "many", "2 over 10.0.0.1", "4 from", "-1"})
    void shouldRefuseImpossibleNumbersOfLinks(String text) {
        assertThat(onlyProblem(read(false, "links", text)))
                .isEqualTo("links = " + text
                        + " is not from 1 to 16 links: write for example 4, or 4 from 10.0.0.1,10.1.0.1.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "OUTBOUND", "in", "both sites"})
    void shouldRefuseAnotherWordOnWhichSiteDials(String word) {
        assertThat(onlyProblem(read(false, "dial", word)))
                .isEqualTo("dial = " + word
                        + " says not who dials the WAN: write outbound for this site alone, inbound for"
                        + " the peer alone, or both.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mon-fri 08:00-18:00 10M, otherwise 100M", "mon-fri,08:00-18:00,10M,otherwise,100M"})
    void shouldReadASchedule(String text) {
        assertThat(quietly("bwlimit", text).line().bwlimit()).hasToString("mon-fri 08:00-18:00 10M, otherwise 100M");
    }

    @Test
    void shouldReadAScheduleThatDrbdadmTookToPieces() {
        RelayFile file = read(true, "plugin", new String[] {
            "bwlimit 22 : 00-06 : 00 none otherwise 5M", "congestion bbr", "zstd level 7"
        });
        assertThat(file.notes()).isEmpty();
        assertThat(settings(file).line().bwlimit()).hasToString("22:00-06:00 none, otherwise 5M");
        assertThat(settings(file).line().congestion()).isEqualTo("bbr");
        assertThat(settings(file).codec()).hasToString("zstd level 7");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            bwlimit    | 10Mbit        | has "10mbit", which is no rate: write bytes per second, for example 10M, or a schedule
            bwlimit    | 08:00-18:00   | has no rate after 08:00-18:00: write bytes per second
            congestion | BBR           | is not the name of a congestion control: write for example bbr, or remove the line.""")
    void shouldSayWhatIsWrongWithALimitOrACongestionControl(String key, String text, String sentence) {
        assertThat(onlyProblem(read(false, key, text))).startsWith(key + " = " + text + " " + sentence);
    }

    @ParameterizedTest
    @CsvSource({"sndbuf-size,129M", "rcvbuf-size,134217729", "sndbuf-size,8G"})
    void shouldRefuseBuffersThatNoSystemGives(String key, String text) {
        assertThat(onlyProblem(read(false, key, text)))
                .isEqualTo(key + " = " + text
                        + " is more than a socket may buffer: use 128M or less, or 0 to leave it to the system.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sndbuf-size", "rcvbuf-size"})
    void shouldRefuseWhatIsNoSize(String key) {
        assertThat(onlyProblem(read(true, key, "10 Mbit"))).startsWith(key + " = 10 Mbit is not a size");
    }

    @ParameterizedTest
    @CsvSource({
        "1,1000",
        "9,1000",
        "10,1000",
        "11,1100",
        "200,20000",
        "300,30000",
        "1s,1000",
        "1500ms,1500",
        "60s,60000"
    })
    void shouldReadPingTimeoutsInTenthsOrWithAUnitAndOfASecondAtLeast(String text, int milliseconds) {
        assertThat(quietly("ping-timeout", text).timeouts().pingMs()).isEqualTo(milliseconds);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0      | is not from 1 to 300 tenths of a second: write for example 20, or 2s.
            301    | is not from 1 to 300 tenths of a second: write for example 20, or 2s.
            999ms  | is too short for a heartbeat to come in time: use 1s or more.
            0s     | is too short for a heartbeat to come in time: use 1s or more.
            -1     | is not a time: use a whole number with ms or s, for example 10s.
            """)
    void shouldRefuseWhatIsNoPingTimeout(String text, String problem) {
        assertThat(onlyProblem(read(false, "ping-timeout", text))).isEqualTo("ping-timeout = " + text + " " + problem);
    }

    @ParameterizedTest
    @CsvSource({"on,zlib level 9", "yes,zlib level 9", "1,zlib level 9", "6,zlib level 9"})
    void shouldReadTheSwitchOfVersion1AsZlib(String text, String codec) {
        RelayFile file = read(true, "compression", text);
        assertThat(settings(file).codec()).hasToString(codec);
        assertThat(file.notes()).containsExactly("compression is deprecated: zlib level 9 is used.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"off", "no", "0", "00"})
    void shouldReadTheSwitchOfVersion1AsNone(String text) {
        assertThat(quietly("compression", text).codec().isNone()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"maybe", "ON", "-1", "12345678901"})
    void shouldRefuseWhatIsNoSwitch(String text) {
        assertThat(onlyProblem(read(true, "compression", text)))
                .isEqualTo("compression = " + text + " is neither on nor off: write on, off, or better a plugin, for"
                        + " example plugin { zstd level 7; }.");
    }

    @Test
    void shouldPreferAPluginToTheSwitchAndACodecToAPlugin() {
        RelayFile file = read(true, "compression", "on", "plugin", new String[] {"lz4"});
        assertThat(settings(file).codec()).hasToString("lz4");
        assertThat(file.notes()).containsExactly("compression is deprecated: the plugin lz4 is used instead.");
        assertThat(settings(read(false, "codec", "zstd level 3", "plugin", "lz4"))
                        .codec())
                .hasToString("zstd level 3");
    }

    @Test
    void shouldNoteThatReadLoopsHaveNoEffect() {
        assertThat(read(true, "read-loops", "10").notes()).containsExactly("read-loops has no effect here.");
        assertThat(onlyProblem(read(true, "read-loops", "many")))
                .isEqualTo("read-loops = many is not a number: write a whole number, for example 0.");
    }

    @Test
    void shouldReadPluginLinesWithTheirNotes() {
        RelayFile file = read(
                true, "plugin", new String[] {"allocator mapped", "zstd level = 7", "drain-timeout 1s", "noop", "lz4"});
        assertThat(settings(file))
                .returns("mapped", RelaySettings::allocator)
                .returns("zstd level 7", settings -> settings.codec().toString())
                .returns(1000, settings -> settings.timeouts().drainMs());
        assertThat(file.notes())
                .containsExactly(
                        "plugin noop has no effect here.",
                        "plugin lz4 is not used: zstd level 7 compresses already, and one codec does.");
        assertThat(file.codecs()).hasSize(2);
        assertThat(settings(read(false, "plugin", "zlib")).codec()).hasToString("zlib");
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1:7789, 192.0.2.2:7789, true",
        "127.0.0.1:7789, 192.0.2.2:7789, true",
        "192.0.2.1:7789, 127.0.0.1:7790, true",
        "127.0.0.1:7789, localhost:7790, true",
        "127.0.0.1:7789, 127.0.0.2:7790, false",
        "[::1]:7789, [::1]:7790, false",
    })
    void shouldProtectEveryLineThatLeavesTheMachineUnlessToldNotTo(
            String outside, String peer, boolean protectedUntold) {
        assertThat(settings(read(false, "outside", outside, "peer", peer))
                        .addresses()
                        .tls())
                .isEqualTo(protectedUntold);
        assertThat(settings(read(false, "outside", outside, "peer", peer, "tls", "off"))
                        .addresses()
                        .tls())
                .isFalse();
        assertThat(settings(read(true, "outside", outside, "peer", peer, "plugin", new String[] {"tls on"}))
                        .addresses()
                        .tls())
                .isTrue();
    }

    @Test
    void shouldRefuseToGuessWhatIsToBeProtected() {
        assertThat(onlyProblem(read(false, "tls", "maybe")))
                .isEqualTo("tls = maybe is neither on nor off: write on and make keys with forebay keygen, or write off"
                        + " and let a VPN encrypt the line.");
        assertThat(onlyProblem(read(true, "plugin", new String[] {"tls"}))).contains("wants one value");
    }

    @Test
    void shouldPreferAKeyToAPluginLineThatSetsIt() {
        assertThat(settings(read(true, "allocator", "heap", "plugin", new String[] {"allocator mapped"}))
                        .allocator())
                .isEqualTo("heap");
    }

    @Test
    void shouldReportEachRefusedPluginLine() {
        assertThat(read(true, "plugin", new String[] {"crypto aes", "lz4", "allocator"})
                        .problems())
                .containsExactly(
                        "drbd-proxy-ctl: plugin crypto aes asks for encryption of a kind that Forebay does not have:"
                                + " write tls on, and make keys with forebay keygen.",
                        "drbd-proxy-ctl: plugin allocator wants one value: write for example allocator mapped.");
        assertThat(onlyProblem(read(true, "plugin", new String[] {"allocator A b", "lz4"})))
                .contains("wants one value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "100k", "1048575"})
    void shouldRaiseAMemlimitOfDrbdConfThatIsTooLittleAndRefuseOneOfAFile(String text) {
        RelayFile typed = read(true, "memlimit", text);
        assertThat(settings(typed).memlimitBytes()).isEqualTo(1 << 20);
        assertThat(typed.notes())
                .containsExactly("memlimit " + text + " is too little for a relay to work with: 1M is used.");
        assertThat(onlyProblem(read(false, "memlimit", text)))
                .isEqualTo("memlimit = " + text
                        + " is too little for a relay to work with: use 1M or more, for example 64M.");
    }

    @Test
    void shouldLowerAMemlimitThatNoMachineHas() {
        for (boolean typed : List.of(true, false)) {
            RelayFile file = read(typed, "memlimit", "1025T");
            assertThat(settings(file).memlimitBytes()).isEqualTo(1L << 50);
            assertThat(file.notes()).containsExactly("memlimit 1025T is more than any machine has: 1 PiB is used.");
            assertThat(settings(read(typed, "memlimit", "1024T")).memlimitBytes())
                    .isEqualTo(1L << 50);
        }
    }

    @Test
    void shouldNameARelayOfDrbdConfByItsOutsidesUnlessItsResourceIsGiven() {
        assertThat(settings(read(true)).resource()).isEqualTo("192.0.2.1:7789-192.0.2.2:7789");
        assertThat(settings(read(true, "outside", "192.0.2.2:7789", "peer", "192.0.2.1:7789"))
                        .resource())
                .isEqualTo("192.0.2.1:7789-192.0.2.2:7789");
        assertThat(settings(read(true, "plugin", new String[] {"resource r0"})).resource())
                .isEqualTo("r0");
        assertThat(settings(read(false)).resource()).isEqualTo("r0");
    }
}
