/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Follows the packets of one direction of one channel and counts them by type, in whatever pieces the stream comes.
 *
 * <p>It looks at headers and the few payloads that tell the connection's state, jumps over all else, and allocates
 * nothing per packet. It never rejects: what it cannot follow it goes on counting as opaque bytes, with one sentence
 * that says why. One thread scans; the counters, sentences and reasons may be read by any.
 */
public final class FrameScanner {
    /** Room for larger writes than the 1 MiB which DRBD up to 9.3 sends. */
    public static final int BULK_BYTES_MAX_DEFAULT = 16 << 20;

    private static final PacketType[] TYPES = PacketType.values();
    /** Slots of {@link #counters}: packets by type, bytes by type, then these. */
    private static final int SLOT_BYTES = TYPES.length;

    private static final int SLOT_TOTAL = 2 * TYPES.length;
    private static final int SLOT_CHUNKS = SLOT_TOTAL + 1;
    private static final int SLOT_WARNINGS = SLOT_TOTAL + 2;
    private static final int SLOT_RESYNCED = SLOT_TOTAL + 3;
    private static final int SLOTS = SLOT_TOTAL + 4;

    /** Sub-header of a data packet; after it at most a digest, then whole sectors. */
    private static final int DATA_HEAD_BYTES = 24;

    private static final int SECTOR_BYTES = 512;
    private static final PacketListener NOBODY = new PacketListener() {
        @Override
        public void onPacket(PacketType type, int volume, long payloadBytes, ByteBuffer head) {}

        @Override
        public void onOpaque(OpaqueReason reason, String sentence) {}
    };

    private final SocketType socket;
    private final int bulkBytesMax;
    private final PacketListener listener;
    private final StreamStart start;
    private final AtomicLongArray counters = new AtomicLongArray(SLOTS);
    private final ByteBuffer partial = ByteBuffer.allocate(PacketHeader.BYTES_MAX);
    private final ByteBuffer head = ByteBuffer.allocate(Interest.HEAD_BYTES_MAX);

    /** Stream offset of index 0 of the memory being scanned. */
    private long base;

    private long scannedBytes;
    private int partialBytes;
    private long partialStart;
    private long payloadLeft;
    private int headBytes;
    private int headWanted;
    private PacketType type = PacketType.UNKNOWN;
    private int volume;
    private long payloadBytes;
    private PacketType lastTold = PacketType.UNKNOWN;
    private int lastToldVolume;
    private long toldVolumes;
    private OpaqueReason mode = OpaqueReason.NONE;
    private volatile OpaqueReason opaque = OpaqueReason.NONE;
    private volatile String opaqueSentence;
    private volatile String firstWarning;

    /**
     * @param socket which socket the channel relays
     * @param fromDialler whether this direction begins with the first packet, that is, leads from the node that dialled
     * @param bulkBytesMax the largest payload to accept of packets which carry blocks and of unknown ones
     * @param listener is told on the scanning thread
     */
    public FrameScanner(SocketType socket, boolean fromDialler, int bulkBytesMax, PacketListener listener) {
        this.socket = Objects.requireNonNull(socket);
        this.bulkBytesMax = bulkBytesMax;
        this.listener = Objects.requireNonNull(listener);
        this.start = new StreamStart(fromDialler, bulkBytesMax);
    }

    /** A scanner that only counts, with {@link #BULK_BYTES_MAX_DEFAULT}. */
    public FrameScanner(SocketType socket, boolean fromDialler) {
        this(socket, fromDialler, BULK_BYTES_MAX_DEFAULT, NOBODY);
    }

    /**
     * Goes through the next bytes of the stream. Whatever they are, it does not throw.
     *
     * @param memory is read by index within the range alone; its position, limit and order are left as they are
     * @param offset index of the first byte
     * @param length 0 or more bytes
     * @throws IndexOutOfBoundsException if the range is not within the memory's limit
     */
    public void scan(ByteBuffer memory, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, memory.limit());
        int at = offset;
        int end = offset + length;
        base = scannedBytes - offset;
        while (at < end && (mode == OpaqueReason.NONE || mode == OpaqueReason.LB_TCP)) {
            if (payloadLeft > 0) {
                int passing = (int) Math.min(payloadLeft, end - at);
                payloadLeft -= passing;
                if (headBytes < headWanted) {
                    takeHead(memory, at, passing);
                }
                at += passing;
            } else if (partialBytes == 0 && end - at >= PacketHeader.BYTES_MAX) {
                at += Math.max(1, onHeader(memory, at, PacketHeader.BYTES_MAX));
            } else {
                if (partialBytes == 0) {
                    partialStart = base + at;
                }
                partial.put(partialBytes++, memory.get(at++));
                if (onHeader(partial, 0, partialBytes) != PacketHeader.UNDECIDED) {
                    partialBytes = 0;
                }
            }
        }
        scannedBytes += length;
        add(SLOT_TOTAL, length);
    }

    /**
     * Treats what may be a complete header.
     *
     * @return bytes it took; {@link PacketHeader#UNDECIDED} if more are needed; {@link PacketHeader#NONE} if the stream
     *     turned out not to be followed any further
     */
    private int onHeader(ByteBuffer memory, int at, int have) {
        if (mode == OpaqueReason.LB_TCP) {
            return onChunk(memory, at, have);
        }
        int size = PacketHeader.sizeBytes(memory, at, have);
        if (size == PacketHeader.UNDECIDED) {
            return size;
        }
        if (size == PacketHeader.NONE) {
            return onForeign(memory, at, have);
        }
        if (PacketHeader.padding(memory, at) != 0) {
            return fail(memory, at, size, "has padding that is not zero in its header");
        }
        payloadBytes = PacketHeader.payloadBytes(memory, at);
        int command = PacketHeader.command(memory, at);
        type = PacketType.of(command, socket, payloadBytes);
        if (payloadBytes < type.payloadBytesMin() || payloadBytes > type.payloadBytesMax(bulkBytesMax)) {
            return fail(memory, at, size, lengthFault(command));
        }
        volume = PacketHeader.volume(memory, at);
        add(type.ordinal(), 1);
        add(SLOT_BYTES + type.ordinal(), size + payloadBytes);
        if (type == PacketType.UNKNOWN || !type.belongsOn(socket)) {
            warn(memory, at, command);
        }
        payloadLeft = payloadBytes;
        onPacket();
        return size;
    }

    private void onPacket() {
        headBytes = 0;
        headWanted = 0;
        if (type == PacketType.P_RS_DATA_REPLY) {
            long data = payloadBytes - DATA_HEAD_BYTES;
            add(SLOT_RESYNCED, data - data % SECTOR_BYTES);
            return;
        }
        Interest interest = Interest.in(type);
        if (interest == Interest.NONE) {
            return;
        }
        if (interest == Interest.TOLD_ONCE && isInRun()) {
            return;
        }
        headWanted = (int) Math.min(interest.headBytes, payloadBytes);
        if (headWanted == 0) {
            onHead();
        }
    }

    /** Runs of several volumes may be interleaved; those of the first 64 are kept apart. */
    private boolean isInRun() {
        long bit = volume < Long.SIZE ? 1L << volume : 0;
        boolean same = lastTold.packetClass() == type.packetClass();
        boolean told = bit == 0 ? volume == lastToldVolume : (toldVolumes & bit) != 0;
        toldVolumes = same ? toldVolumes | bit : bit;
        return same && told;
    }

    private void takeHead(ByteBuffer memory, int at, int passing) {
        int taken = Math.min(passing, headWanted - headBytes);
        head.put(headBytes, memory, at, taken);
        headBytes += taken;
        if (headBytes == headWanted) {
            onHead();
        }
    }

    private void onHead() {
        switch (Interest.in(type)) {
            case SIZE_AT_8 -> add(SLOT_RESYNCED, BigEndian.u32(head, 8));
            case SIZE_AT_16 -> add(SLOT_RESYNCED, BigEndian.u32(head, 16));
            default -> {
                lastTold = type;
                lastToldVolume = volume;
                head.clear().limit(headBytes);
                listener.onPacket(type, volume, payloadBytes, head);
                head.clear();
            }
        }
    }

    /** TLS and lb-tcp begin where the first or second packet would; everything else is an error. */
    private int onForeign(ByteBuffer memory, int at, int have) {
        return switch (start.judge(memory, at, have, headerOffset(memory, at))) {
            case UNDECIDED -> PacketHeader.UNDECIDED;
            case TLS -> {
                opaque(
                        OpaqueReason.TLS,
                        "The " + socket.label() + " socket is encrypted with DRBD's own TLS, so its packets cannot be"
                                + " counted or its state shown; it is relayed as it is and needs no action.");
                yield PacketHeader.NONE;
            }
            case CHUNKS -> {
                opaque(
                        OpaqueReason.LB_TCP,
                        "The " + socket.label() + " socket uses lb-tcp with load balancing, so its packets are spread"
                                + " over several connections and cannot be counted; it is relayed as it is; set"
                                + " load-balance-paths to no to see packets and state.");
                yield onChunk(memory, at, have);
            }
            case FOREIGN -> fail(memory, at, have, "does not begin like a DRBD packet");
        };
    }

    private int onChunk(ByteBuffer memory, int at, int have) {
        if (have < StreamStart.CHUNK_HEADER_BYTES) {
            return PacketHeader.UNDECIDED;
        }
        long chunkBytes = BigEndian.u32(memory, at + 4);
        if (chunkBytes > bulkBytesMax) {
            return fail(
                    memory,
                    at,
                    StreamStart.CHUNK_HEADER_BYTES,
                    "has an lb-tcp chunk of " + chunkBytes + " bytes, more than the limit of " + bulkBytesMax);
        }
        add(SLOT_CHUNKS, 1);
        // The bytes of a header gathered in advance may reach into the chunk.
        int taken = memory == partial ? have : StreamStart.CHUNK_HEADER_BYTES;
        payloadLeft = chunkBytes - (taken - StreamStart.CHUNK_HEADER_BYTES);
        headWanted = 0;
        headBytes = 0;
        return taken;
    }

    private String lengthFault(int command) {
        if (type == PacketType.UNKNOWN) {
            return String.format(
                    "has the unknown command 0x%X with %d bytes, more than the limit of %d",
                    command, payloadBytes, bulkBytesMax);
        }
        if (type.fixedLength()) {
            return "is a " + type + ", which must have " + type.payloadBytesMin() + " bytes, but has " + payloadBytes;
        }
        return "is a " + type + " whose length " + payloadBytes + " is outside the limits of " + type.payloadBytesMin()
                + " to " + type.payloadBytesMax(bulkBytesMax) + " bytes";
    }

    private int fail(ByteBuffer memory, int at, int have, String fault) {
        opaque(
                OpaqueReason.ERROR,
                "What follows at byte " + headerOffset(memory, at) + " of the " + socket.label() + " socket ("
                        + BigEndian.hex(memory, at, have) + ") " + fault
                        + ", so this direction is damaged or newer than this Forebay knows; it is relayed as opaque"
                        + " bytes without packet counts; if DRBD drops the connection look for its cause in the kernel"
                        + " log of both nodes, otherwise update Forebay.");
        return PacketHeader.NONE;
    }

    private void warn(ByteBuffer memory, int at, int command) {
        add(SLOT_WARNINGS, 1);
        if (firstWarning != null) {
            return;
        }
        long offset = headerOffset(memory, at);
        firstWarning = type == PacketType.UNKNOWN
                ? String.format(
                        "The %s socket carries the unknown command 0x%X at byte %d, so this DRBD is newer than this"
                                + " Forebay; it is relayed and counted as unknown; update Forebay to see its name.",
                        socket.label(), command, offset)
                : String.format(
                        "The %s socket carries %s at byte %d, which belongs on the other socket, so this DRBD is newer"
                                + " than this Forebay or its sockets are mixed up; it is relayed and counted; check that"
                                + " no other proxy is in between.",
                        socket.label(), type, offset);
    }

    private void opaque(OpaqueReason reason, String sentence) {
        mode = reason;
        payloadLeft = 0;
        opaqueSentence = sentence;
        opaque = reason;
        listener.onOpaque(reason, sentence);
    }

    /** The stream offset of the header at an index of the scanned memory or at the begin of the gathered bytes. */
    private long headerOffset(ByteBuffer memory, int at) {
        return memory == partial ? partialStart : base + at;
    }

    private void add(int slot, long amount) {
        counters.setOpaque(slot, counters.getPlain(slot) + amount);
    }

    /** All bytes scanned, seen through or not. */
    public long bytes() {
        return counters.getOpaque(SLOT_TOTAL);
    }

    /** How many packets of a type began to pass: a packet counts, whole, once its header is complete. */
    public long packets(PacketType of) {
        return counters.getOpaque(of.ordinal());
    }

    /** The bytes of a type on the wire, headers included. */
    public long bytes(PacketType of) {
        return counters.getOpaque(SLOT_BYTES + of.ordinal());
    }

    /** The types that occurred, in the order of {@link PacketType}. */
    public List<PacketCount> counts() {
        List<PacketCount> counts = new ArrayList<>();
        for (PacketType each : TYPES) {
            long packets = packets(each);
            if (packets > 0) {
                counts.add(new PacketCount(each, packets, bytes(each)));
            }
        }
        return List.copyOf(counts);
    }

    /** Chunks of lb-tcp; 0 unless {@link #opaque()} is {@link OpaqueReason#LB_TCP}. */
    public long chunks() {
        return counters.getOpaque(SLOT_CHUNKS);
    }

    /** Bytes of disk that this direction's packets brought in sync, or told to be in sync or empty. */
    public long resyncedBytes() {
        return counters.getOpaque(SLOT_RESYNCED);
    }

    /** Unknown commands and commands on the wrong socket. */
    public long warnings() {
        return counters.getOpaque(SLOT_WARNINGS);
    }

    /** The first warning, for operators. */
    public Optional<String> firstWarning() {
        return Optional.ofNullable(firstWarning);
    }

    /** Why packets cannot be seen (any more). */
    public OpaqueReason opaque() {
        return opaque;
    }

    /** The same as a sentence for operators; empty if packets can be seen. */
    public Optional<String> opaqueSentence() {
        return Optional.ofNullable(opaqueSentence);
    }

    /**
     * Whether the stream stands between two packets, so that it may end, or another packet may be put in, without
     * damage. Only for the scanning thread; false while opaque.
     */
    public boolean isBetweenPackets() {
        return mode == OpaqueReason.NONE && payloadLeft == 0 && partialBytes == 0;
    }

    /** Which socket it belongs to. */
    public SocketType socket() {
        return socket;
    }
}
