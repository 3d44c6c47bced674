/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import io.forebay.api.relay.RelayAddresses;
import io.forebay.testkit.HandDrivenLoop;
import io.forebay.testkit.SimulatedConnection;
import io.forebay.testkit.SimulatedLine;
import io.forebay.testkit.SimulatedNetwork;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Two sites with their Forebays and DRBDs, and the WAN between them, on one hand-driven loop. */
final class World {

    private static final int DRBD_PORT = 7788;
    private static final int INSIDE_PORT = 7789;
    private static final int OUTSIDE_PORT = 7790;
    private static final int VISIBLE_MARGIN_MS = 12_000;

    final HandDrivenLoop loop = new HandDrivenLoop();
    final Scenario scenario;
    final Random random;
    final SimulatedNetwork network;
    final Chronicle chronicle = new Chronicle(loop::nowNs);
    final Oracle oracle;
    final List<Site> sites = new ArrayList<>();
    private long silentUntilNs;

    /** One site. */
    final class Site {
        private final int number;
        private final RelayAddresses addresses;
        private final List<ForebayProcess> killed = new ArrayList<>();
        final DrbdPeer drbd;
        private ForebayProcess forebay;
        private TransitionAudit audit;
        private String codec;
        private long memlimitBytes;

        Site(int number) {
            this.number = number;
            addresses = new RelayAddresses(
                    new InetSocketAddress(insideIp(number), INSIDE_PORT),
                    new InetSocketAddress("10.0.%d.2".formatted(number + 1), DRBD_PORT),
                    new InetSocketAddress(outsideIp(number), OUTSIDE_PORT),
                    new InetSocketAddress(outsideIp(1 - number), OUTSIDE_PORT));
            codec = scenario.relay().codecs().get(number);
            memlimitBytes = scenario.relay().memlimitBytes();
            drbd = new DrbdPeer(
                    number,
                    network,
                    new DrbdPeer.Addresses(addresses.drbd(), addresses.inside()),
                    scenario.drbds().get(number),
                    random,
                    oracle,
                    chronicle);
        }

        /** The running Forebay; {@code null} while there is none. */
        ForebayProcess forebay() {
            return forebay;
        }

        /** What listens to the running Forebay. */
        TransitionAudit audit() {
            return audit;
        }

        void start() {
            if (forebay == null) {
                audit = new TransitionAudit(number, scenario.kind() == Scenario.Kind.DAMAGE, oracle, chronicle);
                forebay = new ForebayProcess(network, number, addresses, scenario.relay(), random, oracle, audit);
                forebay.configure(codec, memlimitBytes);
            }
        }

        void kill() {
            if (forebay != null) {
                oracle.onKilled(number);
                forebay.kill();
                killed.add(forebay);
                forebay = null;
            }
        }

        void useCodec(String next) {
            codec = next;
            if (forebay != null) {
                forebay.configure(codec, memlimitBytes);
            }
        }

        void useMemlimit(long bytes) {
            memlimitBytes = bytes;
            if (forebay != null) {
                forebay.configure(codec, memlimitBytes);
            }
        }
    }

    World(Scenario scenario) {
        this.scenario = scenario;
        random = new Random(scenario.seed());
        network = new SimulatedNetwork(loop, random.nextLong()).resetUnread(true);
        oracle = new Oracle(
                loop::nowNs,
                (scenario.relay().drainTimeoutMs() + scenario.relay().resumeTimeoutMs() + VISIBLE_MARGIN_MS)
                        * 1_000_000L);
        mendWan();
        sites.add(new Site(0));
        sites.add(new Site(1));
    }

    /** For so long nothing must push a byte. */
    void beSilent(long ns) {
        silentUntilNs = Math.max(silentUntilNs, loop.nowNs() + ns);
    }

    boolean isSilent() {
        return loop.nowNs() < silentUntilNs;
    }

    private static String insideIp(int site) {
        return "10.0.%d.1".formatted(site + 1);
    }

    static String outsideIp(int site) {
        return "10.9.0." + (site + 1);
    }

    SimulatedLine wan() {
        return network.line(outsideIp(0), outsideIp(1));
    }

    /** Makes the WAN what the scenario says. */
    void mendWan() {
        wan().cut(false)
                .delayNs(scenario.wan().delayNs())
                .jitterNs(scenario.wan().jitterNs())
                .bytesPerSecond(scenario.wan().bytesPerSecond())
                .windowBytes(scenario.wan().windowBytes())
                .flipBitAfter(-1);
    }

    /** What would break a connection after some more bytes does not break it any more. */
    void disarm() {
        network.connections().forEach(one -> one.breakOffAfter(-1));
    }

    void mendSpeed() {
        wan().bytesPerSecond(scenario.wan().bytesPerSecond());
    }

    /** The ends of links that one site holds. */
    List<SimulatedConnection> links(int site) {
        return network.connections().stream()
                .filter(one -> one.localAddress().getAddress().getHostAddress().equals(outsideIp(site)))
                .toList();
    }

    /** Gives back what is outside the Java heap, after the last step. */
    void reclaim() {
        for (Site site : sites) {
            site.kill();
            site.killed.forEach(ForebayProcess::reclaim);
        }
    }
}
