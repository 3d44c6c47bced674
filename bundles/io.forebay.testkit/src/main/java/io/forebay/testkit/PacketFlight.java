/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * What one end of a {@link SimulatedConnection} sends: packets on their way, those that were lost and are sent again as TCP
 * does it, acknowledgements and resets. Packets outlive a close of the end that sent them.
 */
final class PacketFlight {

    private static final long RETRANSMIT_MIN_NS = 200_000_000L;
    private static final long RETRANSMIT_MAX_NS = 120_000_000_000L;

    /** What the other end still reads of a stream before it sees that it was broken off. */
    private static final long BREAK_NS = 1_000_000L;

    private final SimulatedNetwork network;
    private final SimulatedLine line;
    private final SimulatedLine.Direction direction;
    private final SimulatedConnection near;
    private final ArrayDeque<Packet> packets = new ArrayDeque<>();
    private PacketFlight other;

    /** Bytes that were sent and of which this end does not know that the other end's reader has them. */
    private int onTheWay;

    /** Bytes that were read here and of which the other end does not know it. */
    private int unacknowledged;

    private boolean stalled;
    private boolean probing;

    /** Arrivals that were planned under an earlier number do not happen. */
    private int launch;

    private long retransmitNs;
    private long lastArrivalNs;
    private long breakAfter = -1;
    private boolean forgotten;

    /** What must arrive: bytes, or without bytes FIN, or before all others the end of the handshake. */
    private record Packet(ByteBuffer bytes, boolean opens) {
        int length() {
            return bytes == null ? 1 : bytes.remaining();
        }
    }

    PacketFlight(
            SimulatedNetwork network, SimulatedLine line, SimulatedLine.Direction direction, SimulatedConnection near) {
        this.network = network;
        this.line = line;
        this.direction = direction;
        this.near = near;
    }

    void pair(PacketFlight with) {
        other = with;
    }

    // ---- sending

    /** How many bytes may be sent now. */
    int room() {
        return line.windowBytes() - onTheWay;
    }

    /** Sends bytes, at most as many as there is room for; they belong to the flight now. */
    void send(ByteBuffer bytes) {
        line.pass(bytes, network.random());
        onTheWay += bytes.remaining();
        transmit(new Packet(bytes, false));
    }

    void sendFin() {
        transmit(new Packet(null, false));
    }

    /** The last packet of the handshake: only with it, or with what follows, does the listener see the connection. */
    void completeHandshake() {
        transmit(new Packet(null, true));
    }

    private void transmit(Packet packet) {
        packets.add(packet);
        if (!stalled) {
            launch(packet);
        }
    }

    private void launch(Packet packet) {
        boolean lost = isCutOff();
        long inNs = arrivesInNs(packet.length());
        int of = launch;
        network.loop()
                .schedule(
                        () -> {
                            if (of == launch) {
                                reach(packet, lost);
                            }
                        },
                        inNs);
    }

    /** In which time so many bytes, sent now, arrive: never before what was sent earlier. */
    private long arrivesInNs(int bytes) {
        long now = network.loop().nowNs();
        lastArrivalNs = Math.max(lastArrivalNs, line.arrivalNs(direction, now, bytes, network.random()));
        return lastArrivalNs - now;
    }

    private boolean isCutOff() {
        return direction.isCut() || forgotten;
    }

    private void reach(Packet packet, boolean lost) {
        if (packets.peek() != packet) {
            return;
        }
        if (lost || isCutOff()) {
            lose();
        } else if (other.near.isClosed() || packet.opens && !network.accept(other.near)) {
            // Nobody is there to take it: the sender learns by a reset, or asks again if that is lost.
            other.sendReset();
            lose();
        } else {
            packets.remove();
            goOn();
            if (packet.bytes == null && !packet.opens) {
                other.near.finArrived();
            } else if (packet.bytes != null) {
                other.near.arrived(upToTheBreak(packet.bytes));
            }
        }
    }

    private ByteBuffer upToTheBreak(ByteBuffer bytes) {
        if (breakAfter >= 0 && breakAfter < bytes.remaining()) {
            bytes.limit(bytes.position() + (int) breakAfter);
            forgotten = true;
            network.loop().schedule(near::breakOff, BREAK_NS);
        } else if (breakAfter >= 0) {
            breakAfter -= bytes.remaining();
        }
        return bytes;
    }

    // ---- what is lost, and sent again

    /** Something was lost: everything that has not arrived is sent again, after a time that doubles. */
    private void stall() {
        if (stalled) {
            return;
        }
        stalled = true;
        launch++;
        retransmitNs = Math.max(RETRANSMIT_MIN_NS, line.roundTripNs() * 2);
        network.loop().schedule(this::retransmit, retransmitNs);
    }

    private void lose() {
        if (probing) {
            probing = false;
            retransmitLater();
        } else {
            stall();
        }
    }

    private void retransmitLater() {
        retransmitNs = Math.min(RETRANSMIT_MAX_NS, 2 * retransmitNs);
        network.loop().schedule(this::retransmit, retransmitNs);
    }

    /** Sends the first packet again; the others follow when it has arrived. */
    private void retransmit() {
        if (!stalled || near.isClosed() && packets.isEmpty()) {
            return;
        }
        if (isCutOff() || other.direction.isCut()) {
            retransmitLater();
            return;
        }
        network.loop().schedule(this::acknowledged, line.roundTripNs());
        if (packets.isEmpty()) {
            stalled = false;
        } else {
            probing = true;
            launch(packets.peek());
        }
    }

    private void goOn() {
        if (probing) {
            probing = false;
            stalled = false;
            packets.forEach(this::launch);
        }
    }

    // ---- acknowledgements

    /**
     * Tells the other end that so many of its bytes were read, so there is room for more; if that is lost, it finds out when
     * it sends again.
     */
    void acknowledge(int bytes) {
        unacknowledged += bytes;
        if (isCutOff()) {
            other.stall();
            return;
        }
        network.loop()
                .schedule(
                        () -> {
                            if (isCutOff()) {
                                other.stall();
                            } else {
                                other.acknowledged();
                            }
                        },
                        line.roundTripNs() / 2);
    }

    private void acknowledged() {
        onTheWay -= other.unacknowledged;
        other.unacknowledged = 0;
        near.send();
    }

    // ---- ends

    /** Sends a reset, once. */
    void sendReset() {
        if (isCutOff()) {
            return;
        }
        network.loop()
                .schedule(
                        () -> {
                            if (!isCutOff()) {
                                other.near.resetArrived();
                            }
                        },
                        arrivesInNs(1));
    }

    /** The other end takes nothing any more: nothing is sent again. */
    void clear() {
        packets.clear();
    }

    /** Whatever is on its way is lost. */
    void drop() {
        packets.clear();
        launch++;
    }

    /** Breaks the connection once so many bytes more have arrived. */
    void breakOffAfter(long bytes) {
        breakAfter = bytes;
    }

    /** From now on every packet vanishes. */
    void forget() {
        forgotten = true;
    }
}
