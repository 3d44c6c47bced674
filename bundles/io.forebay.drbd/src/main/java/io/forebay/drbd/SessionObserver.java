/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Infers from the packets of both sockets and directions of one DRBD session how far the two nodes have come with each
 * other. It knows what nodes tell, not what they decide; a session begins with new sockets and needs a new observer.
 *
 * <p>Its scanners may run on different threads, and any thread may ask: the few packets that matter and all questions
 * take one lock. Bulk packets never come here; their part is read from the scanners' counters.
 */
public final class SessionObserver {
    /** A node that sends no features for this long after its first packet is not going to. */
    private static final long SILENCE_NS = 10_000_000_000L;

    private static final int FLAG_BM_BLOCK_SHIFT = 256;
    private static final int BITMAP_BLOCK_SHIFT_MIN = 12;
    private static final int SIZES_SHIFT_OFFSET = 55;

    private final LongSupplier clockNs;
    private final Object lock = new Object();
    private final List<FrameScanner> scanners = new ArrayList<>();
    private final NodeFacts[] nodes = {new NodeFacts(), new NodeFacts()};
    private final PingTimes[] pings = {new PingTimes(), new PingTimes()};
    private final SortedMap<Integer, VolumeFacts> volumes = new TreeMap<>();
    private final boolean[] identified = new boolean[SocketType.values().length];
    private long identifiedNs;
    private boolean authSeen;
    private boolean parametersSeen;
    private boolean bsrSeen;
    private boolean disconnecting;
    private boolean ended;
    private TwoPhaseRequest prepared;
    private boolean syncing;
    private long syncBaseBytes;
    private long syncTotalBytes;
    private OpaqueReason opaque = OpaqueReason.NONE;
    private String notice = "";

    /**
     * @param clockNs a clock in ns that only grows, asked on the scanning threads for pings and first packets only
     */
    public SessionObserver(LongSupplier clockNs) {
        this.clockNs = Objects.requireNonNull(clockNs);
    }

    /**
     * A scanner for one direction of one channel, which reports here.
     *
     * @param socket which socket the channel relays
     * @param sender the node whose bytes it will see
     * @param dialler the node that dialled this channel
     * @param bulkBytesMax see {@link FrameScanner}
     */
    public FrameScanner scanner(SocketType socket, Node sender, Node dialler, int bulkBytesMax) {
        FrameScanner scanner = new FrameScanner(socket, sender == dialler, bulkBytesMax, new PacketListener() {
            @Override
            public void onPacket(PacketType type, int volume, long payloadBytes, ByteBuffer head) {
                synchronized (lock) {
                    observe(sender, socket, type, volume, head);
                }
            }

            @Override
            public void onOpaque(OpaqueReason reason, String sentence) {
                synchronized (lock) {
                    if (reason.compareTo(opaque) > 0) {
                        opaque = reason;
                        notice = sentence;
                    }
                    if (reason == OpaqueReason.LB_TCP && sender == dialler) {
                        onIdentified(socket);
                    }
                }
            }
        });
        synchronized (lock) {
            scanners.add(scanner);
        }
        return scanner;
    }

    /** The stream of a node ended on a socket, in whatever way. The first end of a session is explained. */
    public void onEnd(Node sender, SocketType socket) {
        synchronized (lock) {
            if (!ended) {
                String end = SessionEnd.explain(openPhase(), disconnecting, sender, socket, nodes[0], nodes[1]);
                notice = opaque == OpaqueReason.ERROR ? notice : end;
                ended = true;
            }
        }
    }

    /** Whether a node's features packet has passed on the data socket; without a lock, for the data path. */
    public boolean featuresSeen(Node sender) {
        return nodes[sender.ordinal()].featuresSeen;
    }

    /** Whether both nodes' features packets have passed on the data socket. */
    public boolean featuresSeenBothWays() {
        return featuresSeen(Node.LOCAL) && featuresSeen(Node.FAR);
    }

    /** How far the nodes have come. */
    public SessionPhase phase() {
        synchronized (lock) {
            return currentPhase();
        }
    }

    /** A sentence if the session has been idle since its first packet for 10 s or more without features. */
    public Optional<String> idleSentence() {
        long nowNs = clockNs.getAsLong();
        synchronized (lock) {
            boolean any = identified[0] || identified[1];
            boolean silent = !nodes[0].featuresSeen && !nodes[1].featuresSeen && opaque == OpaqueReason.NONE && !ended;
            if (!any || !silent || nowNs - identifiedNs < SILENCE_NS) {
                return Optional.empty();
            }
            return Optional.of("The session is idle: no features were seen in the "
                    + (nowNs - identifiedNs) / 1_000_000_000L
                    + " s since its first packet, so the partner socket is missing or a node hangs; check that both data"
                    + " and meta get through and that DRBD is up on both nodes.");
        }
    }

    /** All that is known, at one moment. */
    public SessionSnapshot snapshot() {
        synchronized (lock) {
            int protocol = protocol();
            List<VolumeSnapshot> list = new ArrayList<>();
            volumes.forEach((number, facts) -> list.add(facts.snapshot(number, protocol)));
            return new SessionSnapshot(
                    currentPhase(),
                    dialect(),
                    protocol,
                    SessionEnd.replicationName(Math.max(nodes[0].replication, nodes[1].replication)),
                    nodes[Node.LOCAL.ordinal()].nodeId,
                    nodes[Node.FAR.ordinal()].nodeId,
                    list,
                    sync(),
                    resyncedBytes() - syncBaseBytes,
                    syncTotalBytes,
                    pings[Node.LOCAL.ordinal()].lastNs(),
                    pings[Node.FAR.ordinal()].lastNs(),
                    notice);
        }
    }

    /** A short phrase such as {@code Connected (8.4, protocol 101, C) Primary/Secondary UpToDate/UpToDate}. */
    public String describe() {
        return SessionPhrase.of(snapshot(), opaqueReason());
    }

    private OpaqueReason opaqueReason() {
        synchronized (lock) {
            return opaque;
        }
    }

    private void observe(Node sender, SocketType socket, PacketType type, int volume, ByteBuffer head) {
        NodeFacts node = nodes[sender.ordinal()];
        bsrSeen |= type.dialect() == Dialect.BSR;
        switch (type) {
            case P_INITIAL_DATA, P_INITIAL_META -> onIdentified(socket);
            case P_CONNECTION_FEATURES -> {
                bsrSeen |= socket == SocketType.META;
                if (socket == SocketType.DATA) {
                    node.onFeatures(head);
                }
            }
            case P_AUTH_CHALLENGE, P_AUTH_RESPONSE -> authSeen = true;
            case P_PROTOCOL, P_PROTOCOL_UPDATE -> {
                parametersSeen = true;
                node.replication = BigEndian.i32(head, 0);
            }
            case P_SIZES, P_UUIDS, P_UUIDS110 -> onParameters(sender, type, volume(volume), head);
            case P_STATE -> volume(volume).onState(sender, BigEndian.i32(head, 0));
            case P_PING -> pings[sender.ordinal()].onPing(clockNs.getAsLong());
            case P_PING_ACK -> pings[sender.peer().ordinal()].onAnswer(clockNs.getAsLong());
            case P_STATE_CHG_REQ, P_CONN_ST_CHG_REQ -> onStateRequest(head);
            case P_STATE_CHG_REPLY, P_CONN_ST_CHG_REPLY -> disconnecting &= BigEndian.i32(head, 0) >= 1;
            case P_DISCONNECT -> disconnecting = true;
            case P_TWOPC_PREPARE, P_TWOPC_ABORT, P_TWOPC_COMMIT -> onTwoPhase(type, head);
            case P_NODE_FEATURES -> {}
            default -> onActivity(sender, type, volume(volume));
        }
        noteSync();
    }

    private void onIdentified(SocketType socket) {
        if (!identified[0] && !identified[1]) {
            identifiedNs = clockNs.getAsLong();
        }
        identified[socket.ordinal()] = true;
    }

    private VolumeFacts volume(int number) {
        parametersSeen = true;
        return volumes.computeIfAbsent(number, unused -> new VolumeFacts());
    }

    private void onParameters(Node sender, PacketType type, VolumeFacts volume, ByteBuffer head) {
        switch (type) {
            case P_UUIDS -> volume.onDirtyBits(sender, BigEndian.i64(head, 32));
            case P_UUIDS110 -> volume.onDirtyBits(sender, BigEndian.i64(head, 8));
            default -> {
                boolean told = (agreedFlags() & FLAG_BM_BLOCK_SHIFT) != 0 && head.limit() > SIZES_SHIFT_OFFSET;
                if (told) {
                    volume.onBitmapBlockShift(BITMAP_BLOCK_SHIFT_MIN + (BigEndian.u8(head, SIZES_SHIFT_OFFSET) & 0x1F));
                }
            }
        }
    }

    private void onStateRequest(ByteBuffer head) {
        boolean connection = (BigEndian.i32(head, 0) & StateWord.CONNECTION_MASK) == StateWord.CONNECTION_MASK;
        if (connection && StateWord.connection(BigEndian.i32(head, 4)) == StateWord.DISCONNECTING) {
            disconnecting = true;
        }
    }

    private void onTwoPhase(PacketType type, ByteBuffer head) {
        parametersSeen = true;
        TwoPhaseRequest request = TwoPhaseRequest.read(head, agreedFlags());
        int local = nodes[Node.LOCAL.ordinal()].nodeId;
        int far = nodes[Node.FAR.ordinal()].nodeId;
        if (type == PacketType.P_TWOPC_PREPARE) {
            prepared = request;
            disconnecting |= request.disconnects() && request.isBetween(local, far);
            return;
        }
        if (prepared == null || prepared.tid() != request.tid()) {
            return;
        }
        if (type == PacketType.P_TWOPC_ABORT) {
            disconnecting &= !prepared.disconnects();
        } else {
            if (prepared.connects() && prepared.isBetween(local, far)) {
                volumes.values().forEach(VolumeFacts::onConnectCommitted);
            }
            if (prepared.changesRole() && (prepared.initiator() == local || prepared.initiator() == far)) {
                Node node = prepared.initiator() == local ? Node.LOCAL : Node.FAR;
                int role = StateWord.role(prepared.value());
                volumes.values().forEach(each -> each.onRole(node, role));
            }
        }
        prepared = null;
    }

    /** What a node does tells its state where its word is late or, from protocol 110 on, missing. */
    private static void onActivity(Node sender, PacketType type, VolumeFacts volume) {
        int its = volume.connection(sender);
        int peers = volume.connection(sender.peer());
        switch (type.packetClass()) {
            case BM -> {
                if (!StateWord.isResync(its)) {
                    volume.imply(sender, StateWord.isSource(peers) ? StateWord.BITMAP_T : StateWord.BITMAP_S);
                }
            }
            case RSQ -> {
                if (StateWord.phase(its, false).compareTo(SessionPhase.PAUSED) < 0) {
                    volume.imply(sender, StateWord.SYNC_TARGET);
                }
            }
            case VER -> {
                if (its == StateWord.ESTABLISHED) {
                    volume.imply(sender, StateWord.VERIFY_S);
                }
            }
            case CFG -> { // P_SYNC_UUID
                if (StateWord.phase(its, false).compareTo(SessionPhase.PAUSED) < 0) {
                    volume.imply(sender, StateWord.SYNC_SOURCE);
                }
            }
            default -> {}
        }
    }

    /** Notes at which count a resync began, so that its progress is a subtraction. */
    private void noteSync() {
        SessionPhase phase = currentPhase();
        boolean now = phase == SessionPhase.BITMAP || phase == SessionPhase.SYNC || phase == SessionPhase.PAUSED;
        if (now && !syncing) {
            syncBaseBytes = resyncedBytes();
            syncTotalBytes = volumes.values().stream()
                    .filter(each -> each.sync() != SyncDirection.NONE)
                    .mapToLong(VolumeFacts::dirtyBytes)
                    .sum();
        }
        syncing = now;
    }

    private long resyncedBytes() {
        return scanners.stream().mapToLong(FrameScanner::resyncedBytes).sum();
    }

    private SyncDirection sync() {
        return volumes.values().stream()
                .map(VolumeFacts::sync)
                .filter(each -> each != SyncDirection.NONE)
                .findFirst()
                .orElse(SyncDirection.NONE);
    }

    private int protocol() {
        return NodeFacts.agreed(nodes[0], nodes[1]);
    }

    private int agreedFlags() {
        return nodes[0].flags & nodes[1].flags;
    }

    private Dialect dialect() {
        if (bsrSeen || scanned(PacketType.P_RS_WRITE116_ACK, PacketType.P_UUID_ACK, PacketType.P_BM_EXCHANGE_STATE)) {
            return Dialect.BSR;
        }
        return Dialect.between(nodes[0].dialect, nodes[1].dialect);
    }

    private boolean scanned(PacketType... types) {
        for (PacketType type : types) {
            if (scanners.stream().anyMatch(each -> each.packets(type) > 0)) {
                return true;
            }
        }
        return false;
    }

    private SessionPhase currentPhase() {
        if (ended && opaque != OpaqueReason.ERROR) {
            return SessionPhase.CLOSING;
        }
        return disconnecting && opaque == OpaqueReason.NONE ? SessionPhase.CLOSING : openPhase();
    }

    private SessionPhase openPhase() {
        if (opaque != OpaqueReason.NONE) {
            return opaque == OpaqueReason.ERROR ? SessionPhase.ERROR : SessionPhase.OPAQUE;
        }
        if (parametersSeen) {
            return volumes.values().stream()
                    .map(VolumeFacts::phase)
                    .max(SessionPhase::compareTo)
                    .orElse(SessionPhase.REPORT_PARAMS);
        }
        if (authSeen) {
            return SessionPhase.AUTH;
        }
        if (nodes[0].featuresSeen || nodes[1].featuresSeen) {
            return SessionPhase.FEATURES;
        }
        if (identified[0] && identified[1]) {
            return SessionPhase.PAIRED;
        }
        return identified[0] || identified[1] ? SessionPhase.IDENTIFIED : SessionPhase.OPENING;
    }
}
