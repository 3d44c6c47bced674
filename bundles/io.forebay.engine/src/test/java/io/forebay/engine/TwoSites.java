/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.codec.Codec;
import io.forebay.api.relay.BandwidthSchedule;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.PlugInTargets;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.RelayTimeouts;
import io.forebay.api.relay.WanLinks;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.Transition;
import io.forebay.codec.deflate.DeflateCodec;
import io.forebay.codec.lz4.Lz4Codec;
import io.forebay.codec.zstd.ZstdCodec;
import io.forebay.state.TransitionTable;
import io.forebay.testkit.HandDrivenLoop;
import io.forebay.testkit.SimulatedLine;
import io.forebay.testkit.SimulatedNetwork;
import io.forebay.testkit.TrackingAllocator;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Two engines and two pretend DRBDs on one hand-driven loop. */
final class TwoSites {

    static final long SECOND = 1_000_000_000L;

    final HandDrivenLoop loop = new HandDrivenLoop();
    final SimulatedNetwork network;
    private final Random seeds;
    /** What the wall clock said when the loop's was 0, in seconds since 1970; a Thursday's midnight, unless it is set. */
    long wallSeconds;

    final List<String> events = new ArrayList<>();
    final Site a;
    final Site b;

    /** One site: its engine, its relay's addresses, its DRBD. */
    final class Site {
        final SimulatedNetwork.SimulatedTransport transport;
        RelayAddresses addresses;
        DialMode dial = DialMode.BOTH;
        String resource = "r0";
        WanLinks links = WanLinks.ONE;
        private final BabAllocator memory;
        TrackingAllocator allocator;

        /** Runs what a worker is to do. */
        Consumer<Runnable> worker = Runnable::run;

        final PretendDrbd drbd;
        Engine engine;
        private RelaySettings settings;

        Site(int number, BabAllocator memory) {
            this.memory = memory;
            String ip = "10.0." + number + ".1";
            transport = network.host("10.9.0." + number);
            addresses = new RelayAddresses(
                    new InetSocketAddress(ip, 7789),
                    new InetSocketAddress("10.0." + number + ".2", 7788),
                    new InetSocketAddress("10.9.0." + number, 7790),
                    new InetSocketAddress("10.9.0." + (3 - number), 7790));
            try {
                drbd = new PretendDrbd(network.host("10.0." + number + ".2"), loop, addresses.drbd());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Starts the process of this site, or starts it again: what a killed one held is gone with it. */
        void start(long memlimit, String codec) {
            allocator = new TrackingAllocator(memory);
            Workers workers = new Workers() {
                @Override
                public int count() {
                    return 2;
                }

                @Override
                public void execute(Runnable task) {
                    loop.schedule(() -> worker.accept(task), 20_000);
                }
            };
            Random random = new Random(seeds.nextLong());
            engine = new Engine(
                    transport,
                    new TransitionTable(),
                    new Surroundings(
                            "test",
                            workers,
                            new ScratchPool(workers.count()),
                            loop,
                            wallClock(),
                            random,
                            log(),
                            any -> properties -> true));
            List<Codec> codecs = List.of(new ZstdCodec(), new Lz4Codec(), new DeflateCodec());
            codecs.forEach(one -> engine.addCodec(PlugIn.plain(one.name(), one)));
            engine.addAllocator(PlugIn.plain(allocator.name(), allocator));
            put(memlimit, codec);
        }

        /** Configures the relay of this site, or configures it anew. */
        void put(long memlimit, String codec) {
            put(new RelaySettings(
                    "r0",
                    resource,
                    addresses,
                    memlimit,
                    allocator.name(),
                    CodecChoice.parse(codec),
                    PlugInTargets.ANY,
                    RelayTimeouts.DEFAULT,
                    new LineSettings(0, 0, BandwidthSchedule.UNLIMITED, dial, "", links),
                    "test"));
        }

        /** Says another word on who dials, while it runs. */
        void dial(DialMode next) {
            dial = next;
            line(settings.timeouts(), new LineSettings(0, 0, BandwidthSchedule.UNLIMITED, next, "", links));
        }

        /** Where it thinks that its DRBD is, before it starts. */
        void drbd(InetSocketAddress drbd) {
            addresses = new RelayAddresses(addresses.inside(), drbd, addresses.outside(), addresses.peer());
        }

        /** Where it thinks that the peer is, before it starts. */
        void peer(String ip) {
            addresses = new RelayAddresses(
                    addresses.inside(), addresses.drbd(), addresses.outside(), new InetSocketAddress(ip, 7790));
        }

        private void put(RelaySettings next) {
            settings = next;
            engine.put(next);
        }

        void memlimit(long bytes) {
            memory(bytes, settings.allocator());
        }

        void memory(long bytes, String from) {
            memory(bytes, settings.reserveBytes(), from);
        }

        /** Reserves so much of its memlimit, and changes nothing else. */
        void reserve(long bytes) {
            memory(settings.memlimitBytes(), bytes, settings.allocator());
        }

        private void memory(long bytes, long reserveBytes, String from) {
            put(new RelaySettings(
                    settings.name(),
                    settings.resource(),
                    addresses,
                    bytes,
                    reserveBytes,
                    from,
                    settings.codec(),
                    PlugInTargets.ANY,
                    settings.timeouts(),
                    settings.line(),
                    settings.source()));
        }

        void line(RelayTimeouts timeouts, LineSettings line) {
            put(new RelaySettings(
                    settings.name(),
                    settings.resource(),
                    addresses,
                    settings.memlimitBytes(),
                    settings.reserveBytes(),
                    settings.allocator(),
                    settings.codec(),
                    PlugInTargets.ANY,
                    timeouts,
                    line,
                    settings.source()));
        }

        private Clock wallClock() {
            InstantSource source = () -> Instant.ofEpochSecond(wallSeconds, loop.nowNs());
            return source.withZone(ZoneOffset.UTC);
        }

        private ChannelEvents log() {
            return new ChannelEvents() {
                @Override
                public void onTransition(Transition transition) {
                    events.add("%d ms, site %s, channel %d %s: %s -> %s %s"
                            .formatted(
                                    loop.nowNs() / 1_000_000,
                                    addresses.inside().getAddress().getHostAddress(),
                                    transition.channel(),
                                    transition.role(),
                                    transition.from().label(),
                                    transition.to().label(),
                                    transition.event()));
                }

                @Override
                public void onSentence(String relay, String sentence) {
                    events.add(sentence);
                }

                @Override
                public void onNews(String relay, String sentence) {
                    events.add("news of %s: %s".formatted(relay, sentence));
                }
            };
        }

        RelayStatus status() {
            return engine.status().get(0);
        }

        boolean isReady() {
            return status().channels().stream()
                    .allMatch(one -> one.state() == ChannelState.WAITING || one.state() == ChannelState.CONNECTING);
        }
    }

    TwoSites(long seed, BabAllocator ofA, BabAllocator ofB) {
        System.out.println("seed " + seed);
        network = new SimulatedNetwork(loop, seed);
        seeds = new Random(seed);
        a = new Site(1, ofA);
        b = new Site(2, ofB);
    }

    SimulatedLine wan() {
        return network.line("10.9.0.1", "10.9.0.2");
    }

    TwoSites start(long memlimit, String codec) {
        a.start(memlimit, codec);
        b.start(memlimit, codec);
        await("bridges", () -> a.isReady() && b.isReady());
        return this;
    }

    void await(String what, java.util.function.BooleanSupplier condition) {
        long end = loop.nowNs() + 60 * SECOND;
        boolean holds = condition.getAsBoolean();
        while (!holds && loop.nowNs() < end) {
            loop.runFor(SECOND / 2000);
            holds = condition.getAsBoolean();
        }
        assertThat(holds)
                .as(() -> what + " within 60 s; events:\n" + String.join("\n", events))
                .isTrue();
    }

    /** Takes both relays down and proves that nothing is held any more. */
    void closeAndProveEmpty() {
        List<Site> started = Stream.of(a, b).filter(site -> site.engine != null).toList();
        started.forEach(site -> loop.execute(() -> site.engine.remove("r0")));
        loop.runFor(15 * SECOND);
        for (Site site : started) {
            assertThat(site.allocator.leasedBytes()).as("leased in the end").isZero();
            assertThat(site.allocator.open()).as("memories open in the end").isZero();
        }
    }
}
