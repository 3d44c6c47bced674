/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.api.state.StateTable;
import io.forebay.api.transport.Accepted;
import io.forebay.api.transport.Listener;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.Transport;
import io.forebay.engine.Payloads.Refusal;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A relay at work: its memory, its ports, its channels. Its own fields belong to its control loop, except where they say
 * otherwise; each channel belongs to its own loop.
 */
final class Relay implements ChannelHome, OutsidePorts.Taker {

    /** Connectors that stand by with a bridge, so that DRBD may dial both its connections at once. */
    private static final int STANDBY = 2;

    /** Bridges that the peer may have in reserve here. */
    private static final int RESERVE_MAX = 8;

    /** How long a DRBD that dialled in waits for a bridge; within half a second it must be let go (rule R6, section 1.5). */
    private static final long BRIDGE_WAIT_NS = 400_000_000L;

    /** Acceptors that stand by at least, with or without a bridge. */
    private static final int ACCEPTORS = 1;

    private static final long OPEN_AGAIN_NS = 1_000_000_000L;
    /** How long after it was established a connection of DRBD is looked at again. */
    private static final long SETTLED_NS = 5_000_000_000L;

    private static final long REPLACE_NS = 100_000_000L;

    private final Engine engine;
    private final Loop control;
    private final Map<Long, Channel> channels = new ConcurrentHashMap<>();
    private final ArrayDeque<Channel> waiting = new ArrayDeque<>();
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private final List<DrbdSession> sessions = new ArrayList<>();
    private final Set<Channel> typed = new HashSet<>();
    private final RelayHealth health;
    private volatile RelaySettings settings;
    private volatile RelayMemory memory;
    private volatile CodecSelector.Choice choice = CodecSelector.Choice.RAW;
    private volatile String problem = "";
    private volatile boolean closed;
    private Listener inside;
    private boolean outsideOpen;

    /** A DRBD that dialled in before there was a bridge. */
    private record Pending(Accepted drbd, Loop.Timer timer) {}

    Relay(Engine engine, RelaySettings settings) {
        this.engine = engine;
        this.settings = settings;
        this.control = engine.transport().loops().get(0);
        this.health = new RelayHealth(engine.surroundings().clock());
        replenish();
    }

    // ---- opening

    /** Obtains memory and ports, again and again until it has them; then begins. May block; not on a loop. */
    void open() {
        if (closed || isOpen()) {
            return;
        }
        try {
            settleCodec();
            openMemory();
            openPorts();
            problem = "";
            channels.values().forEach(channel -> channel.loop().execute(channel::start));
        } catch (RefusedSettingException e) {
            report(e.getMessage());
            control.schedule(() -> engine.surroundings().blocking().execute(this::open), OPEN_AGAIN_NS);
        }
    }

    private synchronized boolean isOpen() {
        return inside != null && outsideOpen;
    }

    private synchronized void openMemory() throws RefusedSettingException {
        if (memory == null && !closed) {
            try {
                BabAllocator allocator = engine.allocator(settings.allocator());
                int segmentBytes = RelayMemory.segmentBytes(settings.memlimitBytes());
                memory = new RelayMemory(allocator.open(settings.name(), settings.memlimitBytes(), segmentBytes));
            } catch (BabException | IllegalArgumentException e) {
                throw new RefusedSettingException(settings, "allocator", settings.allocator(), e);
            }
        }
    }

    private synchronized void openPorts() throws RefusedSettingException {
        if (!outsideOpen && !closed) {
            try {
                engine.outsidePorts().open(settings.addresses().outside(), this);
                outsideOpen = true;
            } catch (IOException e) {
                throw new RefusedSettingException(
                        settings, "outside", settings.addresses().outside(), e);
            }
        }
        if (inside == null && !closed) {
            try {
                inside = engine.transport().listen(settings.addresses().inside(), control, this::onDrbdDialled);
            } catch (IOException e) {
                throw new RefusedSettingException(
                        settings, "inside", settings.addresses().inside(), e);
            }
        }
    }

    private void report(String sentence) {
        if (!sentence.equals(problem)) {
            problem = sentence;
            channels.values().forEach(channel -> channel.loop().execute(() -> channel.onNoMemory(sentence)));
            engine.surroundings().events().onSentence(settings.name(), sentence);
        }
    }

    /** Makes as many channels stand by as must. */
    private synchronized void replenish() {
        while (!closed && standby(ChannelRole.ACCEPTOR) < ACCEPTORS) {
            add(ChannelRole.ACCEPTOR);
        }
        while (!closed && standby(ChannelRole.CONNECTOR) < STANDBY) {
            add(ChannelRole.CONNECTOR);
        }
    }

    private long standby(ChannelRole role) {
        return channels.values().stream()
                .filter(channel -> channel.role() == role && channel.isStandby())
                .count();
    }

    private Channel add(ChannelRole role) {
        boolean first = memory == null;
        Channel channel = new Channel(
                engine.nextChannel(),
                role,
                first ? ChannelState.ALLOCATING : ChannelState.STOPPED,
                this,
                engine.outsidePorts().nextLoop());
        channels.put(channel.id(), channel);
        if (!first) {
            channel.loop().execute(channel::start);
        }
        return channel;
    }

    /** Takes new settings that need no new memory and no new ports. */
    void change(RelaySettings next) {
        settings = next;
        try {
            settleCodec();
            report("");
        } catch (RefusedSettingException e) {
            report(e.getMessage());
        }
    }

    private void settleCodec() throws RefusedSettingException {
        CodecSelector.Choice old = choice;
        try {
            choice = engine.codecs().choice(settings.codec());
        } catch (IllegalArgumentException e) {
            throw new RefusedSettingException(settings, "codec", settings.codec(), e);
        }
        old.close();
    }

    /** Closes ports and channels; the memory goes back when the last channel has stopped. Not on a loop. */
    void close() {
        closed = true;
        synchronized (this) {
            if (inside != null) {
                inside.close();
            }
            if (outsideOpen) {
                engine.outsidePorts().close(settings.addresses().outside(), this);
            }
        }
        control.execute(() -> {
            pending.forEach(this::letGo);
            pending.clear();
            channels.values().forEach(channel -> channel.loop().execute(() -> channel.takeDown()));
            releaseMemory();
        });
    }

    private void releaseMemory() {
        if (closed && channels.isEmpty()) {
            // Unmapping and deleting files takes its time.
            engine.surroundings().blocking().execute(() -> {
                if (memory != null) {
                    memory.close();
                }
                choice.close();
                engine.onRelayClosed(this);
            });
        }
    }

    // ---- the local DRBD dials

    private void onDrbdDialled(Accepted drbd) {
        channels.values().forEach(channel -> channel.loop().execute(channel::endDrain));
        give(drbd);
    }

    private void give(Accepted drbd) {
        Channel channel = waiting.poll();
        if (closed) {
            drbd.close();
        } else if (channel != null) {
            channel.loop().execute(() -> channel.takeDrbd(drbd));
        } else {
            Loop.Timer timer = control.schedule(this::letOldestGo, BRIDGE_WAIT_NS);
            pending.add(new Pending(drbd, timer));
        }
    }

    private void letOldestGo() {
        Pending oldest = pending.poll();
        if (oldest != null) {
            letGo(oldest);
            engine.surroundings()
                    .events()
                    .onSentence(
                            settings.name(),
                            "let the local DRBD go because no bridge to %s stands: see that the peer Forebay runs and can be reached"
                                    .formatted(ChannelTexts.address(
                                            settings.addresses().peer())));
        }
    }

    private void letGo(Pending one) {
        one.timer().cancel();
        one.drbd().close();
    }

    @Override
    public void onNotTaken(Accepted drbd) {
        control.execute(() -> give(drbd));
    }

    // ---- bridges and channels

    @Override
    public String resource() {
        return settings.resource();
    }

    @Override
    public String take(Link link, Hello hello) {
        if (closed || memory == null) {
            return "the relay is not ready: " + (problem.isEmpty() ? "its memory is being obtained" : problem);
        }
        if (hello.role() != ChannelRole.CONNECTOR) {
            return "hello of a role that cannot dial: role=" + hello.role();
        }
        onBridge();
        Channel channel = hello.attempt() == 0 ? reserve() : inSession(hello.session());
        if (channel != null) {
            link.moveTo(channel.loop(), () -> channel.acceptBridge(link, hello));
        } else if (hello.attempt() > 0) {
            link.refuse(Refusal.OVER, "the session has ended here");
        } else {
            return "there are %d bridges in reserve already".formatted(RESERVE_MAX);
        }
        return null;
    }

    private Channel inSession(UUID session) {
        return channels.values().stream()
                .filter(channel -> channel.role() == ChannelRole.ACCEPTOR && session.equals(channel.sessionId()))
                .findFirst()
                .orElse(null);
    }

    /** An acceptor that lacks a bridge; {@code null} if there are enough that have one. */
    private synchronized Channel reserve() {
        long reserve = channels.values().stream()
                .filter(channel -> channel.role() == ChannelRole.ACCEPTOR && channel.state() == ChannelState.WAITING)
                .count();
        if (reserve >= RESERVE_MAX) {
            return null;
        }
        for (Channel channel : channels.values()) {
            if (channel.role() == ChannelRole.ACCEPTOR && channel.claim()) {
                return channel;
            }
        }
        Channel channel = add(ChannelRole.ACCEPTOR);
        channel.claimEarly();
        return channel;
    }

    @Override
    public void onWaiting(Channel channel) {
        control.execute(() -> {
            waiting.add(channel);
            Pending oldest = pending.poll();
            if (oldest != null) {
                oldest.timer().cancel();
                give(oldest.drbd());
            }
        });
    }

    @Override
    public void onUnbridged(Channel channel) {
        control.execute(() -> waiting.remove(channel));
    }

    @Override
    public void onInUse() {
        control.execute(this::replenish);
    }

    @Override
    public void onBridge() {
        channels.values().forEach(channel -> channel.loop().execute(channel::onLineBack));
    }

    @Override
    public void onLineSuspect() {
        channels.values().forEach(channel -> channel.loop().execute(channel::onLineSuspect));
    }

    @Override
    public void onEstablished(Channel channel) {
        control.schedule(() -> endOlderThan(channel), SETTLED_NS);
    }

    /** DRBD has but one connection of each type: once its nodes talk over one, an older one is a dead node's. */
    private void endOlderThan(Channel channel) {
        if (channel.hasEnded() || !channel.drbdSession().isTalking()) {
            return;
        }
        channels.values().stream()
                .filter(other -> other.id() < channel.id() && other.type() == channel.type() && other.isEstablished())
                .forEach(other -> other.loop().execute(() -> other.stop("the nodes talk over a newer connection")));
    }

    @Override
    public void ask(Channel channel) {
        channels.values().stream()
                .filter(other -> other.role() == ChannelRole.CONNECTOR && other.state() == ChannelState.CONNECTING)
                .filter(Channel::isStandby)
                .findFirst()
                .ifPresent(other -> other.loop().execute(() -> other.ask(channel.sessionId())));
    }

    @Override
    public boolean knows(UUID session) {
        return channels.values().stream()
                .anyMatch(channel -> session.equals(channel.sessionId()) && !channel.hasEnded());
    }

    @Override
    public void onUnknown(UUID session) {
        Channel channel = inSession(session);
        if (channel != null) {
            channel.loop().execute(() -> channel.onPeerGone("the peer does not know the session any more"));
        }
    }

    @Override
    public Channel crossing(Channel channel) {
        synchronized (sessions) {
            Channel rival = typed.stream()
                    .filter(other -> isCrossing(channel, other))
                    .findFirst()
                    .orElse(null);
            if (rival == null || channel.role() == ChannelRole.CONNECTOR) {
                typed.add(channel);
            }
            return rival;
        }
    }

    private static boolean isCrossing(Channel channel, Channel other) {
        DrbdSession session = other.drbdSession();
        return other.type() == channel.type()
                && other.role() != channel.role()
                && !other.isEnding()
                && (session == null || !session.isNegotiating());
    }

    @Override
    public void onStopped(Channel channel) {
        control.execute(() -> {
            channels.remove(channel.id());
            waiting.remove(channel);
            synchronized (sessions) {
                typed.remove(channel);
            }
            control.schedule(this::replenish, REPLACE_NS);
            releaseMemory();
        });
    }

    @Override
    public DrbdSession join(Channel channel, ChannelType type) {
        synchronized (sessions) {
            sessions.removeIf(DrbdSession::isOver);
            for (DrbdSession session : sessions) {
                if (session.join(channel, type)) {
                    return session;
                }
            }
            DrbdSession session = new DrbdSession(control::nowNs);
            session.join(channel, type);
            sessions.add(session);
            return session;
        }
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
    public RelayMemory memory() {
        return memory;
    }

    @Override
    public CodecSelector selector(CodecNames peerCodecs) {
        return () -> {
            CodecSelector.Choice now = choice;
            return now.isKnownTo(peerCodecs) ? now : CodecSelector.Choice.RAW;
        };
    }

    @Override
    public Decoders decoders(CodecNames peerCodecs) {
        return engine.codecs().decoders(peerCodecs);
    }

    @Override
    public List<String> codecNames() {
        return engine.codecs().names();
    }

    @Override
    public UUID newSession() {
        return new UUID(
                engine.surroundings().random().nextLong(),
                engine.surroundings().random().nextLong());
    }

    /** Whether other settings can be taken without new memory or new ports. */
    static boolean isLiveChange(RelaySettings from, RelaySettings to) {
        return from.addresses().equals(to.addresses())
                && from.resource().equals(to.resource())
                && from.memlimitBytes() == to.memlimitBytes()
                && from.allocator().equals(to.allocator());
    }

    /** A snapshot; waits for the channels' loops as long as {@code snapshots} does. Any thread. */
    RelayStatus status(Snapshots snapshots) {
        return RelayReport.of(
                settings, problem, memory, snapshots.of(channels.values()), health.peer(), health.faults());
    }

    /** Tells the peers of all channels which codecs there are now. Any thread. */
    void announceCodecs() {
        CodecChoice configured = settings.codec();
        if (!configured.isNone()) {
            change(settings);
        }
        channels.values().forEach(channel -> channel.loop().execute(channel::announceCodecs));
    }
}
