/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.codec.Codec;
import io.forebay.api.relay.BandwidthSchedule;
import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.PlugInTargets;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.RelayTimeouts;
import io.forebay.api.relay.WanLinks;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.bab.direct.DirectBabAllocator;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.codec.deflate.DeflateCodec;
import io.forebay.codec.lz4.Lz4Codec;
import io.forebay.codec.zstd.ZstdCodec;
import io.forebay.engine.ChannelEvents;
import io.forebay.engine.Engine;
import io.forebay.engine.PlugIn;
import io.forebay.engine.ScratchPool;
import io.forebay.engine.Surroundings;
import io.forebay.engine.Workers;
import io.forebay.state.TransitionTable;
import io.forebay.testkit.ProcessLoop;
import io.forebay.testkit.SimulatedNetwork;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ObjLongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A Forebay from its start until it is killed, or closed. */
final class ForebayProcess {

    private static final String RELAY = "r0";
    private static final int COMPRESS_NS_MAX = 400_000;

    private final ProcessLoop loop;
    private final SimulatedNetwork network;
    private final SimulatedNetwork.SimulatedTransport transport;
    private final RelayAddresses addresses;
    private final Scenario.Relay settings;
    private final LineSettings line;
    private final MemoryWatch memory;
    private final List<CodecWatch> codecs = new ArrayList<>();
    private final Map<String, PlugIn<Codec>> installed = new TreeMap<>();
    private final Oracle oracle;
    private final Engine engine;
    private final Set<PlugIn<BabAllocator>> there = new LinkedHashSet<>();

    ForebayProcess(
            SimulatedNetwork network,
            int site,
            RelayAddresses addresses,
            Scenario.Relay settings,
            Random random,
            Oracle oracle,
            ChannelEvents events) {
        this.network = network;
        this.addresses = addresses;
        this.settings = settings;
        this.line = new LineSettings(
                0,
                0,
                BandwidthSchedule.UNLIMITED,
                settings.dial().get(site),
                "",
                new WanLinks(settings.links().get(site), List.of()));
        this.oracle = oracle;
        loop = new ProcessLoop(network.loop());
        transport = network.host(addresses.outside().getAddress().getHostAddress(), loop);
        memory = new MemoryWatch(
                settings.directMemory() ? new DirectBabAllocator() : new HeapBabAllocator(),
                () -> !problem().isEmpty(),
                oracle);
        engine = new Engine(
                transport,
                new TransitionTable(),
                new Surroundings(
                        addresses.outside().getHostString(),
                        workers(random),
                        new ScratchPool(2),
                        loop,
                        wallClock(),
                        random,
                        events,
                        any -> properties -> true));
        addCodecs();
        addAllocators();
    }

    private Clock wallClock() {
        InstantSource source = () -> Instant.ofEpochSecond(0, loop.nowNs());
        return source.withZone(ZoneOffset.UTC);
    }

    /** The one that the relay wants, and one that it takes while that is gone; both lend the memory that is watched. */
    private List<PlugIn<BabAllocator>> allocators() {
        return List.of(PlugIn.plain(memory.name(), memory), new PlugIn<>(memory, "other", "no bundle", 1, 0, Map.of()));
    }

    /** Takes the allocator away, or both, unless they are gone already. */
    void removeAllocators(boolean both) {
        loop.execute(() -> {
            List<PlugIn<BabAllocator>> all = allocators();
            all.subList(0, both ? 2 : 1).stream().filter(there::remove).forEach(engine::removeAllocator);
        });
    }

    /** Brings back those that are gone. */
    void addAllocators() {
        loop.execute(() -> allocators().stream().filter(there::add).forEach(engine::addAllocator));
    }

    /** Starts the bundles of all codecs that are not there. */
    void addCodecs() {
        Stream.of(new ZstdCodec(), new Lz4Codec(), new DeflateCodec())
                .filter(codec -> !installed.containsKey(codec.name()))
                .forEach(codec -> {
                    CodecWatch watch = new CodecWatch(codec, oracle);
                    codecs.add(watch);
                    PlugIn<Codec> plugIn =
                            new PlugIn<>(watch, codec.name(), "bundle 1.0.0", codecs.size(), 0, Map.of());
                    installed.put(codec.name(), plugIn);
                    engine.addCodec(plugIn);
                });
    }

    /** Stops the bundle of one of the codecs. */
    void removeCodec(int which) {
        List<String> names = List.copyOf(installed.keySet());
        if (!names.isEmpty()) {
            PlugIn<Codec> plugIn = installed.remove(names.get(which % names.size()));
            engine.removeCodec(plugIn).thenRun(((CodecWatch) plugIn.service())::onGone);
        }
    }

    /** Workers whose results come in any order. */
    private Workers workers(Random random) {
        return new Workers() {
            @Override
            public int count() {
                return 2;
            }

            @Override
            public void execute(Runnable task) {
                loop.schedule(task, 1 + random.nextInt(COMPRESS_NS_MAX));
            }
        };
    }

    /** What the relay says that keeps it from working as configured. */
    private String problem() {
        return engine.status().get(0).problem();
    }

    /** Configures the relay, or gives it another codec or memlimit. */
    void configure(String codec, long memlimitBytes) {
        long reserveBytes = settings.reserveBytes(memlimitBytes);
        memory.limit(memlimitBytes, reserveBytes);
        engine.put(new RelaySettings(
                RELAY,
                RELAY,
                addresses,
                memlimitBytes,
                reserveBytes,
                memory.name(),
                CodecChoice.parse(codec),
                PlugInTargets.ANY,
                new RelayTimeouts(settings.drainTimeoutMs(), settings.resumeTimeoutMs(), RelayTimeouts.PING_MIN_MS),
                line,
                "simulation"));
    }

    void kill() {
        loop.kill();
        network.kill(transport);
    }

    /** Takes the relay down, as an operator does. */
    void close() {
        loop.execute(engine::close);
    }

    /** Whether it shows one data and one meta channel, both established. */
    boolean isEstablished() {
        List<ChannelStatus> channels = engine.status().get(0).channels();
        Set<ChannelType> types = channels.stream().map(ChannelStatus::type).collect(Collectors.toSet());
        return channels.size() == 2
                && types.equals(EnumSet.of(ChannelType.DATA, ChannelType.META))
                && channels.stream().allMatch(one -> one.state() == ChannelState.ESTABLISHED);
    }

    /** Shows for each channel whose DRBD dialled its address, and how much of its stream is confirmed. */
    void showConfirmed(ObjLongConsumer<InetSocketAddress> to) {
        engine.status().stream()
                .flatMap(relay -> relay.channels().stream())
                .filter(one ->
                        one.role() == ChannelRole.ACCEPTOR && !one.drbdAddress().isEmpty())
                .forEach(one ->
                        to.accept(address(one.drbdAddress()), one.transmit().confirmed()));
    }

    private static InetSocketAddress address(String words) {
        int colon = words.lastIndexOf(':');
        return new InetSocketAddress(words.substring(0, colon), Integer.parseInt(words.substring(colon + 1)));
    }

    /** Its channels in words. */
    String describe() {
        return engine.status().stream()
                .flatMap(relay -> relay.channels().stream())
                .map(one -> "%s %s: %s (%s)".formatted(one.role(), one.type(), one.state(), one.reason()))
                .collect(Collectors.joining("; "));
    }

    long leasedBytes() {
        return memory.leasedBytes();
    }

    /** Whether its channels hold nothing, and it has leased what is reserved, and no more than a few segments ahead. */
    boolean isIdle() {
        return engine.status().stream()
                .map(RelayStatus::bab)
                .allMatch(bab -> bab.heldBytes() == 0 && memory.isIdle(bab.segmentBytes()));
    }

    /** Whether it has no other memory than the one that its settings want. */
    boolean isSettled() {
        RelayStatus status = engine.status().get(0);
        return memory.open() == 1
                && status.bab().limitBytes() == status.settings().memlimitBytes();
    }

    /** What is left once it was closed; empty if nothing is. Takes its codecs away once nothing needs them. */
    String leftovers() {
        if (memory.leasedBytes() == 0 && memory.isClosed()) {
            while (!installed.isEmpty()) {
                removeCodec(0);
            }
        }
        int open = codecs.stream().mapToInt(CodecWatch::open).sum();
        long inUse = codecs.stream().filter(codec -> !codec.isGone()).count();
        return memory.leasedBytes() == 0 && memory.isClosed() && open == 0 && inUse == 0
                ? ""
                : "%d bytes leased, memory %s, %d compressors and decompressors open, %d codecs in use"
                        .formatted(memory.leasedBytes(), memory.isClosed() ? "closed" : "open", open, inUse);
    }

    /** Gives back what is outside the Java heap, after the last step. */
    void reclaim() {
        memory.reclaim();
        codecs.forEach(CodecWatch::reclaim);
    }
}
