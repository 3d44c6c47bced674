/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The node with the writes: a Primary in protocol A that sends a file's blocks as writes to consecutive sectors, closes
 * an epoch every few writes, and is done when the peer has acknowledged every epoch. Dials data.
 */
final class StandInSender implements AutoCloseable {
    static final int BLOCK_BYTES = 128 * 1024;

    private static final int WRITES_PER_EPOCH = 32;
    private static final int GOODBYE_MS = 2_000;
    private static final int HEADERS_BYTES = DrbdPacket.HEADER_100_BYTES + DrbdPacket.DATA_SUB_HEADER_BYTES;

    private final StandInPeer peer;
    private final Path source;
    private final SendLimit limit;
    private final TransferMeter meter;
    private final PingTimes pings;
    private final EpochLedger ledger = new EpochLedger();
    private final byte[] packet = new byte[HEADERS_BYTES + BLOCK_BYTES];
    private int sequence;
    private int barrier;
    private int epochWrites;

    StandInSender(StandInPeer peer, Path source, SendLimit limit, TransferMeter meter, PingTimes pings) {
        this.peer = peer;
        this.source = source;
        this.limit = limit;
        this.meter = meter;
        this.pings = pings;
    }

    /** Connects, sends, waits for the last acknowledgement and disconnects. Returns the bytes of the file sent. */
    long run(long connectPatienceNs) throws IOException, InterruptedException {
        try (peer;
                FileChannel file = FileChannel.open(source, StandardOpenOption.READ)) {
            peer.connect(DrbdPacket.ROLE_PRIMARY, sectorsUp(Files.size(source)), connectPatienceNs);
            try (MetaStream meta = new MetaStream("a", peer.meta(), ledger, pings)) {
                meta.start();
                long bytes = sendFile(file);
                ledger.awaitAllAcked();
                disconnect(meta);
                return bytes;
            }
        }
    }

    private long sendFile(FileChannel file) throws IOException {
        long position = 0;
        meter.onFirstSend();
        while (limit.allows(position, BLOCK_BYTES, meter.elapsedNs())) {
            int count = readBlock(file, position);
            if (count == 0) {
                break;
            }
            sendBlock(position, count);
            position += count;
            meter.onSent(position);
        }
        if (epochWrites > 0) {
            closeEpoch();
        }
        meter.onSendingOver();
        return position;
    }

    private int readBlock(FileChannel file, long position) throws IOException {
        ByteBuffer block = ByteBuffer.wrap(packet, HEADERS_BYTES, BLOCK_BYTES);
        int count = 0;
        while (block.hasRemaining()) {
            int read = file.read(block, position + count);
            if (read < 0) {
                break;
            }
            count += read;
        }
        return count;
    }

    private void sendBlock(long position, int count) throws IOException {
        int blockBytes = (int) sectorsUp(count);
        Arrays.fill(packet, HEADERS_BYTES + count, HEADERS_BYTES + blockBytes, (byte) 0);
        sequence++;
        long sector = position / DrbdPacket.SECTOR_BYTES;
        DrbdPacket.data(ByteBuffer.wrap(packet), sector, 0xD000_0000_0000_0000L + sequence, sequence, blockBytes);
        peer.data().send(packet, HEADERS_BYTES + blockBytes);
        epochWrites++;
        if (epochWrites == WRITES_PER_EPOCH) {
            closeEpoch();
        }
    }

    private void closeEpoch() throws IOException {
        barrier++;
        ledger.closeEpoch(barrier, epochWrites);
        peer.data().send(to -> DrbdPacket.barrier(to, barrier));
        epochWrites = 0;
    }

    private void disconnect(MetaStream meta) throws IOException, InterruptedException {
        peer.data().send(DrbdPacket::disconnectRequest);
        ledger.awaitDisconnectAgreed();
        meta.expectEnd();
        peer.data().finish();
        meta.finish();
        peer.data().drain(GOODBYE_MS);
    }

    static long sectorsUp(long bytes) {
        return (bytes + DrbdPacket.SECTOR_BYTES - 1) / DrbdPacket.SECTOR_BYTES * DrbdPacket.SECTOR_BYTES;
    }

    /** Ends a run from another thread. */
    @Override
    public void close() {
        ledger.onFailure(new IOException("transfer was ended"));
        peer.close();
    }
}
