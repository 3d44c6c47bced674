/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.ChannelStatus.Flow;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.Diagnosis;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.PeerStatus;
import io.forebay.api.relay.PlugInTargets;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.RelayStatus.BabStatus;
import io.forebay.api.relay.RelayTimeouts;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Relays as an engine would show them. */
final class SampleRelays {

    static final Instant SINCE = Instant.parse("2026-11-01T12:00:00Z");

    private SampleRelays() {}

    static RelaySettings settings(String name, String codec, String source) {
        return new RelaySettings(
                name,
                name,
                new RelayAddresses(
                        new InetSocketAddress("127.0.0.1", 7815),
                        new InetSocketAddress("127.0.0.1", 7915),
                        new InetSocketAddress("192.0.2.1", 7715),
                        InetSocketAddress.createUnresolved("peer.example", 7715)),
                512 << 20,
                "direct",
                CodecChoice.parse(codec),
                PlugInTargets.ANY,
                RelayTimeouts.DEFAULT,
                LineSettings.DEFAULT,
                source);
    }

    static RelayStatus relay(RelaySettings settings, String problem, boolean healthy, ChannelStatus... channels) {
        return new RelayStatus(
                settings,
                problem,
                new BabStatus("direct", settings.memlimitBytes(), 3 << 20, 5 << 20, 1 << 20),
                List.of(channels),
                PeerStatus.UNKNOWN,
                List.of(),
                new Diagnosis(
                        ChannelState.BRIDGING,
                        ChannelState.BRIDGING,
                        healthy,
                        Optional.empty(),
                        "",
                        "",
                        SINCE,
                        "",
                        healthy ? "all is well" : "the peer cannot be reached.",
                        ""));
    }

    static RelayStatus relay(String name, boolean healthy, ChannelStatus... channels) {
        return relay(settings(name, "zstd level 7", "etc/" + name + ".cfg"), "", healthy, channels);
    }

    static ChannelStatus channel(ChannelRole role, ChannelType type, ChannelState state, String peerAddress) {
        boolean acceptor = role == ChannelRole.ACCEPTOR;
        return new ChannelStatus(
                acceptor ? 1 : 2,
                role,
                type,
                state,
                acceptor ? "because" : "",
                SINCE,
                state == ChannelState.ESTABLISHED ? "127.0.0.1:41234" : "",
                peerAddress,
                "",
                new Flow(3_000_000, 2_000_000, 1_000_000, 800_000, 120, 7, 2 << 20, 3, List.of(), ""),
                new Flow(5000, 4500, 4000, 6000, 40, 39, 1 << 20, 1, List.of(), ""),
                acceptor ? 25_300_000 : 0);
    }

    /** A relay with both of DRBD's connections. */
    static RelayStatus connected(String name) {
        return relay(
                name,
                true,
                channel(ChannelRole.ACCEPTOR, ChannelType.DATA, ChannelState.ESTABLISHED, "192.0.2.2:50000"),
                channel(ChannelRole.CONNECTOR, ChannelType.META, ChannelState.ESTABLISHED, "192.0.2.2:7715"));
    }
}
