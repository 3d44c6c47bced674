/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Configurations that are wrong: each ends in one sentence that says where. */
class DrbdConfErrorTest {

    private static final String OSLO =
            "on oslo { address 10.0.0.1:1; proxy on oslo { inside 10.0.0.1:2; outside 10.0.0.1:3; } }";
    private static final String LIMA =
            "on lima { address 10.0.0.2:1; proxy on lima { inside 10.0.0.2:2; outside 10.0.0.2:3; } }";
    private static final Path SAMPLES = Path.of("src/test/resources/drbdconf");

    @TempDir
    private Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private DrbdConfException refused(String text) throws IOException {
        Path file = file("r.res", text);
        DrbdConfException refused = catchThrowableOfType(DrbdConfException.class, () -> DrbdConf.read(file));
        assertThat(refused).as("what is said about %.200s", text).isNotNull();
        return refused;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "resource r { OSLO LIMA|1:1: what begins here with \"resource\" is not ended",
                "resource r { OSLO LIMA } }|1:194: this } closes nothing",
                "resource r { disk /dev/x } OSLO LIMA }|1:26: the statement \"disk\"",
                "resource r { shared \"abc ; }|1:21: the quoted text",
                "common { proxy { plugin { lz4 } } }|1:18: the last plugin of the section that begins here, lz4,",
                "common { proxy { plugin { lz4;|1:18: the plugin section that begins here is not closed",
                "common { proxy { memlimt 1M; } }|1:18: \"memlimt\" is no option of a proxy: did you mean memlimit?",
                "common { proxy { loglevel x; } }|remove it, or put it into plugin { } as words; the options are memlimit, read-loops,",
                "common { proxy { memlimit much; } }|1:27: memlimit cannot be \"much\": write a size",
                "common { proxy { memlimit; } }|1:26: memlimit cannot be empty",
                "common { proxy { sndbuf-size 129M; } }|1:30: sndbuf-size cannot be \"129M\"",
                "common { proxy { sndbuf-size 134217729; } }|sndbuf-size cannot be",
                "common { proxy { ping-timeout soon; } }|ping-timeout cannot be \"soon\": write tenths",
                "common { proxy { compression maybe; } }|compression cannot be \"maybe\": write on or off",
                "common { proxy { bwlimit 1 2; } }|1:28: a semicolon is missing",
                "common { proxy on oslo { } }|1:16: the section proxy needs a {",
                "common { proxy { } proxy { } }|1:20: this is the second proxy section",
                "common { } common { }|1:12: common stands here and at",
                "resource r { OSLO LIMA } resource r { OSLO LIMA }|1:203: the resource r stands here and at",
                "resource r { OSLO on lima { address 10.0.0.2:1; } }|1:103: on lima of r has no proxy, but its peer has one",
                "resource r { OSLO }|1:10: r has 1 host section(s) with a proxy",
                "resource r { OSLO LIMA on quito { address 10.0.0.3:1; proxy on quito { inside 10.0.0.3:2; outside 10.0.0.3:3; } } }|r has 3 host section(s)",
                "resource r { LIMA on oslo { address 10.0.0.1:1; proxy on oslo { outside 10.0.0.1:3; } } }|1:133: the proxy on oslo has no inside address",
                "resource r { LIMA on oslo { address 10.0.0.1:1; proxy on oslo { inside 10.0.0.1:3; } } }|the proxy on oslo has no outside address",
                "resource r { LIMA on oslo { proxy on oslo { inside 10.0.0.1:3; outside 10.0.0.1:4; } } }|the proxy on oslo has no address of its DRBD",
                "resource r { LIMA on oslo { address 10.0.0.1; proxy on oslo { inside 10.0.0.1:3; outside 10.0.0.1:4; } } }|1:113: the address 10.0.0.1 is not an address with a port",
                "resource r { LIMA on oslo { address 10.0.0.1:66000; proxy on oslo { inside 10.0.0.1:3; outside 10.0.0.1:4; } } }|has no valid port",
                "resource r { LIMA on oslo { address 10.0.0.1:1; proxy on oslo { inside 10.0.0.256:3; outside 10.0.0.1:4; } } }|has no valid IPv4 address",
                "resource r { LIMA on oslo { address 10.0.0.1:1; proxy on oslo { inside [::1]:3; outside 10.0.0.1:4; } } }|write for example ipv6 [fd00::1]:7788",
                "resource r { LIMA on oslo { address 10.0.0.1:1; proxy on oslo { inside ipv6 [::g]:3; outside 10.0.0.1:4; } } }|has no valid IPv6 address",
                "resource r { LIMA on oslo { address oslo.example:1; proxy on oslo { inside 10.0.0.1:3; outside 10.0.0.1:4; } } }|is a host name",
                "resource r { LIMA on oslo { address 10.0.0.1:1; proxy on oslo { inside 10.0.0.1:3; outer 10.0.0.1:4; } } }|1:168: \"outer\" is nothing that proxy on takes",
                "resource r { OSLO LIMA connection-mesh { hosts oslo lima; } }|1:192: this mesh of r contains on oslo",
                "resource r { connection { PATH PATH } }|1:14: this connection of r has 2 paths",
                "resource r { connection { PATH host oslo; host lima; } }|this connection of r has 2 paths",
                "resource r { connection { HOST } }|this connection of r names 1 host(s)",
                "resource r { connection { HOST host lima address 10.0.0.2:1; } }|this host statement of r has no proxy",
                "resource r { connection { HOST host lima via proxy on lima { inside 10.0.0.1:2; outside 10.0.0.1:3; } } }|the host lima has neither an address here nor an on section",
                "resource r { connection { proxy { } } }|1:27: a connection has no proxy section",
                "resource r { connection { host oslo where; } }|1:37: after host come address, port, via proxy on",
                "resource \"r 1\" { OSLO LIMA }|1:10: the name \"r 1\" becomes part of the name of a relay",
                "resource r { include \"x\"; }|include stands inside of resource r",
                "resource r { template-file \"absent\"; }|1:28: there is no file",
                "include absent;|1:9: there is no file",
                "include *.res;|1:9: after include comes the name of a file",
                "include \"[z-a]*\";|1:9: \"[z-a]*\" is not the name of a file or a pattern",
                "include \"*a*a*a*a*a*a*a*a\";|1:9: \"*a*a*a*a*a*a*a*a\" has more than 6 stars",
                "skip it|1:1: what begins here with \"skip\" is not ended",
            })
    void shouldSayWhereAndWhatIsWrong(String text, String sentence) throws IOException {
        String end = "host %s address 10.0.0.1:1 via proxy on %s { inside 10.0.0.1:2; outside 10.0.0.1:3; }";
        String whole = text.replace(
                        "PATH", "path { " + end.formatted("oslo", "oslo") + end.formatted("lima", "lima") + " }")
                .replace("HOST", end.formatted("oslo", "oslo"))
                .replace("OSLO", OSLO)
                .replace("LIMA", LIMA);
        DrbdConfException refused = refused(whole);
        assertThat(refused).hasMessageContaining(sentence);
        assertThat(refused.getMessage())
                .startsWith(folder.resolve("r.res") + ":" + refused.place().line() + ":"
                        + refused.place().column() + ": ")
                .endsWith(".")
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource({
        "memlimit,1T 1.5G 100Mi 100k 100000000 0 99999999999999999999",
        "ping-timeout,0 301 200",
        "compression,on off 1",
        "sndbuf-size,0 128M 131072k 134217728",
        "read-loops,4G 0",
    })
    void shouldTakeWhatEitherModeOfDrbdadmTakes(String key, String values) throws Exception {
        for (String value : values.split(" ")) {
            Path file =
                    file("r.res", "common { proxy { %s %s; } } resource r { %s %s }".formatted(key, value, OSLO, LIMA));
            assertThat(DrbdConf.read(file)
                            .connections("oslo")
                            .get(0)
                            .connection()
                            .options())
                    .containsEntry(key, value);
        }
    }

    @Test
    void shouldSayInWhichFileOfSeveralTheTroubleIs() throws IOException {
        Path top = file("drbd.conf", "include \"r.res\";");
        file("r.res", "\n\n  resource");
        assertThatThrownBy(() -> DrbdConf.read(top)).hasMessageStartingWith(folder.resolve("r.res") + ":3:11: ");
    }

    @Test
    void shouldRefuseFilesIncludedTooDeep() throws IOException {
        for (int i = 0; i <= DrbdConfParser.DEPTH_MAX; i++) {
            file("f" + i, "include f" + (i + 1) + ";");
        }
        assertThatThrownBy(() -> DrbdConf.read(folder.resolve("f0")))
                .hasMessageContaining("files are included 32 deep here");
    }

    @Test
    void shouldReadAFileThatIncludesItselfOnce() throws Exception {
        Path file = file("r.res", "include r.res; resource r { " + OSLO + LIMA + " } include \"*.res\";");
        assertThat(DrbdConf.read(file).connections("oslo")).hasSize(1);
    }

    @Test
    void shouldRefuseWhatIsNoFile() {
        assertThatThrownBy(() -> DrbdConf.read(folder)).hasMessageContaining("is not a regular file");
        assertThatThrownBy(() -> DrbdConf.read(folder.resolve("none"))).hasMessageContaining("there is no file");
    }

    @Test
    void shouldRefuseAFileThatIsTooLarge() throws IOException {
        Path file = Files.write(folder.resolve("large"), new byte[DrbdConfFiles.FILE_BYTES_MAX + 1]);
        assertThatThrownBy(() -> DrbdConf.read(file)).hasMessageContaining("is too large");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "common { proxy { plugin { |x;|has more than 100 plugins",
                "common { proxy { plugin { |x |or one of more than 1000 words",
                "resource r { on |x |more than 256 names stand after on",
                "resource r { on a { address |:|a semicolon is missing here",
                "resource r { |{|is not ended before the end of the file",
                "|skip |is not ended before the end of the file",
                "resource |x|the section resource needs a {",
            })
    void shouldRefuseWhatGoesOnWithoutEnd(String begin, String again, String sentence) throws IOException {
        String text = (begin == null ? "" : begin + " ") + (again + " ").repeat(200_000);
        DrbdConfException refused = refused(text);
        assertThat(refused).hasMessageContaining(sentence);
        assertThat(refused.getMessage()).hasSizeLessThan(1000);
    }

    static Stream<String> samples() {
        return Stream.of(
                "two-sites.res",
                "relay-hosts.res",
                "nine.res",
                "shared-relay.res",
                "ipv6.res",
                "levels.res",
                "stacked.res",
                "floating.res",
                "words.res",
                "included/sites/b-template.res",
                "included/drbd.conf");
    }

    @ParameterizedTest
    @MethodSource("samples")
    void shouldEndInAResultOrOneSentenceWhereverAFileIsCutOff(String sample) throws IOException {
        byte[] bytes = Files.readAllBytes(SAMPLES.resolve(sample));
        for (int length = 0; length < bytes.length; length++) {
            byte[] begin = Arrays.copyOf(bytes, length);
            assertEndsWell(begin, sample + " cut after " + length);
        }
    }

    @Test
    void shouldEndInAResultOrOneSentenceWhateverTheBytes() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("DrbdConfErrorTest: seed=" + seed);
        Random random = new Random(seed);
        List<byte[]> originals = new ArrayList<>();
        for (String sample : samples().toList()) {
            originals.add(Files.readAllBytes(SAMPLES.resolve(sample)));
        }
        for (int round = 0; round < 4000; round++) {
            byte[] bytes;
            if (round % 4 == 0) {
                bytes = new byte[random.nextInt(400)];
                random.nextBytes(bytes);
            } else {
                bytes = originals.get(random.nextInt(originals.size())).clone();
                String marks = "{};[]:\"#\\\n ";
                for (int i = random.nextInt(6); i >= 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte)
                            (random.nextBoolean() ? marks.charAt(random.nextInt(marks.length())) : random.nextInt(256));
                }
            }
            assertEndsWell(bytes, "seed=" + seed + " round=" + round);
        }
    }

    private static void assertEndsWell(byte[] bytes, String what) {
        Path file = SAMPLES.resolve("included/drbd.conf");
        DrbdConfLexer lexer = new DrbdConfLexer("any.res", new String(bytes, StandardCharsets.UTF_8));
        try {
            DrbdConf conf = DrbdConf.read(file, lexer, new DrbdConfFiles());
            conf.proxyHosts()
                    .forEach(host -> assertThat(conf.connections(host))
                            .as(what)
                            .allSatisfy(relay ->
                                    assertThat(relay.connection().commands()).isNotEmpty()));
        } catch (DrbdConfException e) {
            assertThat(e.getMessage()).as(what).startsWith(e.place() + ": ").matches("(?s).*:\\d+:\\d+: .*\\.");
        } catch (RuntimeException e) {
            throw new AssertionError(what, e);
        }
    }
}
