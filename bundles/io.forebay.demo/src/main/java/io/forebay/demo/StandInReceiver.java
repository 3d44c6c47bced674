/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The node that takes the writes: a Secondary that checks every packet, writes the blocks into a file at their sectors,
 * and acknowledges each epoch with its number of writes. Dials meta.
 */
final class StandInReceiver implements AutoCloseable {
    private final StandInPeer peer;
    private final Path target;
    private final TransferMeter meter;
    private final PingTimes pings;
    private final byte[] write = new byte[DrbdPacket.DATA_SUB_HEADER_BYTES + DrbdPacket.WRITE_BYTES_MAX];
    private final EpochLedger ledger = new EpochLedger(); // this node closes none, so any acknowledgement is an error
    private long deviceBytes;
    private long writtenBytes;
    private int lastSequence;
    private int epochWrites;

    StandInReceiver(StandInPeer peer, Path target, TransferMeter meter, PingTimes pings) {
        this.peer = peer;
        this.target = target;
        this.meter = meter;
        this.pings = pings;
    }

    /** Connects, takes writes until the peer disconnects in good order, and returns the bytes written. */
    long run(long ownBytes, long connectPatienceNs) throws IOException {
        try (peer;
                FileChannel file = FileChannel.open(
                        target, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ)) {
            deviceBytes = peer.connect(DrbdPacket.ROLE_SECONDARY, ownBytes, connectPatienceNs);
            try (MetaStream meta = new MetaStream("b", peer.meta(), ledger, pings)) {
                meta.start();
                takeWrites(file, meta);
                requireEpochClosed();
                peer.data().finish();
                meta.finish();
                return writtenBytes;
            }
        }
    }

    private void takeWrites(FileChannel file, MetaStream meta) throws IOException {
        PeerSocket data = peer.data();
        boolean disconnecting = false;
        for (DrbdCommand command = data.next(); command != null; command = data.next()) {
            if (disconnecting) {
                throw new IOException(data.unexpected(command, "the end of the stream"));
            }
            switch (command) {
                case DATA -> takeWrite(data, file);
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

    private void takeWrite(PeerSocket data, FileChannel file) throws IOException {
        int count = data.payloadBytes();
        int blockBytes = count - DrbdPacket.DATA_SUB_HEADER_BYTES;
        if (count < 0 || blockBytes <= 0 || count > write.length || blockBytes % DrbdPacket.SECTOR_BYTES != 0) {
            throw new IOException("DRBD write has a wrong length: blockBytes=" + blockBytes
                    + " (expected: a positive multiple of 512 up to 1 MiB)");
        }
        data.readFully(write, count);
        ByteBuffer packet = ByteBuffer.wrap(write, 0, count);
        long sector = packet.getLong();
        packet.getLong(); // block id: opaque
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
        writeFully(file, packet, sector * DrbdPacket.SECTOR_BYTES);
        epochWrites++;
        writtenBytes += blockBytes;
        meter.onWritten(writtenBytes);
    }

    private static void writeFully(FileChannel file, ByteBuffer block, long position) throws IOException {
        long at = position;
        while (block.hasRemaining()) {
            at += file.write(block, at);
        }
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
