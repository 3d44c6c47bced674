/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.drbdadm;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxySection;
import io.forebay.config.drbdconf.DrbdConf;
import io.forebay.itests.drbdadm.DrbdadmDryRun.Mode;
import io.forebay.testkit.Forebay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The real drbdadm makes and removes relays in a running Forebay. */
class ProxyUpIT {

    /** Plugins of the samples that no codec is behind. */
    private static final Pattern UNKNOWN = Pattern.compile("(x-\\w+|quoted)( .*)?");

    private static final String NOTE = "drbd-proxy-ctl: note: ";
    private static final int STATUS_MAX = 9;
    private static final int SINCE = 6;

    private static DrbdHost here;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException, InterruptedException {
        DrbdHost.assumeInstalled(Mode.NINE);
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

    /** Every sample as each of its hosts; in 8.4 mode, which differs little, as the first; the first also as nobody. */
    static Stream<Arguments> hosts() throws Exception {
        List<Arguments> all = new ArrayList<>();
        for (Arguments sample : DrbdConfIT.samples().toList()) {
            Path file = DrbdConfIT.SAMPLES.resolve((String) sample.get()[0]);
            List<String> hosts = DrbdConf.read(file).proxyHosts();
            Mode mode = (Mode) sample.get()[1];
            for (String host : mode == Mode.NINE ? hosts : hosts.subList(0, 1)) {
                all.add(Arguments.of(file.getFileName(), mode, host, file));
            }
            if (all.size() <= Mode.values().length + 1) {
                all.add(Arguments.of(file.getFileName(), mode, "nobody", file));
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0}, {1}, as {2}")
    @MethodSource("hosts")
    void shouldHaveTheRelaysOfTheConfigurationUntilProxyDown(Path name, Mode mode, String host, Path file)
            throws Exception {
        DrbdHost.assumeInstalled(mode);
        List<ProxyConnection> all = DrbdConf.read(file).connections(host).stream()
                .map(ProxySection::connection)
                .toList();
        List<String> refused = all.stream()
                .flatMap(connection -> connection.plugins().stream())
                .filter(UNKNOWN.asMatchPredicate())
                .toList();
        proxyUp(mode, host, file, refused);
        String relays = here.shown("show");
        List<String> since = since();
        assertRelays(all, relays);
        assertThat(since).hasSize(2 * all.size());

        proxyUp(mode, host, file, refused);
        assertThat(here.shown("show")).isEqualTo(relays);
        assertThat(since()).isEqualTo(since);

        for (Forebay.Result down : runs(mode, host, file, "proxy-down")) {
            assertDone(down);
        }
        assertThat(here.shown("show")).isEmpty();
    }

    private static List<Forebay.Result> runs(Mode mode, String host, Path file, String command)
            throws IOException, InterruptedException {
        return List.of(
                here.drbdadm(mode, host, "-c", file.toString(), command, "all"),
                here.drbdadm(mode, host, "-S", "-c", file.toString(), command, "all"));
    }

    private static void proxyUp(Mode mode, String host, Path file, List<String> refused)
            throws IOException, InterruptedException {
        List<Forebay.Result> runs = runs(mode, host, file, "proxy-up");
        List<String> refusals = runs.stream().flatMap(ProxyUpIT::refusals).toList();
        assertThat(refusals).hasSameSizeAs(refused);
        for (int i = 0; i < refused.size(); i++) {
            assertThat(refusals.get(i)).contains(refused.get(i).split(" ")[0], "zstd");
        }
        for (Forebay.Result run : runs) {
            if (refusals(run).findAny().isPresent()) {
                assertThat(run.status()).as(run.err()).isBetween(1, STATUS_MAX);
            } else {
                assertDone(run);
            }
        }
    }

    private static Stream<String> refusals(Forebay.Result run) {
        return run.err().lines().filter(line -> line.startsWith("drbd-proxy-ctl: ") && !line.startsWith(NOTE));
    }

    /** drbdadm ends with 1 when there is nothing for this host, and says so. */
    private static void assertDone(Forebay.Result run) {
        if (run.status() != 0) {
            assertThat(run.status()).as(run.err()).isEqualTo(1);
            assertThat(run.err()).contains("for this host");
        }
    }

    private static void assertRelays(List<ProxyConnection> all, String relays)
            throws IOException, InterruptedException {
        List<String> there = new ArrayList<>();
        for (String line : relays.lines().toList()) {
            if (line.startsWith("add ")) {
                there.add(DrbdConfIT.comparable(line));
            }
        }
        List<String> wanted = new ArrayList<>();
        Map<String, ProxyConnection> lastOfName = new HashMap<>();
        for (ProxyConnection connection : all) {
            wanted.add(DrbdConfIT.comparable(connection.commands().get(0)));
            lastOfName.put(connection.name(), connection);
        }
        assertThat(there).containsExactlyInAnyOrderElementsOf(wanted);
        for (ProxyConnection connection : lastOfName.values()) {
            here.assertSettings(connection.with(
                    connection.options(),
                    connection.plugins().stream()
                            .filter(UNKNOWN.asMatchPredicate().negate())
                            .toList()));
        }
    }

    /** Since when each channel is in its state. */
    private static List<String> since() throws IOException, InterruptedException {
        return here.shown("show subconnections")
                .lines()
                .skip(1)
                .map(line -> line.split("\t"))
                .map(fields -> fields[0] + " " + fields[SINCE])
                .toList();
    }
}
