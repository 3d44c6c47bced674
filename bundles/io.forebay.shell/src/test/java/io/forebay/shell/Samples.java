/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.BandwidthStatus;
import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.ChannelStatus.Flow;
import io.forebay.api.relay.ChannelStatus.PacketCount;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.Diagnosis;
import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.Leg;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.PeerStatus;
import io.forebay.api.relay.PlugInTargets;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.RelayStatus.BabStatus;
import io.forebay.api.relay.RelayTimeouts;
import io.forebay.api.relay.Relays;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.testkit.StubRelays;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Relays as an engine would show them. */
final class Samples {

    static final Instant SINCE = Instant.parse("2026-11-01T12:00:00Z");

    private Samples() {}

    static ChannelStatus channel(long id, ChannelRole role, ChannelType type, ChannelState state) {
        return channel(id, role, type, state, "", "");
    }

    static ChannelStatus channel(
            long id, ChannelRole role, ChannelType type, ChannelState state, String drbdAddress, String peerAddress) {
        Flow transmit = new Flow(
                3_000_000,
                2_000_000,
                1_000_000,
                800_000,
                120,
                7,
                2 << 20,
                3,
                List.of(new PacketCount("P_DATA", 100, 2_900_000), new PacketCount("P_BARRIER", 9, 288)),
                "");
        Flow receive = new Flow(
                5000, 5000, 4000, 6000, 40, 40, 1 << 20, 0, List.of(new PacketCount("P_BARRIER", 1, 32)), "lost");
        return new ChannelStatus(
                id,
                role,
                type,
                state,
                "because",
                SINCE,
                drbdAddress,
                peerAddress,
                "connected",
                transmit,
                receive,
                25_300_000);
    }

    static final Diagnosis HEALTHY = new Diagnosis(
            ChannelState.ESTABLISHED,
            ChannelState.ESTABLISHED,
            true,
            Optional.empty(),
            "",
            "",
            SINCE,
            "",
            "healthy",
            "");

    static Diagnosis broken(ChannelState acceptor, ChannelState connector, Leg leg) {
        return new Diagnosis(
                acceptor,
                connector,
                false,
                Optional.of(leg),
                "10.0.0.1",
                "10.0.0.2:7788",
                SINCE,
                "connection refused",
                leg + " is missing.",
                "that it \"runs\".");
    }

    static RelayStatus relay(String name, String problem, ChannelStatus... channels) {
        return relay(name, problem, HEALTHY, channels);
    }

    static RelayStatus relay(String name, String problem, Diagnosis diagnosis, ChannelStatus... channels) {
        RelaySettings settings = new RelaySettings(
                name,
                name + "-resource",
                new RelayAddresses(
                        new InetSocketAddress("10.0.0.1", 7788),
                        new InetSocketAddress("10.0.0.2", 7788),
                        new InetSocketAddress("192.0.2.1", 7789),
                        InetSocketAddress.createUnresolved("peer.example", 7789)),
                16 << 20,
                4 << 20,
                "direct",
                CodecChoice.parse("zstd level 7"),
                PlugInTargets.ANY,
                RelayTimeouts.DEFAULT,
                LineSettings.DEFAULT,
                "etc/io.forebay.relay-" + name + ".cfg");
        return new RelayStatus(
                settings,
                problem,
                new BabStatus("direct", 16 << 20, 3 << 20, 5 << 20, 1 << 20),
                List.of(channels),
                new PeerStatus("far", "10.1.0.1:7788", "10.1.0.2:7788", DialMode.BOTH, List.of("lz4", "zlib", "zstd")),
                List.of(),
                diagnosis);
    }

    static RelayStatus limited(RelayStatus relay, BandwidthStatus.Limit its, BandwidthStatus.Limit ofAll) {
        return new RelayStatus(
                relay.settings(),
                relay.problems(),
                relay.bab(),
                relay.channels(),
                relay.peer(),
                relay.faults(),
                relay.diagnosis(),
                new BandwidthStatus(its, ofAll));
    }

    static RelayStatus healthy(String name) {
        return relay(
                name,
                "",
                channel(
                        1,
                        ChannelRole.ACCEPTOR,
                        ChannelType.DATA,
                        ChannelState.ESTABLISHED,
                        "10.0.0.2:41234",
                        "192.0.2.2:50000"),
                channel(
                        2,
                        ChannelRole.CONNECTOR,
                        ChannelType.META,
                        ChannelState.ESTABLISHED,
                        "10.0.0.2:7788",
                        "192.0.2.2:7789"));
    }

    static Relays relays(RelayStatus... all) {
        return new StubRelays(all);
    }
}
