/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.drbdadm;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.testkit.Forebay;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others call than the drbdadm that a distribution has: later drbd-utils, LCMC and LINSTOR. */
class NewerCallsIT {

    private static final List<String> ADDRESSES =
            List.of("127.0.0.1:7815", "127.2.0.2:7715", "127.2.0.1:7715", "127.0.0.1:7915");
    private static final String ADD = "add connection r0-bob-alice " + String.join(" ", ADDRESSES);

    private static Path folder;
    private static DrbdHost here;

    @BeforeAll
    static void start(@TempDir Path temporary) throws IOException, InterruptedException {
        folder = temporary;
        here = DrbdHost.start(folder);
    }

    @AfterAll
    static void stop() {
        if (here != null) {
            here.close();
        }
    }

    @AfterEach
    void removeAll() throws IOException, InterruptedException {
        here.removeAll();
    }

    private static ProxyConnection r0(Map<String, String> options, List<String> plugins) {
        return new ProxyConnection(
                "r0-bob-alice",
                ADDRESSES.get(0),
                ADDRESSES.get(1),
                ADDRESSES.get(2),
                ADDRESSES.get(3),
                options,
                plugins);
    }

    private static void assertDone(String... commands) throws IOException, InterruptedException {
        Forebay.Result result = here.ctl(commands);
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out()).isEmpty();
    }

    @Test
    void shouldTakeTheOptionsThatDrbdUtilsFrom930OnSendWithTheAddresses() throws Exception {
        assertDone(ADD + " --memlimit=512M");
        here.assertSettings(r0(Map.of("memlimit", "512M"), List.of()));
        assertDone(
                "set memlimit r0-bob-alice 512M",
                "set plugin r0-bob-alice 0 zstd level 7",
                "set plugin r0-bob-alice 1 END");
        here.assertSettings(r0(Map.of("memlimit", "512M"), List.of("zstd level 7")));
        assertDone("del connection r0-bob-alice");
        assertThat(here.shown("show")).isEmpty();
    }

    @Test
    void shouldTakeEveryOptionWithTheAddresses() throws Exception {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("compression", "1");
        options.put("ping-timeout", "30");
        options.put("rcvbuf-size", "4M");
        options.put("sndbuf-size", "20M"); // drbd-utils before 9.30 refuse more than 10M
        options.put("bwlimit", "10M");
        options.put("read-loops", "10");
        options.put("memlimit", "1G");
        ProxyConnection wanted = r0(options, List.of("zlib level 9", "lz4"));
        List<String> commands = wanted.commands();
        assertDone(commands.get(0));
        here.assertSettings(r0(options, List.of()));
        assertDone(commands.subList(1, commands.size()).toArray(String[]::new));
        here.assertSettings(wanted);
    }

    @Test
    void shouldRefuseAnOptionNobodyKnowsWithTheAddresses() throws Exception {
        Forebay.Result result = here.ctl(ADD + " --memlimits=512M");
        assertThat(result.status()).isBetween(1, 9);
        assertThat(result.err()).hasLineCount(1).contains("memlimits", "memlimit,");
        assertThat(here.shown("show")).isEmpty();
    }

    /** Two names since connections are named after DRBD's nodes: the new one, then the old one. */
    @Test
    void shouldForgetAConnectionUnderEitherName() throws Exception {
        assertDone(ADD);
        for (String name : List.of("r0-bob-alice", "r0-relay2-relay1", "r0-bob-alice")) {
            Forebay.Result result = here.ctl("del connection " + name);
            assertThat(result.status()).as(result.err()).isZero();
            assertThat(result.out()).isEmpty();
        }
        assertThat(here.shown("show")).isEmpty();
    }

    /** As adjust of the newest does at boot. */
    @Test
    void shouldSayThatThereAreNoSettingsUnderANameThatIsNotThere() throws Exception {
        assertDone(ADD);
        Forebay.Result result = here.ctl("show proxy-settings r0-relay2-relay1");
        assertThat(result.status()).isBetween(1, 9);
        assertThat(result.out()).isEmpty();
        here.assertSettings(r0(Map.of(), List.of()));
    }

    @Test
    void shouldGiveLcmcAllFourPartsOfItsStatus() throws Exception {
        assertDone(ADD);
        String status = here.shown("show hconnections", "show hsubconnections", "show memusage", "print statistics");
        int last = -1;
        for (String part : List.of(
                here.shown("show hconnections").lines().findFirst().orElseThrow(),
                here.shown("show hsubconnections").lines().findFirst().orElseThrow(),
                here.shown("show memusage").lines().findFirst().orElseThrow(),
                here.shown("print statistics").lines().findFirst().orElseThrow())) {
            assertThat(status.indexOf(part, last + 1)).as(part).isGreaterThan(last);
            last = status.indexOf(part, last + 1);
        }
        assertThat(status.split("r0-bob-alice")).hasSizeGreaterThan(4);
    }

    @Test
    void shouldListConnectionsVersionAndPluginsSoThatLcmcCanReadThem() throws Exception {
        assertDone(ADD);
        Matcher connection = Pattern.compile("add connection\\s+(\\S*)").matcher(here.shown("show"));
        assertThat(connection.find()).isTrue();
        assertThat(connection.group(1)).isEqualTo("r0-bob-alice");

        assertThat(here.shown("version")).matches(Pattern.compile(".* \\d+\\.\\d+\\.\\d+,.*", Pattern.DOTALL));

        String plugins = here.shown("show avail-plugins");
        for (String name : List.of("zstd", "zlib", "lz4")) {
            assertThat(plugins.split("\\n\\s*\\n"))
                    .anySatisfy(
                            block -> assertThat(block.strip()).matches("(?s)Plugin[^:]*: " + name + " .*compress.*"));
        }
    }

    @Test
    void shouldSayItsVersionAsTheDaemonSoThatLinstorCanReadIt() throws Exception {
        Path program = Files.createSymbolicLink(
                folder.resolve("drbd-proxy"),
                Forebay.HOME.resolve("bin/forebay").toAbsolutePath());
        for (String option : List.of("--version", "-v")) {
            Process process = new ProcessBuilder(program.toString(), option).start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).isZero();
            Matcher version = Pattern.compile("([Dd]rbd-proxy(-rs)? )?(\\d+)\\.(\\d+)\\.(\\d+)")
                    .matcher(text);
            assertThat(version.find()).as(text).isTrue();
            assertThat(version.group(3)).isEqualTo("4");
        }
        Files.delete(program);
    }
}
