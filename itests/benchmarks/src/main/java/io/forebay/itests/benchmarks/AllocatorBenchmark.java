/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.benchmarks;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import io.forebay.api.bab.Segment;
import io.forebay.bab.direct.DirectBabAllocator;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.bab.mapped.MappedAllocatorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** Leases and releases of warm memory; an operation is one segment. As in a BAB, what was leased first is released first. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AllocatorBenchmark {

    private static final int SEGMENT_BYTES = 64 << 10;
    private static final int SEGMENTS = 128;

    /** Segments that a thread holds at once. */
    private static final int CHAIN = 8;

    private static final Map<String, Function<Path, BabAllocator>> ALLOCATORS = Map.of(
            "heap", folder -> new HeapBabAllocator(),
            "direct", folder -> new DirectBabAllocator(),
            "mapped", MappedAllocatorSource::in);

    @Param({"heap", "direct", "mapped"})
    String allocator;

    private Path folder;
    private BabMemory memory;

    /** The segments that one thread holds. */
    @State(Scope.Thread)
    public static class Chain {
        private final Segment[] segments = new Segment[CHAIN];
    }

    @Setup
    public void open() throws IOException, BabException {
        folder = Files.createTempDirectory("benchmark");
        memory = ALLOCATORS
                .get(allocator)
                .apply(folder.resolve("bab"))
                .open("benchmark", (long) SEGMENTS * SEGMENT_BYTES, SEGMENT_BYTES);
    }

    @Benchmark
    @OperationsPerInvocation(CHAIN)
    public void oneThread(Chain chain) {
        leaseAndRelease(chain.segments);
    }

    @Benchmark
    @OperationsPerInvocation(CHAIN)
    @Threads(4)
    public void fourThreads(Chain chain) {
        leaseAndRelease(chain.segments);
    }

    private void leaseAndRelease(Segment[] segments) {
        for (int i = 0; i < CHAIN; i++) {
            segments[i] = memory.lease();
        }
        for (int i = 0; i < CHAIN; i++) {
            segments[i].release();
        }
    }

    @TearDown
    public void close() throws IOException {
        long leasedBytes = memory.leasedBytes();
        memory.close();
        Files.deleteIfExists(folder.resolve("bab"));
        Files.delete(folder);
        if (leasedBytes != 0) {
            throw new IllegalStateException("segments lost: leasedBytes=" + leasedBytes + " (expected: 0)");
        }
    }
}
