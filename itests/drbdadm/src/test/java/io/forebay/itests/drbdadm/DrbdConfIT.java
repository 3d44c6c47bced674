/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.drbdadm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forebay.api.proxy.ProxySection;
import io.forebay.config.drbdconf.DrbdConf;
import io.forebay.itests.drbdadm.DrbdadmDryRun.Mode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Forebay reads from a {@code drbd.conf} what drbdadm would send. */
class DrbdConfIT {

    static final Path SAMPLES =
            Path.of(System.getProperty("basedir", "."), "../../bundles/io.forebay.config/src/test/resources/drbdconf");
    /** drbdadm ends with this when there is nothing for this host. */
    private static final int NOTHING_HERE = 1;

    /** Which samples there are, and whether 8.4 mode understands them, too. */
    static Stream<Arguments> samples() {
        return Stream.of(
                        Arguments.of("two-sites.res", true),
                        Arguments.of("relay-hosts.res", true),
                        Arguments.of("nine.res", false),
                        Arguments.of("shared-relay.res", false),
                        Arguments.of("ipv6.res", true),
                        Arguments.of("levels.res", false),
                        Arguments.of("stacked.res", true),
                        Arguments.of("floating.res", true),
                        Arguments.of("words.res", true),
                        Arguments.of("included/drbd.conf", false))
                .flatMap(sample -> Stream.of(Mode.values())
                        .filter(mode -> mode == Mode.NINE || (boolean) sample.get()[1])
                        .map(mode -> Arguments.of(sample.get()[0], mode)));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void shouldReadWhatDrbdadmSends(String sample, Mode mode) throws Exception {
        assumeTrue(mode.isInstalled(), () -> "drbd-utils are not installed: there is no " + mode.program());
        Path file = SAMPLES.resolve(sample);
        DrbdConf conf = DrbdConf.read(file);
        assertThat(conf.proxyHosts()).hasSizeGreaterThan(1);
        List<String> hosts = new ArrayList<>(conf.proxyHosts());
        hosts.add("nobody");
        for (String host : hosts) {
            List<DrbdadmDryRun> runs = DrbdadmDryRun.proxyUp(mode, file, host);
            assertThat(runs)
                    .as("runs of drbdadm on %s", host)
                    .allSatisfy(run -> assertThat(run.status()).as(run.output()).isIn(0, NOTHING_HERE));
            List<String> sent = new ArrayList<>();
            for (DrbdadmDryRun run : runs) {
                for (String command : run.commands()) {
                    sent.add(comparable(command));
                }
            }
            List<String> read = new ArrayList<>();
            for (ProxySection section : conf.connections(host)) {
                for (String command : section.connection().commands()) {
                    read.add(comparable(command));
                }
            }
            assertThat(read).as("commands on %s", host).isEqualTo(sent);
            assertThat(read.isEmpty()).as("nothing on %s", host).isEqualTo(host.equals("nobody"));
        }
    }

    /** A command with its addresses in one spelling and without trailing options, which only newer drbdadm send. */
    static String comparable(String command) throws UnknownHostException {
        String[] words = command.split(" ");
        if (!command.startsWith("add connection ")) {
            return command;
        }
        List<String> kept = new ArrayList<>(List.of(words).subList(0, 3));
        for (String word : List.of(words).subList(3, 7)) {
            int colon = word.lastIndexOf(':');
            String ip = word.substring(0, colon).replaceAll("[\\[\\]]", "");
            // only digits, dots and colons, for which no name server is asked
            assertThat(ip).matches("[0-9A-Fa-f.:]+");
            kept.add(InetAddress.getByName(ip).getHostAddress() + " port " + word.substring(colon + 1));
        }
        for (String word : List.of(words).subList(7, words.length)) {
            assertThat(word).startsWith("--");
        }
        return String.join(" ", kept);
    }
}
