/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelType;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What shows that only one site can dial, and what does not, or not any more. */
class OneWayLineTest {

    private static final RelayAddresses ADDRESSES = new RelayAddresses(
            new InetSocketAddress("10.0.1.1", 7789),
            new InetSocketAddress("10.0.1.2", 7788),
            new InetSocketAddress("192.0.2.1", 7790),
            new InetSocketAddress("192.0.2.2", 7790));

    private static final String REFUSED = "192.0.2.2:7790: connection refused";
    private static final String HERE = "this site cannot dial the peer at 192.0.2.2:7790";
    private static final String THERE = "the peer cannot dial the outside at 192.0.2.1:7790";

    private final OneWayLine line = new OneWayLine(() -> Instant.parse("2026-11-01T12:03:10.5Z"));

    private String problem() {
        return line.problem(ADDRESSES);
    }

    private void acceptedForConnector() {
        line.onBridge(ChannelRole.CONNECTOR, false, hello(0));
    }

    private void dialled(ChannelRole role, long features) {
        line.onBridge(role, true, hello(features));
    }

    @Test
    void shouldSayWhatFailedOnceThePeerHasDialledForThisSite() {
        line.onDialFailed(REFUSED);
        line.onDialFailed(REFUSED);
        assertThat(line.isInVain()).isTrue();
        assertThat(problem()).as("it may be the first of two that goes well").isEmpty();
        acceptedForConnector();
        assertThat(problem())
                .startsWith(HERE
                        + " (2 tries, last at 2026-11-01T12:03:10Z: connection refused), so the peer dials for both")
                .endsWith("say dial = inbound here and outbound there");
    }

    @Test
    void shouldSayNothingWhereNoDialHasFailedOrASingleOne() {
        acceptedForConnector();
        assertThat(problem()).isEmpty();
        line.onDialFailed(REFUSED);
        acceptedForConnector();
        assertThat(problem()).isEmpty();
        line.onDialFailed(REFUSED);
        line.onBridge(ChannelRole.ACCEPTOR, false, hello(0));
        assertThat(problem()).as("what the peer is to dial anyway").isEmpty();
    }

    @Test
    void shouldSayNothingMoreOnceADialOfThisSiteGoesWell() {
        line.onDialFailed(REFUSED);
        line.onDialFailed(REFUSED);
        acceptedForConnector();
        dialled(ChannelRole.ACCEPTOR, 0);
        assertThat(problem()).isEmpty();
        assertThat(line.isInVain()).isFalse();
    }

    @Test
    void shouldTakeARefusalByThePeerForADialThatGotThere() {
        line.onDialFailed(REFUSED);
        line.onDialFailed(REFUSED);
        acceptedForConnector();
        line.onDialFailed("refused by the peer: the channel has gone on without this link: attempt=1");
        assertThat(problem()).isEmpty();
        assertThat(line.isInVain()).isFalse();
    }

    @Test
    void shouldSayWhatThePeerTellsOfItsDialsWhereItWasDialledInstead() {
        dialled(ChannelRole.CONNECTOR, Hello.DIALS_IN_VAIN);
        assertThat(problem()).as("what this site is to dial anyway").isEmpty();
        dialled(ChannelRole.ACCEPTOR, 0);
        assertThat(problem()).as("the peer was only late").isEmpty();
        dialled(ChannelRole.ACCEPTOR, Hello.DIALS_IN_VAIN);
        assertThat(problem()).startsWith(THERE).endsWith("say dial = outbound here and inbound there");
        dialled(ChannelRole.ACCEPTOR, 0);
        assertThat(problem()).as("it has not dialled since").startsWith(THERE);
        line.onBridge(ChannelRole.ACCEPTOR, false, hello(Hello.DIALS_IN_VAIN));
        assertThat(problem()).as("it has dialled").isEmpty();
    }

    @Test
    void shouldForgetEverythingWhenTheLineIsLost() {
        line.onDialFailed(REFUSED);
        line.onDialFailed(REFUSED);
        acceptedForConnector();
        line.onLineLost();
        assertThat(problem()).isEmpty();
        acceptedForConnector();
        assertThat(problem()).isEmpty();
        dialled(ChannelRole.ACCEPTOR, Hello.DIALS_IN_VAIN);
        line.onLineLost();
        assertThat(problem()).isEmpty();
    }

    private static Hello hello(long features) {
        return new Hello(
                features,
                new UUID(1, 2),
                ChannelRole.CONNECTOR,
                ChannelType.DATA,
                DialMode.BOTH,
                0,
                0,
                1,
                0,
                0,
                2048,
                4096,
                "r0",
                "alpha",
                "bravo",
                "10.0.0.1:7789",
                "10.0.0.2:7788",
                List.of());
    }
}
