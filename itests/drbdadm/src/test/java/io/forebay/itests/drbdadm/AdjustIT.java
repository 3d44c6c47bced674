/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.drbdadm;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxySection;
import io.forebay.config.drbdconf.DrbdConf;
import io.forebay.itests.drbdadm.DrbdadmDryRun.Mode;
import io.forebay.testkit.Forebay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code drbdadm adjust} brings a running Forebay to what its configuration says, once. */
class AdjustIT {

    private static final String ALICE = "alice";
    private static final String ASK = "drbd-proxy-ctl <-c> <show proxy-settings r0-bob-alice>";
    private static final TwoSites SITES =
            new TwoSites(TwoSites.at("127.0.0.1", 7915, 7815, 7715), TwoSites.at("127.0.0.2", 7915, 7815, 7715));

    private static Path folder;
    private static DrbdHost here;

    @BeforeAll
    static void start(@TempDir Path temporary) throws IOException, InterruptedException {
        DrbdHost.assumeInstalled(Mode.NINE);
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

    /** The content of a proxy section before and after. */
    static Stream<Arguments> changes() {
        String[][] changes = {
            {"memlimit", "memlimit 64M; plugin { zstd level 7; }", "memlimit 32M; plugin { zstd level 7; }"},
            {"plugin", "memlimit 64M; plugin { zstd level 7; }", "memlimit 64M; plugin { lz4; }"},
            {"plugin's level", "memlimit 64M; plugin { zstd level 7; }", "memlimit 64M; plugin { zstd level 3; }"},
            {
                "plugin's bounds",
                "memlimit 64M; plugin { zstd level auto; }",
                "memlimit 64M; plugin { zstd level -2..5; }"
            },
            {"plugin added", "memlimit 64M;", "memlimit 64M; plugin { zlib level 3; }"},
            {"all added", "", "memlimit 64M; bwlimit 10M; plugin { zlib level 3; }"},
            {
                "second plugin added",
                "memlimit 64M; plugin { zstd level 7; }",
                "memlimit 64M; plugin { noop; zstd level 7; }"
            },
            {"one of two removed", "memlimit 64M; plugin { zstd level 7; noop; }", "memlimit 64M; plugin { noop; }"},
            {"plugins removed", "memlimit 64M; plugin { zstd level 7; noop; }", "memlimit 64M;"},
            {
                "two plugins changed",
                "memlimit 64M; plugin { zstd level 7; noop; }",
                "memlimit 64M; plugin { debug; zlib level 1; }"
            },
            {
                "all changed",
                "memlimit 64M; ping-timeout 20; plugin { zstd level 7; }",
                "memlimit 1G; ping-timeout 30; plugin { lz4; noop; }"
            },
        };
        return Stream.of(Mode.values())
                .flatMap(mode ->
                        Arrays.stream(changes).map(change -> Arguments.of(mode, change[0], change[1], change[2])));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("changes")
    void shouldDoWhatHasChangedAndNothingMore(Mode mode, String what, String before, String after) throws Exception {
        DrbdHost.assumeInstalled(mode);
        here.kernel(mode, ALICE, SITES.aliceKernel(mode));
        done(mode, "proxy-up", before);
        here.calls(mode, ALICE);

        done(mode, "adjust", before);
        assertThat(proxyCalls(mode)).containsExactly(ASK);

        done(mode, "adjust", after);
        assertThat(proxyCalls(mode)).startsWith(ASK).hasSizeGreaterThan(1);
        here.assertSettings(wanted(after));

        done(mode, "adjust", after);
        assertThat(proxyCalls(mode)).containsExactly(ASK);

        done(mode, "proxy-down", after);
        assertThat(here.shown("show")).isEmpty();
    }

    /** As at boot; in 8.4 mode adjust never adds. */
    @Test
    void shouldAddTheRelayOfAResourceThatIsDown() throws Exception {
        String section = "memlimit 64M; plugin { zstd level 7; }";
        here.calls(Mode.NINE, "down");
        Forebay.Result result =
                here.drbdadm(Mode.NINE, "down", "-c", file(section, "down").toString(), "adjust", "r0");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(here.calls(Mode.NINE, "down").stream().filter(call -> call.startsWith("drbd-proxy-ctl")))
                .hasSize(3)
                .first()
                .isEqualTo("drbd-proxy-ctl <-c> <del connection r0-bob-down>");
        here.assertSettings(
                DrbdConf.read(file(section, "down")).connections("down").get(0).connection());
    }

    /** LINSTOR never calls proxy-up. */
    @Test
    void shouldAddTheRelaysOfALinstorResourceThatIsDown() throws Exception {
        Path file = Path.of(AdjustIT.class.getResource("/linstor.res").toURI());
        List<ProxyConnection> wanted = DrbdConf.read(file).connections("quito").stream()
                .map(ProxySection::connection)
                .toList();
        assertThat(wanted).hasSize(2);
        Forebay.Result result = here.drbdadm(Mode.NINE, "quito", "-c", file.toString(), "-vvv", "adjust", "archive");
        assertThat(result.status()).as(result.err()).isZero();
        for (ProxyConnection connection : wanted) {
            here.assertSettings(connection);
            assertThat(here.shown("show")).contains(connection.commands().get(0));
        }
    }

    private static void done(Mode mode, String command, String section) throws IOException, InterruptedException {
        Forebay.Result result =
                here.drbdadm(mode, ALICE, "-c", file(section, ALICE).toString(), command, "r0");
        assertThat(result.status()).as(result.err()).isZero();
    }

    private static List<String> proxyCalls(Mode mode) throws IOException {
        return here.calls(mode, ALICE).stream()
                .filter(call -> call.startsWith("drbd-proxy-ctl"))
                .toList();
    }

    private static ProxyConnection wanted(String section) throws Exception {
        return DrbdConf.read(file(section, ALICE)).connections(ALICE).get(0).connection();
    }

    private static Path file(String section, String alice) throws IOException {
        return Files.writeString(folder.resolve("r0.res"), SITES.conf(section).replace(ALICE, alice));
    }
}
