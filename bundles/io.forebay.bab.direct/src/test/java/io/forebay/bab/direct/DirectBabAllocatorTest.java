/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.bab.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import io.forebay.api.bab.NativeMemory;
import io.forebay.api.bab.Segment;
import io.forebay.testkit.BabAllocatorContract;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class DirectBabAllocatorTest extends BabAllocatorContract {

    private static final long MIB = 1L << 20;

    private final BufferPoolMXBean pool = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(candidate -> candidate.getName().equals("direct"))
            .findFirst()
            .orElseThrow();
    private final long usedAtStartBytes = pool.getMemoryUsed();

    @Override
    protected BabAllocator newAllocator() {
        return new DirectBabAllocator();
    }

    @Override
    protected void assertFreed(BabAllocator allocator) {
        assertThat(((DirectBabAllocator) allocator).promisedBytes()).isZero();
        assertThat(pool.getMemoryUsed()).as("direct memory").isEqualTo(usedAtStartBytes);
    }

    @Test
    void shouldRefuseWhatDirectMemoryCannotHoldBesideEarlierPromises() throws BabException {
        DirectBabAllocator allocator = new DirectBabAllocator(800 * MIB + usedAtStartBytes);
        BabMemory first = allocator.open("r0", 500 * MIB, 65536);
        assertThatThrownBy(() -> allocator.open("r1", 300 * MIB, 65536))
                .isInstanceOf(BabException.class)
                .hasMessage("Relay r1 wants 301 MiB of direct memory for its BAB, but of the JVM's 800 MiB only 298 MiB"
                        + " are left for it (501 MiB are promised to other relays): raise -XX:MaxDirectMemorySize (or"
                        + " -Xmx, which it follows if unset), lower the relay's memlimit, or use the allocator"
                        + " \"mapped\".");
        // Memory in use is part of the promise, not counted twice.
        List<Segment> out = leaseAll(first);
        allocator.open("r1", 290 * MIB, 65536).close();
        first.close();
        assertThat(allocator.promisedBytes()).isPositive();
        out.forEach(Segment::release);
        assertThat(allocator.promisedBytes()).isZero();
    }

    @Test
    void shouldTakeMemoryOnlyAsItIsUsed() throws BabException {
        BabMemory memory = open("lazy", 512 * MIB, 65536);
        assertThat(pool.getMemoryUsed()).isEqualTo(usedAtStartBytes);
        Segment segment = memory.lease();
        assertThat(pool.getMemoryUsed() - usedAtStartBytes).isBetween(65536L, 2 * MIB);
        segment.release();
    }

    @Test
    void shouldRefuseALeaseWhenOthersTookTheDirectMemory() throws BabException {
        DirectBabAllocator allocator = new DirectBabAllocator(usedAtStartBytes + 3 * MIB);
        try (BabMemory memory = allocator.open("late", 2 * MIB, 65536)) {
            ByteBuffer others = ByteBuffer.allocateDirect((int) (2 * MIB));
            assertThat(memory.lease()).isNull();
            assertThat(memory.leasedBytes()).isZero();
            NativeMemory.free(others);
            Segment segment = memory.lease();
            assertThat(segment).isNotNull();
            segment.release();
        }
    }

    @Test
    void shouldFreeEachChunkWhenItsLastSegmentComesHomeAfterClose() throws BabException {
        BabMemory memory = open("chunks", 3 * MIB, 1 << 19);
        List<Segment> segments = leaseAll(memory);
        memory.close();
        long full = pool.getMemoryUsed() - usedAtStartBytes;
        assertThat(full).isBetween(3 * MIB, 3 * MIB + 3 * 4096);
        segments.get(0).release();
        assertThat(pool.getMemoryUsed() - usedAtStartBytes).isEqualTo(full);
        segments.get(1).release();
        assertThat(pool.getMemoryUsed() - usedAtStartBytes).isEqualTo(full / 3 * 2);
        segments.subList(2, 6).forEach(Segment::release);
    }
}
