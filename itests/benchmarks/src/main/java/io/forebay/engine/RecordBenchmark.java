/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.itests.benchmarks.BlockData;
import io.forebay.itests.benchmarks.Volume;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a record costs beside its codec: a header on each side, and a CRC-32C of the payload on each side. In this package,
 * because the layout of records is nobody else's.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RecordBenchmark {

    private static final int PAYLOAD_BYTES = 4096;

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer memory = ByteBuffer.allocateDirect(RecordLayout.HEADER_BYTES);
    private long position;

    /** Payloads one after the other, as many as fit into a segment. */
    @State(Scope.Thread)
    public static class Payloads {
        private static final int DATA_BYTES = 1 << 20;

        @Param({"4096", "65536", "131072"})
        int payloadBytes;

        private ByteBuffer memory;
        private int at;

        @Setup
        public void prepare() {
            memory = BlockData.RANDOM.blocks(payloadBytes, DATA_BYTES / payloadBytes);
        }

        private int next() {
            at = at + payloadBytes == DATA_BYTES ? 0 : at + payloadBytes;
            return at;
        }
    }

    @Setup
    public void prepare() {
        writeHeader();
    }

    @Benchmark
    public void writeHeader() {
        position += PAYLOAD_BYTES;
        RecordLayout.writeHeader(
                memory,
                0,
                RecordType.DATA,
                RecordLayout.CODEC_RAW,
                0,
                PAYLOAD_BYTES,
                PAYLOAD_BYTES,
                position,
                (int) position,
                crc);
    }

    @Benchmark
    public void checkHeader() throws PeerViolation {
        RecordLayout.check(memory, 0, RecordLayout.DATA_BYTES_MAX, crc);
    }

    @Benchmark
    @BenchmarkMode(Mode.Throughput)
    @OutputTimeUnit(TimeUnit.SECONDS)
    public int payloadCrc(Payloads payloads, Volume volume) {
        volume.add(payloads.payloadBytes);
        return RecordLayout.crc(payloads.memory, payloads.next(), payloads.payloadBytes, crc);
    }
}
