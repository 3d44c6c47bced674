/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.testkit.StubRelays;

/**
 * The commands as they are typed. Connections are only remembered; of relays there are {@code r1}, which is that of a file, and
 * {@code leaving}, whose connection was removed.
 */
final class TypedCommands {

    static final String ADD =
            "add connection r0-bob-alice 127.0.0.1:7815 192.168.23.2:7715 192.168.23.1:7715 127.0.0.1:7915";

    final RememberingConnections connections = new RememberingConnections();
    final ProxyCommands commands = commands(new StubRelays(
            SampleRelays.connected("r1"),
            SampleRelays.relay(SampleRelays.settings("leaving", "none", "drbd-proxy-ctl"), "", true)));

    /** The same connections with other relays. */
    ProxyCommands commands(StubRelays relays) {
        return new ProxyCommands(
                new ProxyConnectionCommands(connections, relays),
                new ProxyListings(relays, line -> "gogo " + line, "1.2.3"),
                new ProxyLogLevel(null),
                () -> {
                    throw new AssertionError("shutdown is for whoever has sent the answer");
                });
    }

    /** Commands that say nothing. */
    void done(String... lines) {
        for (String line : lines) {
            assertThat(commands.run(line)).isEqualTo(ProxyAnswer.NOTHING);
        }
    }

    /** What a command prints. */
    String out(String line) {
        ProxyAnswer answer = commands.run(line);
        assertThat(answer).returns(0, ProxyAnswer::status).returns("", ProxyAnswer::err);
        return answer.out();
    }
}
