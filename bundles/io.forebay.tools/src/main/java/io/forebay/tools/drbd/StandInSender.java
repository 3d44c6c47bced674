/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.drbd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The node with the writes: a Primary in protocol A that writes blocks to consecutive places, closes an epoch every few
 * writes, and is done when the peer has acknowledged every epoch. Dials data.
 */
public final class StandInSender implements AutoCloseable {
    private static final int GOODBYE_MS = 2_000;
    private static final long EPOCH_NS = 100_000_000;
    private static final int HEADERS_BYTES = DrbdPacket.HEADER_100_BYTES + DrbdPacket.DATA_SUB_HEADER_BYTES;

    private final StandInPeer peer;
    private final WriteSource source;
    private final Writes writes;
    private final SendProgress progress;
    private final LatencyHistogram pings;
    private final EpochLedger ledger;
    private final BlockChecksum checksum = new BlockChecksum();
    private final byte[] packet;
    private int sequence;
    private int barrier;
    private int epochWrites;
    private long epochBeganNs;

    /**
     * How it writes.
     *
     * @param blockBytes of each write but the last: a multiple of 512 up to 1 MiB
     * @param perEpoch how many writes there are between two barriers; fewer if they take longer than a tenth of a second
     */
    public record Writes(int blockBytes, int perEpoch) {
        /** What a busy file system makes of it. */
        public static final Writes DEFAULT = new Writes(128 * 1024, 32);
    }

    public StandInSender(
            StandInPeer peer, WriteSource source, Writes writes, SendProgress progress, LatencyHistogram pings) {
        this.peer = peer;
        this.source = source;
        this.writes = writes;
        this.progress = progress;
        this.pings = pings;
        ledger = new EpochLedger(progress);
        packet = new byte[HEADERS_BYTES + writes.blockBytes];
    }

    /**
     * Connects, sends, waits for the last acknowledgement and disconnects; once.
     *
     * @param begin the position of the first write, a multiple of 512
     * @param deviceBytes the size of the device, a multiple of 512
     * @return the position behind the last byte
     */
    public long run(long begin, long deviceBytes, long connectPatienceNs) throws IOException, InterruptedException {
        try (peer) {
            peer.connect(DrbdPacket.ROLE_PRIMARY, deviceBytes, connectPatienceNs);
            try (MetaStream meta = new MetaStream("a", peer.meta(), ledger, pings)) {
                meta.start();
                progress.onConnected();
                long end = sendAll(begin);
                ledger.awaitAllAcked();
                progress.onAllAcked();
                disconnect(meta);
                return end;
            }
        }
    }

    private long sendAll(long begin) throws IOException, InterruptedException {
        long position = begin;
        int count = source.next(position, packet, HEADERS_BYTES, writes.blockBytes);
        while (count > 0) {
            sendBlock(position, count);
            position += count;
            progress.onSent(position);
            if (epochWrites == writes.perEpoch || System.nanoTime() - epochBeganNs > EPOCH_NS) {
                closeEpoch(position);
            }
            count = source.next(position, packet, HEADERS_BYTES, writes.blockBytes);
        }
        if (epochWrites > 0) {
            closeEpoch(position);
        }
        progress.onSendingOver();
        return position;
    }

    private void sendBlock(long position, int count) throws IOException {
        int blockBytes = (int) sectorsUp(count);
        Arrays.fill(packet, HEADERS_BYTES + count, HEADERS_BYTES + blockBytes, (byte) 0);
        long blockId = checksum.of(position, ByteBuffer.wrap(packet, HEADERS_BYTES, blockBytes));
        if (epochWrites == 0) {
            epochBeganNs = System.nanoTime();
        }
        sequence++;
        long sector = position / DrbdPacket.SECTOR_BYTES;
        DrbdPacket.data(ByteBuffer.wrap(packet), sector, blockId, sequence, blockBytes);
        peer.data().send(packet, HEADERS_BYTES + blockBytes);
        epochWrites++;
    }

    private void closeEpoch(long position) throws IOException {
        ledger.failIfMetaFailed();
        barrier++;
        ledger.closeEpoch(barrier, epochWrites, position);
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

    /** The next multiple of DRBD's 512 bytes. */
    public static long sectorsUp(long bytes) {
        return (bytes + DrbdPacket.SECTOR_BYTES - 1) / DrbdPacket.SECTOR_BYTES * DrbdPacket.SECTOR_BYTES;
    }

    /** Ends a run from another thread. */
    @Override
    public void close() {
        ledger.onFailure(new IOException("transfer was ended"));
        peer.close();
    }
}
