/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.Leg;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.state.StateTable;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A relay at work: brings its memory, its ports and its channels together, opens and closes them. Thread-safe; a part that
 * belongs to the relay's control loop says so.
 */
final class Relay implements ChannelHome, OutsidePorts.Taker, MemorySupply.Owner {

    private static final long OPEN_AGAIN_NS = 1_000_000_000L;

    private final Engine engine;
    private final Loop control;
    private final RelayChannels channels;
    private final DrbdSessions drbdSessions;
    private final InsidePort inside;
    private final RelayHealth health;
    private final DialAgreement dialling;
    private final OneWayLine oneWay;
    private final LinkAdmission admission = new LinkAdmission(this);
    private final RelayLine line;
    private final Distrust distrust = new Distrust();
    private final RelayCodec codec;
    private volatile RelaySettings settings;
    private final MemorySupply supply;
    private volatile String problem = "";
    private volatile boolean closed;
    private boolean outsideOpen;

    Relay(Engine engine, RelaySettings settings) {
        this.engine = engine;
        this.settings = settings;
        this.control = engine.loops().control();
        this.supply = new MemorySupply(engine, control, this, news("allocator"));
        this.codec = new RelayCodec(engine.codecs(), distrust, this, news("codec"));
        this.health = new RelayHealth(engine.surroundings().clock());
        this.channels = new RelayChannels(engine, this, control);
        this.dialling = new DialAgreement(() -> this.settings.line().dial(), health, channels::onPeerDialling);
        this.oneWay = new OneWayLine(engine.surroundings().clock());
        this.line = new RelayLine(engine, this, control);
        line.put(settings);
        this.drbdSessions = new DrbdSessions(control::nowNs);
        this.inside = new InsidePort(this, control);
        channels.replenish();
    }

    private PlugInNews news(String kind) {
        return new PlugInNews(
                settings.name(), kind, control, engine.surroundings().events());
    }

    // ---- opening

    /** Obtains memory and ports, again and again until it has them; then begins. May block; not on a loop. */
    void open() {
        if (closed || isOpen()) {
            return;
        }
        try {
            codec.settle(settings);
            if (memory() == null) {
                supply.begin(); // goes on here once there is some
                return;
            }
            openPorts();
            problem = "";
            channels.start();
        } catch (RefusedSettingException e) {
            report(e.getMessage());
            control.schedule(() -> engine.surroundings().blocking().execute(this::open), OPEN_AGAIN_NS);
        }
    }

    @Override
    public void onMemory() {
        engine.surroundings().blocking().execute(() -> {
            if (isOpen()) {
                channels.start();
            } else {
                open();
            }
        });
    }

    @Override
    public void onNoMemory(String why) {
        channels.await(why);
    }

    private synchronized boolean isOpen() {
        return inside.isOpen() && (outsideOpen || !mustListen());
    }

    /** Where this site dials alone it listens only to tell whoever dials it, if it can. */
    private boolean mustListen() {
        return settings.line().dial() != DialMode.OUTBOUND;
    }

    private synchronized void openPorts() throws RefusedSettingException {
        if (!outsideOpen && !closed) {
            try {
                engine.outsidePorts().open(settings.addresses(), this);
                outsideOpen = true;
            } catch (IOException e) {
                if (mustListen()) {
                    throw new RefusedSettingException(
                            settings, "outside", settings.addresses().outside(), e);
                }
            }
        }
        if (!closed) {
            try {
                inside.open();
            } catch (IOException e) {
                throw new RefusedSettingException(
                        settings, "inside", settings.addresses().inside(), e);
            }
        }
    }

    private void report(String sentence) {
        if (!sentence.equals(problem)) {
            problem = sentence;
            channels.each(channel -> channel.onNoMemory(sentence));
            engine.surroundings().events().onSentence(settings.name(), sentence);
        }
    }

    /** Takes new settings that need no new ports. */
    void change(RelaySettings next) {
        LineSettings former = settings.line();
        settings = next;
        distrust.clear(); // before anybody is asked again
        supply.change();
        if (!former.equals(next.line())) {
            line.put(next);
            channels.each(Channel::onLineSettings);
        }
        if (former.dial() != next.line().dial()) {
            channels.onDialling();
            engine.surroundings().blocking().execute(this::open);
        }
        settleCodec();
    }

    /** Codecs have come, left or misbehaved, or the settings have changed: chooses, and tells the peer. May block. */
    void settleCodec() {
        if (closed) {
            return;
        }
        try {
            codec.settle(settings);
            if (isOpen()) {
                report("");
            }
        } catch (RefusedSettingException e) {
            report(e.getMessage());
        }
        channels.each(Channel::onCodecs);
    }

    /** A codec has left: it is in use until the last block of it that is on its way has come. */
    void onLeft(LentCodec left) {
        channels.all().forEach(channel -> {
            left.enter();
            channel.loop().execute(() -> channel.codecs().onLeft(left));
        });
        settleCodec();
        distrust.remove(left.plugIn());
    }

    /** Closes ports and channels; the memory goes back when the last channel has stopped. Not on a loop. */
    void close() {
        closed = true;
        line.close();
        channels.close();
        synchronized (this) {
            inside.close();
            if (outsideOpen) {
                engine.outsidePorts().close(settings.addresses().outside(), this);
            }
        }
        control.execute(() -> {
            inside.letAllGo();
            channels.each(channel -> channel.end().takeDown());
            releaseMemory();
        });
    }

    private void releaseMemory() {
        if (closed && channels.isEmpty()) {
            // Unmapping and deleting files takes its time.
            engine.surroundings().blocking().execute(() -> {
                codec.close();
                supply.close().thenRun(() -> engine.onRelayClosed(this));
            });
        }
    }

    // ---- bridges and channels

    @Override
    public String resource() {
        return settings.resource();
    }

    @Override
    public InetAddress peer() {
        return settings.addresses().peer().getAddress();
    }

    @Override
    public void onRefused(String reason) {
        health.onFault(Leg.PEER_TO_OUTSIDE, reason);
    }

    @Override
    public String take(Link link, Hello hello) {
        if (closed
                || memory() == null
                || hello.attempt() == 0 && hello.lane() == 0 && !lackOfMemory().isEmpty()) {
            return "the relay is not ready: " + (problem.isEmpty() ? lackOfMemory() : problem);
        }
        return admission.take(link, hello);
    }

    @Override
    public void onStranger(InetAddress from, String why) {
        admission.onStranger(from, why);
    }

    @Override
    public void onStopped(Channel channel) {
        control.execute(() -> {
            inside.remove(channel);
            drbdSessions.remove(channel);
            channels.remove(channel);
            releaseMemory();
        });
    }

    // ---- what channels ask for

    @Override
    public RelaySettings settings() {
        return settings;
    }

    @Override
    public Transport transport() {
        return engine.transport();
    }

    @Override
    public Transport outsideLine() {
        return engine.outsideLines().of(settings.addresses());
    }

    @Override
    public StateTable states() {
        return engine.states();
    }

    @Override
    public Surroundings surroundings() {
        return engine.surroundings();
    }

    @Override
    public RelayHealth health() {
        return health;
    }

    @Override
    public DialAgreement dialling() {
        return dialling;
    }

    @Override
    public OneWayLine oneWay() {
        return oneWay;
    }

    @Override
    public RelayMemory memory() {
        return supply.memory();
    }

    @Override
    public String lackOfMemory() {
        return supply.lack();
    }

    @Override
    public LineRate rate() {
        return line.rate();
    }

    @Override
    public RateShare share() {
        return line.share();
    }

    @Override
    public RelayChannels channels() {
        return channels;
    }

    @Override
    public DrbdSessions drbdSessions() {
        return drbdSessions;
    }

    @Override
    public InsidePort inside() {
        return inside;
    }

    @Override
    public CodecSelector selector(CodecNames peerCodecs) {
        return codec.selector(peerCodecs);
    }

    @Override
    public Decoders decoders(CodecNames peerCodecs) {
        return codec.decoders(peerCodecs, settings);
    }

    @Override
    public List<String> codecNames() {
        return codec.offer();
    }

    @Override
    public void onMisbehaviour(PlugIn<?> plugIn, String what) {
        if (distrust.add(plugIn, what)) {
            engine.surroundings()
                    .events()
                    .onSentence(
                            settings.name(),
                            "%s misbehaved: it %s; it is not used here until its bundle is updated or started anew"
                                    .formatted(plugIn, what));
        }
        if (plugIn.service() instanceof BabAllocator) {
            if (!engine.allocators().all().contains(plugIn)) {
                distrust.remove(plugIn); // it has left already, and must not be held
            }
            supply.adaptSoon();
        } else {
            if (engine.codecs().lent(plugIn) == null) {
                distrust.remove(plugIn);
            }
            engine.surroundings().blocking().execute(this::settleCodec);
        }
    }

    @Override
    public void onSuspicion(PlugIn<?> plugIn, String what) {
        if (distrust.isSuspectAgain(plugIn, control.nowNs())) {
            onMisbehaviour(plugIn, what + ", and not for the first time");
        } else {
            engine.surroundings().events().onSentence(settings.name(), "%s %s".formatted(plugIn, what));
        }
    }

    @Override
    public boolean isTrusted(PlugIn<?> plugIn) {
        return !distrust.has(plugIn);
    }

    /** What operators should know of a plug-in that misbehaved here. Any thread. */
    Optional<String> distrustOf(PlugIn<?> plugIn) {
        return distrust.reason(plugIn)
                .map(what -> "relay %s does not use it any more, because it %s".formatted(settings.name(), what));
    }

    /** An allocator has come. */
    void onAllocator() {
        supply.adaptSoon();
    }

    /** An allocator has left: it is not asked for anything after this. */
    void onAllocatorGone(PlugIn<BabAllocator> allocator) {
        distrust.remove(allocator);
        supply.adapt();
    }

    @Override
    public UUID newSession() {
        return new UUID(
                engine.surroundings().random().nextLong(),
                engine.surroundings().random().nextLong());
    }

    /** Whether other settings can be taken without new ports, so that no connection need be closed. */
    static boolean isLiveChange(RelaySettings from, RelaySettings to) {
        return from.addresses().equals(to.addresses()) && from.resource().equals(to.resource());
    }

    /** A snapshot; waits for the channels' loops as long as {@code snapshots} does. Any thread. */
    RelayStatus status(Snapshots snapshots) {
        List<ChannelStatus> now = snapshots.of(channels.all());
        boolean bothMayDial = dialling.together() == DialMode.BOTH;
        List<String> problems = Stream.of(
                        problem,
                        engine.outsideLines().problem(settings.addresses()),
                        supply.problem(),
                        codec.problem(),
                        codec.peerProblem(settings, health.peer()),
                        line.problem(),
                        bothMayDial && RelayReport.isPairEstablished(now) ? oneWay.problem(settings.addresses()) : "")
                .filter(one -> !one.isEmpty())
                .toList();
        return RelayReport.of(settings, problems, memory(), now, health.peer(), health.faults(), line.status());
    }

    /** Whether what is new comes from a plug-in. Any thread. */
    boolean uses(PlugIn<?> plugIn) {
        RelayMemory memory = memory();
        return plugIn.equals(codec.choice().plugIn()) || memory != null && plugIn.equals(memory.plugIn());
    }
}
