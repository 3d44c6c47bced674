/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.benchmarks;

import io.forebay.drbd.FrameScanner;
import io.forebay.drbd.OpaqueReason;
import io.forebay.drbd.PacketType;
import io.forebay.drbd.SocketType;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A stream of writes, looked at in pieces as reads of an inside socket bring them. An operation is one such piece. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FrameScannerBenchmark {

    private static final int PIECE_BYTES = 64 << 10;
    private static final int DATA_BYTES = 1 << 20;
    private static final int MAGIC_100 = 0x8620EC20;
    private static final int HEADER_BYTES = 16;
    private static final int SUB_HEADER_BYTES = 24;

    /** What each write carries. */
    @Param({"4096", "131072"})
    int writeBytes;

    private FrameScanner scanner;
    private ByteBuffer stream;
    private int at;

    /** A header of 16 bytes, sector, block id, sequence and flags, and the block: P_DATA from DRBD protocol 100 on. */
    @Setup
    public void prepare() {
        scanner = new FrameScanner(SocketType.DATA, true);
        int packets = DATA_BYTES / writeBytes;
        stream = ByteBuffer.allocateDirect(packets * packetBytes());
        for (int i = 0; i < packets; i++) {
            int start = stream.position();
            stream.putInt(MAGIC_100).putInt(PacketType.P_DATA.command());
            stream.putInt(SUB_HEADER_BYTES + writeBytes).putInt(0);
            stream.putLong((long) i * writeBytes / 512)
                    .putLong(i + 1)
                    .putInt(i + 1)
                    .putInt(0);
            stream.position(start + packetBytes());
        }
        stream.clear();
    }

    private int packetBytes() {
        return HEADER_BYTES + SUB_HEADER_BYTES + writeBytes;
    }

    @Benchmark
    public void scan(Volume volume) {
        int bytes = Math.min(PIECE_BYTES, stream.limit() - at);
        scanner.scan(stream, at, bytes);
        at = at + bytes == stream.limit() ? 0 : at + bytes;
        volume.add(bytes);
    }

    @TearDown
    public void check() {
        long packets = scanner.packets(PacketType.P_DATA);
        // The last one may have come in part.
        long expected = (scanner.bytes() + packetBytes() - 1) / packetBytes();
        if (scanner.opaque() != OpaqueReason.NONE || packets != expected) {
            throw new IllegalStateException("packets lost: opaque=" + scanner.opaque() + ", packets=" + packets
                    + " (expected: NONE, " + expected + ")");
        }
    }
}
