/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.codec.Codec;
import io.forebay.api.relay.BandwidthSchedule;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.PlugInStatus;
import io.forebay.api.relay.PlugInTargets;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import io.forebay.api.state.StateTable;
import io.forebay.api.text.AddressText;
import io.forebay.api.transport.Transport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The relays, and what they share: one transport, the allocators, the codecs. Thread-safe; plain Java. */
public final class Engine implements Relays {

    /** How long a stop waits for channels to close. */
    private static final long CLOSE_MS = 2_000;

    private final Transport transport;
    private final StateTable states;
    private final Surroundings surroundings;
    private final OutsideLines outsideLines;
    private final LoopChoice loops;
    private final OutsidePorts outsidePorts;
    private final ScheduledRate bandwidth;
    private final CodecRegistry codecs;
    private final PlugIns<BabAllocator> allocators;
    private final BabLoans loans;
    private final Map<String, Relay> relays = new ConcurrentSkipListMap<>();
    private final AtomicLong channelIds = new AtomicLong();
    private final Map<Relay, CountDownLatch> closing = new ConcurrentHashMap<>();
    private volatile boolean closed;

    public Engine(Transport transport, StateTable states, Surroundings surroundings) {
        this.transport = transport;
        this.states = states;
        this.surroundings = surroundings;
        this.codecs = new CodecRegistry(surroundings.targets());
        this.allocators = new PlugIns<>("BAB allocator", surroundings.targets());
        this.loans = new BabLoans(allocators);
        this.outsideLines = new OutsideLines(transport);
        this.loops = new LoopChoice(transport.loops());
        this.outsidePorts = new OutsidePorts(outsideLines, loops, surroundings);
        this.bandwidth = new ScheduledRate(surroundings.clock(), loops.control(), this::onBandwidth);
    }

    Transport transport() {
        return transport;
    }

    LoopChoice loops() {
        return loops;
    }

    StateTable states() {
        return states;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    /** How peers are reached. */
    OutsideLines outsideLines() {
        return outsideLines;
    }

    OutsidePorts outsidePorts() {
        return outsidePorts;
    }

    /** What all relays may send together. */
    ScheduledRate bandwidth() {
        return bandwidth;
    }

    /** Limits what the data channels of all relays send together; at once. */
    public void limit(BandwidthSchedule bwlimit) {
        bandwidth.put(bwlimit);
    }

    private void onBandwidth(String sentence) {
        if (!sentence.isEmpty()) {
            surroundings.events().onNews("all relays", sentence);
        }
        all().forEach(relay -> relay.channels().each(Channel::onLineSettings));
    }

    CodecRegistry codecs() {
        return codecs;
    }

    long nextChannel() {
        return channelIds.incrementAndGet();
    }

    PlugIns<BabAllocator> allocators() {
        return allocators;
    }

    /** What relays have of the allocators. */
    BabLoans loans() {
        return loans;
    }

    /** An allocator is there: relays that have none, or not the best for them, go on with it. */
    public void addAllocator(PlugIn<BabAllocator> allocator) {
        allocators.add(allocator);
        tell("BAB allocator %s has come", allocator);
        all().forEach(Relay::onAllocator);
    }

    /**
     * An allocator is leaving. It is asked for nothing more after this; what is out of it stays usable until it is home. Does
     * not block.
     *
     * @return completes when all memory of it is closed, and the engine knows it no more
     */
    public CompletableFuture<Void> removeAllocator(PlugIn<BabAllocator> allocator) {
        if (allocators.remove(allocator)) {
            tell("BAB allocator %s has left", allocator);
        }
        Stream.concat(all().stream(), closing.keySet().stream()).forEach(relay -> relay.onAllocatorGone(allocator));
        return loans.leave(allocator);
    }

    /** What is still out of an allocator that is leaving, and where, a sentence; empty if nothing is. */
    public String outOf(PlugIn<BabAllocator> allocator) {
        return loans.outOf(allocator);
    }

    /**
     * A codec has come.
     *
     * @throws IllegalArgumentException with a sentence, if its name cannot be used
     */
    public void addCodec(PlugIn<Codec> codec) {
        codecs.add(codec);
        tell("codec %s has come", codec);
        all().forEach(Relay::settleCodec);
    }

    /** A codec leaves: it is not chosen any more, and completes when nothing of it is in use any more. */
    public CompletableFuture<Void> removeCodec(PlugIn<Codec> codec) {
        LentCodec leaving = codecs.lent(codec);
        if (leaving == null) {
            return CompletableFuture.completedFuture(null);
        }
        leaving.enter();
        CompletableFuture<Void> gone = codecs.remove(codec);
        tell("codec %s has left", codec);
        all().forEach(relay -> relay.onLeft(leaving));
        leaving.exit();
        return gone;
    }

    private void tell(String sentence, PlugIn<?> about) {
        if (!closed) {
            surroundings.events().onNews("plug-in", sentence.formatted(about));
        }
    }

    /** Without the lock: whoever asks need not wait for a relay that is being closed. */
    private Collection<Relay> all() {
        return new ArrayList<>(relays.values());
    }

    @Override
    public synchronized void put(RelaySettings settings) {
        Relay old = relays.get(settings.name());
        relays.values().stream()
                .filter(other -> other != old)
                .forEach(other -> checkConflict(settings, other.settings()));
        if (old != null && Relay.isLiveChange(old.settings(), settings)) {
            old.change(settings);
            return;
        }
        if (old != null) {
            close(old);
        }
        Relay relay = new Relay(this, settings);
        relays.put(settings.name(), relay);
        surroundings.blocking().execute(relay::open);
    }

    private static void checkConflict(RelaySettings one, RelaySettings other) {
        if (one.addresses().inside().equals(other.addresses().inside())) {
            throw new IllegalArgumentException("inside %s is relay %s's already: give each relay an inside of its own"
                    .formatted(AddressText.of(one.addresses().inside()), other.name()));
        }
        if (one.addresses().outside().equals(other.addresses().outside())
                && one.addresses().tls() != other.addresses().tls()) {
            throw new IllegalArgumentException(
                    "outside %s has tls %s for relay %s: write the same, or give one of them another outside"
                            .formatted(
                                    AddressText.of(one.addresses().outside()),
                                    other.addresses().tls() ? "on" : "off",
                                    other.name()));
        }
        if (one.addresses().outside().equals(other.addresses().outside())
                && one.resource().equals(other.resource())) {
            throw new IllegalArgumentException(
                    "resource %s behind outside %s is relay %s's already: give one of them another resource or outside"
                            .formatted(
                                    one.resource(),
                                    AddressText.of(one.addresses().outside()),
                                    other.name()));
        }
    }

    @Override
    public synchronized void remove(String name) {
        Relay relay = relays.remove(name);
        if (relay != null) {
            close(relay);
        }
    }

    private void close(Relay relay) {
        CountDownLatch gone = new CountDownLatch(1);
        closing.put(relay, gone);
        relay.close();
        if (loops.control().inLoop()) {
            closing.remove(relay);
            return;
        }
        try {
            if (!gone.await(CLOSE_MS, TimeUnit.MILLISECONDS)) {
                surroundings.events().onSentence(relay.settings().name(), "some of its channels are still closing");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closing.remove(relay);
    }

    void onRelayClosed(Relay relay) {
        CountDownLatch gone = closing.get(relay);
        if (gone != null) {
            gone.countDown();
        }
    }

    @Override
    public Optional<String> codecProblem(CodecChoice codec, PlugInTargets targets) {
        try {
            if (!codec.isNone()) {
                codecs.plugIns().get(codec.name(), targets.codec()).service().profile(codec.options());
            }
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of(e instanceof IllegalArgumentException ? e.getMessage() : "its plug-in threw " + e);
        }
    }

    @Override
    public Optional<String> allocatorProblem(String allocator, PlugInTargets targets) {
        try {
            allocators.get(allocator, targets.allocator());
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage());
        }
    }

    @Override
    public List<PlugInStatus> plugIns() {
        return Stream.concat(
                        Stream.concat(
                                        codecs.all().stream(),
                                        codecs.leaving().stream().map(LentCodec::plugIn))
                                .map(one -> status(PlugInStatus.Kind.CODEC, one)),
                        allAllocators().map(one -> status(PlugInStatus.Kind.ALLOCATOR, one)))
                .toList();
    }

    /** With those that are leaving. */
    private Stream<PlugIn<BabAllocator>> allAllocators() {
        return Stream.concat(allocators.all().stream(), loans.leaving().stream())
                .distinct();
    }

    private PlugInStatus status(PlugInStatus.Kind kind, PlugIn<?> one) {
        List<String> users = all().stream()
                .filter(relay -> relay.uses(one))
                .map(relay -> relay.settings().name())
                .toList();
        return new PlugInStatus(kind, one.name(), one.bundle(), one.ranking(), users, problem(one));
    }

    private String problem(PlugIn<?> one) {
        Stream<String> leaving = Stream.concat(
                loans.leaving().stream().filter(one::equals).map(loans::outOf).filter(text -> !text.isEmpty()),
                codecs.leaving().stream()
                        .filter(codec -> codec.plugIn().equals(one))
                        .map(codec -> "it was stopped, and blocks of it are still on their way"));
        Stream<String> distrusted = all().stream().flatMap(relay -> relay.distrustOf(one).stream());
        return Stream.concat(leaving, distrusted).collect(Collectors.joining("; "));
    }

    @Override
    public List<RelayStatus> status() {
        Snapshots snapshots = new Snapshots();
        return all().stream().map(relay -> relay.status(snapshots)).toList();
    }

    /** Closes all relays. */
    public synchronized void close() {
        closed = true;
        bandwidth.close();
        List<String> names = new ArrayList<>(relays.keySet());
        names.forEach(this::remove);
    }
}
