/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import io.forebay.api.bab.Segment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link BabAllocator} must keep. A bundle's test class extends it, and says how to make an allocator and how to see
 * that it holds nothing any more:
 *
 * <pre>{@code
 * class PooledBabAllocatorTest extends BabAllocatorContract {
 *     protected BabAllocator newAllocator() { return new PooledBabAllocator(1, 3); }
 *     protected void assertFreed(BabAllocator allocator) {
 *         assertThat(((PooledBabAllocator) allocator).heldBytes()).isLessThanOrEqualTo(3 << 20);
 *     }
 * }
 * }</pre>
 *
 * <p>It prints the seed of its data; {@code -Dforebay.seed=N} repeats a run.
 */
public abstract class BabAllocatorContract {

    private static final int SEGMENT_BYTES = 4096;
    private static final int SEGMENTS = 32;
    private static final long LIMIT_BYTES = (long) SEGMENTS * SEGMENT_BYTES;

    private final long seed = SampleData.printedSeed(getClass().getSimpleName());
    private final List<BabMemory> opened = new ArrayList<>();
    private BabAllocator allocator;

    /** A new allocator, that has given no memory to anybody; called once per test. */
    protected abstract BabAllocator newAllocator() throws Exception;

    /**
     * Fails if anything that {@code allocator} ever handed out is still held: bytes that it counts itself, files, mappings. Called
     * after each test, when all memory is closed and all segments are home. What an allocator keeps for its next owner on purpose is
     * its own, within the bound that it documents.
     */
    protected abstract void assertFreed(BabAllocator allocator) throws Exception;

    @BeforeEach
    final void create() throws Exception {
        allocator = newAllocator();
    }

    @AfterEach
    final void proveThatNothingLeaked() throws Exception {
        for (BabMemory memory : opened) {
            memory.close();
            assertThat(memory.leasedBytes()).as("leased bytes, all released").isZero();
        }
        assertFreed(allocator);
    }

    @Test
    final void shouldHaveANameThatConfigurationsCanCarry() {
        assertThat(allocator.name()).matches("[a-z][a-z0-9.-]*");
    }

    @ParameterizedTest
    @ValueSource(ints = {4096, 65536, 1 << 20})
    final void shouldLendDistinctSegmentsOfTheExactSizeUpToTheLimit(int segmentBytes) throws Exception {
        BabMemory memory = open("sizes", 9L * segmentBytes + segmentBytes - 1, segmentBytes);
        assertThat(memory.segmentBytes()).isEqualTo(segmentBytes);
        assertThat(memory.limitBytes()).isEqualTo(9L * segmentBytes);

        List<Segment> segments = leaseAll(memory);

        assertThat(segments).hasSize(9);
        assertThat(memory.leasedBytes()).isEqualTo(memory.limitBytes());
        for (int i = 0; i < segments.size(); i++) {
            fill(segments.get(i).memory(), seed + i);
        }
        for (int i = 0; i < segments.size(); i++) {
            assertFilled(segments.get(i).memory(), seed + i);
        }
        segments.forEach(Segment::release);
    }

    @Test
    final void shouldLendBuffersThatAreClearedBigEndianAndUsable() throws Exception {
        BabMemory memory = open("buffers", SEGMENT_BYTES, SEGMENT_BYTES);
        for (int round = 0; round < 3; round++) {
            Segment segment = memory.lease();
            ByteBuffer buffer = segment.memory();
            assertThat(buffer.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
            assertThat(buffer.position()).isZero();
            assertThat(buffer.limit()).isEqualTo(SEGMENT_BYTES);
            assertThat(buffer.capacity()).isEqualTo(SEGMENT_BYTES);
            assertThat(buffer.isDirect() || buffer.hasArray()).isTrue();
            assertThat(segment.memory()).isSameAs(buffer);
            // The next holder must not notice what this one did.
            buffer.position(17).limit(99).order(ByteOrder.LITTLE_ENDIAN);
            segment.release();
        }
    }

    /** More than any machine has; one that takes its memory as it is leased may open it all the same. */
    @Test
    final void shouldRefuseMoreThanThereIsWithASentenceIfItDoes() throws Exception {
        try {
            allocator.open("huge", 1L << 60, 1 << 20).close();
        } catch (BabException refusal) {
            assertThat(refusal).message().as("what the operator reads").endsWith(".");
        }
    }

    @Test
    final void shouldRefuseWithNullAtTheLimitAndLendAgainAfterARelease() throws Exception {
        BabMemory memory = open("limit", LIMIT_BYTES, SEGMENT_BYTES);
        List<Segment> segments = leaseAll(memory);
        assertThat(segments).hasSize(SEGMENTS);
        assertThat(memory.lease()).isNull();

        segments.remove(7).release();
        assertThat(memory.leasedBytes()).isEqualTo(LIMIT_BYTES - SEGMENT_BYTES);
        segments.add(memory.lease());
        assertThat(segments).doesNotContainNull();
        assertThat(memory.lease()).isNull();
        assertThat(memory.leasedBytes()).isEqualTo(LIMIT_BYTES);
        segments.forEach(Segment::release);
        assertThat(memory.leasedBytes()).isZero();
    }

    @Test
    final void shouldDetectASegmentReleasedTwice() throws Exception {
        BabMemory memory = open("twice", LIMIT_BYTES, SEGMENT_BYTES);
        Segment other = memory.lease();
        Segment segment = memory.lease();
        segment.release();
        assertThatThrownBy(segment::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("owner=twice");
        assertThat(memory.leasedBytes()).isEqualTo(SEGMENT_BYTES);
        other.release();
    }

    @Test
    final void shouldKeepSegmentsUsableAfterCloseUntilTheyAreReleased() throws Exception {
        BabMemory memory = open("closing", LIMIT_BYTES, SEGMENT_BYTES);
        List<Segment> segments = leaseAll(memory);
        List<Segment> early = segments.subList(0, SEGMENTS / 2);
        early.forEach(Segment::release);
        early.clear();
        memory.close();
        memory.close();

        assertThat(memory.lease()).isNull();
        for (int i = 0; i < segments.size(); i++) {
            fill(segments.get(i).memory(), seed + i);
        }
        for (int i = 0; i < segments.size(); i++) {
            assertFilled(segments.get(i).memory(), seed + i);
            segments.get(i).release();
            assertThat(memory.leasedBytes()).isEqualTo((long) (segments.size() - 1 - i) * SEGMENT_BYTES);
        }
        assertThatThrownBy(segments.get(0)::release).isInstanceOf(IllegalStateException.class);
        assertThat(memory.lease()).isNull();
    }

    @Test
    final void shouldServeSeveralOwnersIndependently() throws Exception {
        BabMemory first = open("r0/peer a", LIMIT_BYTES, SEGMENT_BYTES);
        BabMemory second = open("../r1", LIMIT_BYTES, 2 * SEGMENT_BYTES);
        BabMemory same = open("../r1", LIMIT_BYTES, 2 * SEGMENT_BYTES);
        List<Segment> firsts = leaseAll(first);
        List<Segment> seconds = leaseAll(second);
        assertThat(firsts).hasSize(SEGMENTS);
        assertThat(seconds).hasSize(SEGMENTS / 2);
        firsts.forEach(segment -> fill(segment.memory(), seed));
        seconds.forEach(segment -> fill(segment.memory(), seed + 1));

        firsts.forEach(segment -> assertFilled(segment.memory(), seed));
        firsts.forEach(Segment::release);
        first.close();
        assertThat(same.leasedBytes()).isZero();
        seconds.forEach(segment -> assertFilled(segment.memory(), seed + 1));
        seconds.forEach(Segment::release);
        assertThat(second.leasedBytes()).isZero();
    }

    @Test
    final void shouldAllocateNothingPerLeaseOnceWarm() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        BabMemory memory = open("warm", LIMIT_BYTES, SEGMENT_BYTES);
        leaseAll(memory).forEach(Segment::release);
        int rounds = 10_000;
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < rounds; i++) {
            Segment first = memory.lease();
            Segment second = memory.lease();
            first.release();
            second.release();
        }
        assertThat((threads.getCurrentThreadAllocatedBytes() - before) / rounds)
                .as("bytes per round")
                .isZero();
    }

    @Test
    final void shouldStayExactWhenSeveralThreadsLeaseAndRelease() throws Exception {
        BabMemory memory = open("threads", LIMIT_BYTES, SEGMENT_BYTES);
        int threads = 4;
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Callable<Long>> tasks = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            long threadSeed = seed + i;
            tasks.add(() -> {
                start.await();
                return hammer(memory, threadSeed, 20_000);
            });
        }
        long leases = 0;
        for (Future<Long> result : runAll(tasks)) {
            leases += result.get();
        }
        assertThat(leases).isPositive();
        assertThat(memory.leasedBytes()).isZero();
        List<Segment> all = leaseAll(memory);
        assertThat(all).hasSize(SEGMENTS);
        all.forEach(Segment::release);
    }

    @Test
    final void shouldFreeEverythingWhenClosedWhileThreadsLeaseAndRelease() throws Exception {
        for (int round = 0; round < 20; round++) {
            BabMemory memory = open("race", LIMIT_BYTES, SEGMENT_BYTES);
            CyclicBarrier start = new CyclicBarrier(3);
            long roundSeed = seed + round;
            List<Future<Long>> results = runAll(List.of(
                    () -> {
                        start.await();
                        return hammer(memory, roundSeed, 2000);
                    },
                    () -> {
                        start.await();
                        return hammer(memory, ~roundSeed, 2000);
                    },
                    () -> {
                        start.await();
                        memory.close();
                        return 0L;
                    }));
            for (Future<Long> result : results) {
                result.get();
            }
            assertThat(memory.lease()).isNull();
            assertThat(memory.leasedBytes()).isZero();
        }
    }

    /** Leases and releases at random, and checks that nobody else writes into what it holds. */
    private static long hammer(BabMemory memory, long seed, int steps) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Segment> held = new ArrayList<>();
        long leases = 0;
        for (int step = 0; step < steps; step++) {
            if (random.nextInt(100) < 55) {
                Segment segment = memory.lease();
                if (segment != null) {
                    leases++;
                    segment.memory().putLong(0, seed).putLong(SEGMENT_BYTES - 8, seed);
                    held.add(segment);
                }
            } else if (!held.isEmpty()) {
                Collections.swap(held, random.nextInt(held.size()), held.size() - 1);
                giveBack(held.remove(held.size() - 1), seed);
            }
            assertThat(memory.leasedBytes()).isBetween((long) held.size() * SEGMENT_BYTES, LIMIT_BYTES);
        }
        held.forEach(segment -> giveBack(segment, seed));
        return leases;
    }

    private static void giveBack(Segment segment, long seed) {
        assertThat(segment.memory().getLong(0)).isEqualTo(seed);
        assertThat(segment.memory().getLong(SEGMENT_BYTES - 8)).isEqualTo(seed);
        segment.release();
    }

    /** Opens memory that is closed, and proven empty, at the end of the test. */
    protected final BabMemory open(String owner, long limitBytes, int segmentBytes) throws BabException {
        BabMemory memory = allocator.open(owner, limitBytes, segmentBytes);
        opened.add(memory);
        return memory;
    }

    /** The allocator of this test. */
    protected final BabAllocator allocator() {
        return allocator;
    }

    /** Leases until refused. */
    protected static List<Segment> leaseAll(BabMemory memory) {
        long segmentsMax = memory.limitBytes() / memory.segmentBytes();
        List<Segment> segments = new ArrayList<>();
        for (Segment segment = memory.lease(); segment != null; segment = memory.lease()) {
            segments.add(segment);
            assertThat((long) segments.size()).as("segments lent at once").isLessThanOrEqualTo(segmentsMax);
        }
        return segments;
    }

    private static List<Future<Long>> runAll(List<Callable<Long>> tasks) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            return threads.invokeAll(tasks, 60, TimeUnit.SECONDS);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void fill(ByteBuffer buffer, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int at = 0; at < buffer.capacity(); at += 8) {
            buffer.putLong(at, random.nextLong());
        }
    }

    private static void assertFilled(ByteBuffer buffer, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int at = 0; at < buffer.capacity(); at += 8) {
            if (buffer.getLong(at) != random.nextLong()) {
                throw new AssertionError("segment overwritten: index=" + at + ", seed=" + seed);
            }
        }
    }
}
