/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import io.forebay.api.state.ChannelType;
import io.forebay.api.transport.Accepted;
import io.forebay.api.transport.Dial;
import io.forebay.api.transport.Listener;
import io.forebay.api.transport.SocketOptions;
import io.forebay.testkit.HandDrivenLoop;
import io.forebay.testkit.SimulatedNetwork;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Random;

/**
 * A pretend DRBD: the connect loop of DRBD 8.4, which is one thread that dials, waits and looks at its sockets only at
 * certain moments. What follows once both sockets stand is a {@link DrbdSession}.
 */
final class DrbdPeer implements DrbdSocket.Holder, DrbdSession.Owner {

    private static final long SECOND = 1_000_000_000L;
    private static final long STABLE_NS = SECOND / 2;
    private static final long FIRST_PACKET_NS = 2 * SECOND;
    private static final long PAUSE_NS = SECOND;

    /** The deviation of connect-int is 1/7, either way. */
    private static final int DEVIATION = 7;

    /** What the thread of the connect loop is waiting for. */
    private enum Step {
        PAUSE,
        DIAL,
        INCOMING,
        FIRST_PACKET,
        STABILITY,
        SESSION
    }

    private final int site;
    private final SimulatedNetwork network;
    private final HandDrivenLoop loop;
    private final SimulatedNetwork.SimulatedTransport host;
    private final InetSocketAddress own;
    private final InetSocketAddress relay;
    private final Scenario.Drbd settings;
    private final Random random;
    private final Oracle oracle;
    private final Chronicle chronicle;
    private final ArrayDeque<Accepted> backlog = new ArrayDeque<>();
    private Listener listener;
    private Step step = Step.PAUSE;
    private int turn;
    private Dial dial;
    private DrbdSocket fresh;
    private final byte[] first = new byte[Packets.FIRST_BYTES];
    private int firstBytes;
    private DrbdSocket data;
    private DrbdSocket meta;
    private DrbdSession session;
    private int obstacles;
    private int sessions;

    DrbdPeer(
            int site,
            SimulatedNetwork network,
            Addresses addresses,
            Scenario.Drbd settings,
            Random random,
            Oracle oracle,
            Chronicle chronicle) {
        this.site = site;
        this.network = network;
        this.loop = network.loop();
        this.host = network.host(addresses.drbd().getAddress().getHostAddress());
        this.own = addresses.drbd();
        this.relay = addresses.inside();
        this.settings = settings;
        this.random = random;
        this.oracle = oracle;
        this.chronicle = chronicle;
    }

    /** Where a DRBD listens, and where it dials. */
    record Addresses(InetSocketAddress drbd, InetSocketAddress inside) {}

    // ---- what the scenario does to it

    /** Begins to connect, as after {@code drbdadm up}. */
    void start() {
        begin();
    }

    boolean isConnected() {
        return session != null && session.isConnected();
    }

    /** The session in which it is connected; {@code null} if there is none. */
    DrbdSession session() {
        return isConnected() ? session : null;
    }

    /** How many sessions it has begun. */
    int sessions() {
        return sessions;
    }

    /** Ends the session, or the attempt to get one, on its own account. */
    void disconnect(boolean reset, long pauseNs) {
        say("disconnects on its own, %s".formatted(reset ? "reset" : "FIN"));
        end(reset, pauseNs);
    }

    /** Its host fails and is there again after a while; nobody is told. */
    void crash(long downNs) {
        say("its host loses its power");
        next(Step.PAUSE);
        if (session != null) {
            session.vanish();
            session = null;
        }
        for (DrbdSocket socket : new DrbdSocket[] {data, meta, fresh}) {
            if (socket != null) {
                socket.vanish();
            }
        }
        data = null;
        meta = null;
        fresh = null;
        listener = null;
        backlog.clear();
        network.powerOff(host);
        after(downNs, this::begin);
    }

    /** Lets the application write again, or keeps it from writing; it writes when nothing keeps it any more. */
    void write(boolean on) {
        obstacles += on ? -1 : 1;
    }

    @Override
    public boolean isWriting() {
        return obstacles == 0;
    }

    /** The application writes so many bytes at once. */
    void burst(int bytes) {
        if (isConnected()) {
            session.burst(bytes);
        }
    }

    /** Its data connection to the relay breaks once it has sent so many bytes more. */
    void breakInside(int afterBytes) {
        if (isConnected()) {
            session.breakData(afterBytes);
        }
    }

    /** Reads nothing for a while. */
    void stopReading(long ns) {
        if (isConnected()) {
            session.stopReading(ns);
        }
    }

    // ---- the connect loop

    private void say(String what) {
        chronicle.add("DRBD " + StreamEnd.name(site), () -> what);
    }

    private void next(Step to) {
        step = to;
        turn++;
    }

    /** Goes on after a while, unless the thread is elsewhere by then. */
    private void after(long ns, Runnable action) {
        int of = turn;
        loop.schedule(
                () -> {
                    if (of == turn) {
                        action.run();
                    }
                },
                ns);
    }

    private void begin() {
        try {
            listener = host.listen(own, loop, this::onAccept);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        dialMissing();
    }

    private void dialMissing() {
        next(Step.DIAL);
        ChannelType type = data == null ? ChannelType.DATA : ChannelType.META;
        fresh = new DrbdSocket(oracle.open(site, true, type), oracle, this);
        dial = host.dial(null, relay, (int) (settings.connectIntNs() / 1_000_000), SocketOptions.SYSTEM, loop, fresh);
    }

    @Override
    public void onOpen(DrbdSocket socket) {
        if (socket != fresh || step != Step.DIAL) {
            return;
        }
        fresh = null;
        socket.send(Packets.first(socket.type()));
        file(socket);
        chronicle.add("DRBD " + StreamEnd.name(site), () -> socket.end + " dialled");
        if (data != null && meta != null) {
            checkStability(this::awaitIncoming);
        } else {
            awaitIncoming();
        }
    }

    @Override
    public void onDialFailed(DrbdSocket socket) {
        if (socket == fresh && step == Step.DIAL) {
            fresh = null;
            awaitIncoming();
        }
    }

    private void file(DrbdSocket socket) {
        if (socket.type() == ChannelType.DATA) {
            data = socket;
        } else {
            meta = socket;
        }
    }

    private void onAccept(Accepted accepted) {
        backlog.add(accepted);
        if (step == Step.INCOMING) {
            takeIncoming();
        }
    }

    private void awaitIncoming() {
        next(Step.INCOMING);
        long deviation = settings.connectIntNs() / DEVIATION;
        long wait = settings.connectIntNs() + (random.nextBoolean() ? deviation : -deviation);
        after(wait, this::checkBoth);
        if (!backlog.isEmpty()) {
            takeIncoming();
        }
    }

    private void takeIncoming() {
        next(Step.FIRST_PACKET);
        fresh = new DrbdSocket(oracle.open(site, false, ChannelType.UNDEFINED), oracle, this);
        firstBytes = 0;
        fresh.read(Packets.FIRST_BYTES);
        backlog.remove().start(loop, SocketOptions.SYSTEM, fresh);
        after(FIRST_PACKET_NS, this::onNoFirstPacket);
    }

    private void onNoFirstPacket() {
        say("no first packet on " + fresh.end);
        fresh.release(false);
        fresh = null;
        tossCoin();
    }

    @Override
    public void onBytes(DrbdSocket socket, byte[] bytes, int length) {
        if (socket != fresh || step != Step.FIRST_PACKET) {
            throw new IllegalStateException("bytes read out of turn: socket=%s, step=%s".formatted(socket.end, step));
        }
        System.arraycopy(bytes, 0, first, firstBytes, length);
        firstBytes += length;
        if (firstBytes == Packets.FIRST_BYTES) {
            DrbdSocket taken = fresh;
            fresh = null;
            dropDead();
            DrbdSocket old = taken.type() == ChannelType.DATA ? data : meta;
            file(taken);
            chronicle.add(
                    "DRBD " + StreamEnd.name(site),
                    () -> taken.end + " accepted" + (old == null ? "" : ", crossed " + old.end));
            if (old == null) {
                checkBoth();
            } else {
                old.release(false);
                tossCoin();
            }
        }
    }

    @Override
    public void onEnd(DrbdSocket socket) {
        if (socket == fresh && step == Step.FIRST_PACKET) {
            fresh.release(false);
            fresh = null;
            tossCoin();
        }
    }

    private void tossCoin() {
        if (random.nextBoolean()) {
            awaitIncoming();
        } else {
            checkBoth();
        }
    }

    private void checkBoth() {
        if (data != null && meta != null) {
            checkStability(this::dialMissing);
        } else {
            dialMissing();
        }
    }

    private void checkStability(Runnable otherwise) {
        next(Step.STABILITY);
        after(STABLE_NS, () -> {
            dropDead();
            if (data != null && meta != null) {
                beginSession();
            } else {
                otherwise.run();
            }
        });
    }

    private void dropDead() {
        if (data != null && !data.isAlive()) {
            data.release(false);
            data = null;
        }
        if (meta != null && !meta.isAlive()) {
            meta.release(false);
            meta = null;
        }
    }

    private void beginSession() {
        next(Step.SESSION);
        stopListening();
        sessions++;
        session = new DrbdSession(site, loop, settings, random, data, meta, this, chronicle);
        data = null;
        meta = null;
        session.start();
    }

    /** A connection that nobody has accepted is reset when its listener goes. */
    private void stopListening() {
        if (listener != null) {
            listener.close();
            listener = null;
        }
        while (!backlog.isEmpty()) {
            DrbdSocket refused = new DrbdSocket(oracle.open(site, false, ChannelType.UNDEFINED), oracle, this);
            refused.release(true);
            backlog.remove().start(loop, SocketOptions.SYSTEM, refused);
        }
    }

    @Override
    public void onSessionEnd(String why, boolean reset) {
        say("session ends: " + why);
        end(reset, PAUSE_NS);
    }

    private void end(boolean reset, long pauseNs) {
        next(Step.PAUSE);
        stopListening();
        if (dial != null) {
            dial.cancel();
        }
        if (session != null) {
            session.close(reset);
            session = null;
        }
        for (DrbdSocket socket : new DrbdSocket[] {data, meta, fresh}) {
            if (socket != null) {
                socket.release(reset);
            }
        }
        data = null;
        meta = null;
        fresh = null;
        after(pauseNs, this::begin);
    }

    /** Ends for good, as after {@code drbdadm down}. */
    void down() {
        end(false, 0);
        turn++;
    }
}
