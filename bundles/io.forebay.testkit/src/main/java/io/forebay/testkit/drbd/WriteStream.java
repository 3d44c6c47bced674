/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit.drbd;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * One node's writes in one session: made and checked from a seed, so that a byte that is wrong, lacks, comes twice or belongs
 * to another session is found at once. One thread writes, another reads.
 */
final class WriteStream {

    private static final int TABLE_BYTES = 512 << 10;
    private static final int SECTORS_MAX = 128;
    private static final int BLOCK_BYTES_MAX = SECTORS_MAX * StandInPacket.SECTOR_BYTES;
    private static final int HEADERS_BYTES = StandInPacket.HEADER_100_BYTES + StandInPacket.DATA_HEADER_BYTES;
    private static final long DEVICE_SECTORS = 1 << 20;

    private final long id;
    private final long bytesPerSecond;
    private final byte[] table = new byte[TABLE_BYTES + BLOCK_BYTES_MAX];
    private volatile long sentBytes;
    private volatile long checkedBytes;

    /**
     * A stream.
     *
     * @param id tells it from those of all other sessions and nodes
     * @param bytesPerSecond the most to send, 0 for no limit
     */
    WriteStream(long id, long bytesPerSecond) {
        this.id = id;
        this.bytesPerSecond = bytesPerSecond;
        SplittableRandom random = new SplittableRandom(id);
        // A third of it can be compressed to almost nothing, a third well, a third not at all.
        for (int at = 0; at < table.length; at += 3 * StandInPacket.SECTOR_BYTES) {
            for (int i = at; i < Math.min(table.length, at + 2 * StandInPacket.SECTOR_BYTES); i++) {
                table[i] = (byte) (i < at + StandInPacket.SECTOR_BYTES ? random.nextInt() : 'a' + random.nextInt(8));
            }
        }
    }

    /** Bytes that the socket has taken. */
    long sentBytes() {
        return sentBytes;
    }

    /** Bytes that arrived, all of them right. */
    long checkedBytes() {
        return checkedBytes;
    }

    /** The block of a write; also its place on the device and its length follow from its number. */
    private record Block(int from, int bytes, long sector) {}

    private Block block(int number) {
        long mixed = (id + number) * 0x9E3779B97F4A7C15L;
        mixed ^= mixed >>> 29;
        mixed *= 0xBF58476D1CE4E5B9L;
        mixed >>>= 16;
        int sectors = 1 + (int) (mixed % SECTORS_MAX);
        return new Block(
                (int) ((mixed >>> 8) % TABLE_BYTES),
                sectors * StandInPacket.SECTOR_BYTES,
                (mixed >>> 12) % (DEVICE_SECTORS - SECTORS_MAX));
    }

    /** Sends writes until told to stop. */
    void write(OutputStream out, java.util.function.BooleanSupplier goOn) throws IOException {
        byte[] packet = new byte[HEADERS_BYTES + BLOCK_BYTES_MAX];
        long begunNs = System.nanoTime();
        for (int number = 1; goOn.getAsBoolean(); number++) {
            Block block = block(number);
            ByteBuffer to = ByteBuffer.wrap(packet);
            StandInPacket.header100(to, StandInPacket.DATA, StandInPacket.DATA_HEADER_BYTES + block.bytes());
            to.putLong(block.sector()).putLong(id).putInt(number).putInt(0);
            to.put(table, block.from(), block.bytes());
            out.write(packet, 0, to.position());
            sentBytes += to.position();
            pace(begunNs);
        }
    }

    private void pace(long begunNs) {
        if (bytesPerSecond > 0) {
            long dueNs = begunNs + (long) (1e9 * sentBytes / bytesPerSecond);
            LockSupport.parkNanos(dueNs - System.nanoTime());
        }
    }

    /** Checks what arrives, until the stream ends. */
    void check(DataInputStream in) throws IOException {
        byte[] payload = new byte[StandInPacket.DATA_HEADER_BYTES + BLOCK_BYTES_MAX];
        int[] length = new int[1];
        for (int number = 1; ; number++) {
            in.mark(1);
            if (in.read() < 0) {
                return;
            }
            in.reset();
            int command = StandInPacket.readHeader100(in, length);
            Block block = block(number);
            int expected = StandInPacket.DATA_HEADER_BYTES + block.bytes();
            if (command != StandInPacket.DATA || length[0] != expected) {
                throw new WrongBytes("write %d of stream %d is not next: command=0x%x, length=%d (expected: 0, %d)"
                        .formatted(number, id, command, length[0], expected));
            }
            if (in.readNBytes(payload, 0, expected) < expected) {
                throw new EOFException("stream %d ended inside write %d".formatted(id, number));
            }
            compare(ByteBuffer.wrap(payload), block, number);
            checkedBytes += StandInPacket.HEADER_100_BYTES + expected;
        }
    }

    private void compare(ByteBuffer payload, Block block, int number) throws WrongBytes {
        long sector = payload.getLong();
        long stream = payload.getLong();
        int sequence = payload.getInt();
        if (sector != block.sector() || stream != id || sequence != number) {
            throw new WrongBytes("write %d of stream %d is not next: sector=%d, stream=%d, sequence=%d"
                    .formatted(number, id, sector, stream, sequence));
        }
        int at = StandInPacket.DATA_HEADER_BYTES;
        int wrong = Arrays.mismatch(
                payload.array(), at, at + block.bytes(), table, block.from(), block.from() + block.bytes());
        if (wrong >= 0) {
            throw new WrongBytes("write %d of stream %d has a wrong byte at %d".formatted(number, id, wrong));
        }
    }
}
