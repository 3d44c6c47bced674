/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.drbd;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The node that takes the writes: a Secondary that checks every packet, hands the blocks on with their places, and
 * acknowledges each epoch with its number of writes. Dials meta.
 */
public final class StandInReceiver implements AutoCloseable {
    private final StandInPeer peer;
    private final WriteSink sink;
    private final LatencyHistogram pings;
    private final byte[] write = new byte[DrbdPacket.DATA_SUB_HEADER_BYTES + DrbdPacket.WRITE_BYTES_MAX];
    private final EpochLedger ledger =
            new EpochLedger(new SendProgress() {}); // this node closes none, so any acknowledgement is an error
    private long deviceBytes;
    private long writtenBytes;
    private int lastSequence;
    private int epochWrites;

    public StandInReceiver(StandInPeer peer, WriteSink sink, LatencyHistogram pings) {
        this.peer = peer;
        this.sink = sink;
        this.pings = pings;
    }

    /**
     * Connects, takes writes until the peer disconnects in good order, and returns the bytes written; once.
     *
     * @param onConnected called when the two nodes are connected
     */
    public long run(long ownBytes, long connectPatienceNs, Runnable onConnected) throws IOException {
        try (peer) {
            deviceBytes = peer.connect(DrbdPacket.ROLE_SECONDARY, ownBytes, connectPatienceNs);
            try (MetaStream meta = new MetaStream("b", peer.meta(), ledger, pings)) {
                meta.start();
                onConnected.run();
                takeWrites(meta);
                requireEpochClosed();
                peer.data().finish();
                meta.finish();
                return writtenBytes;
            }
        }
    }

    private void takeWrites(MetaStream meta) throws IOException {
        PeerSocket data = peer.data();
        boolean disconnecting = false;
        for (DrbdCommand command = data.next(); command != null; command = data.next()) {
            if (disconnecting) {
                throw new IOException(data.unexpected(command, "the end of the stream"));
            }
            switch (command) {
                case DATA -> takeWrite(data);
                case BARRIER -> {
                    int barrier = data.payload().order(ByteOrder.nativeOrder()).getInt();
                    meta.sendBarrierAck(barrier, epochWrites);
                    epochWrites = 0;
                }
                case CONN_ST_CHG_REQ -> {
                    data.payload();
                    disconnecting = true;
                    meta.expectEnd();
                    meta.sendDisconnectReply();
                }
                default -> throw new IOException(data.unexpected(command, "DATA, BARRIER or CONN_ST_CHG_REQ"));
            }
        }
        if (!disconnecting) {
            throw new EOFException("DRBD data stream ended early: writtenBytes=" + writtenBytes);
        }
    }

    private void takeWrite(PeerSocket data) throws IOException {
        int count = data.payloadBytes();
        int blockBytes = count - DrbdPacket.DATA_SUB_HEADER_BYTES;
        if (count < 0 || blockBytes <= 0 || count > write.length || blockBytes % DrbdPacket.SECTOR_BYTES != 0) {
            throw new IOException("DRBD write has a wrong length: blockBytes=" + blockBytes
                    + " (expected: a positive multiple of 512 up to 1 MiB)");
        }
        data.readFully(write, count);
        ByteBuffer packet = ByteBuffer.wrap(write, 0, count);
        long sector = packet.getLong();
        long blockId = packet.getLong();
        int sequence = packet.getInt();
        packet.getInt(); // flags: protocol A asks for no answer to a single write
        if (sector < 0 || sector > (deviceBytes - blockBytes) / DrbdPacket.SECTOR_BYTES) {
            throw new IOException("DRBD write beyond the device: sector=" + sector + ", blockBytes=" + blockBytes
                    + " (expected: below sector " + deviceBytes / DrbdPacket.SECTOR_BYTES + ")");
        }
        if (sequence != lastSequence + 1) {
            throw new IOException(
                    "DRBD write out of order: sequence=" + sequence + " (expected: " + (lastSequence + 1) + ")");
        }
        lastSequence = sequence;
        sink.take(sector * DrbdPacket.SECTOR_BYTES, blockId, packet);
        epochWrites++;
        writtenBytes += blockBytes;
    }

    private void requireEpochClosed() throws IOException {
        if (epochWrites != 0) {
            throw new IOException("DRBD peer disconnected with an open epoch: writes=" + epochWrites);
        }
    }

    /** Ends a run from another thread. */
    @Override
    public void close() {
        peer.close();
    }
}
