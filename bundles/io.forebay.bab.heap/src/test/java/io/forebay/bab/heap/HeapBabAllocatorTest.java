/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.bab.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import io.forebay.api.bab.Segment;
import io.forebay.testkit.BabAllocatorContract;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeapBabAllocatorTest extends BabAllocatorContract {

    private static final long MIB = 1L << 20;

    @Override
    protected BabAllocator newAllocator() {
        return new HeapBabAllocator();
    }

    @Override
    protected void assertFreed(BabAllocator allocator) {
        assertThat(((HeapBabAllocator) allocator).promisedBytes()).isZero();
    }

    @Test
    void shouldRefuseWhatTheHeapCannotHoldBesideEarlierPromises() throws BabException {
        HeapBabAllocator allocator = new HeapBabAllocator(800 * MIB);
        BabMemory first = allocator.open("r0", 500 * MIB, 65536);
        assertThatThrownBy(() -> allocator.open("r1", 201 * MIB, 65536))
                .isInstanceOf(BabException.class)
                .hasMessage("Relay r1 wants 201 MiB of heap for its BAB, but of the JVM's 800 MiB only 200 MiB are left"
                        + " for it (500 MiB are promised to other relays, an eighth stays free): raise -Xmx, lower the relay's memlimit, or"
                        + " use the allocator \"mapped\".");
        allocator.open("r1", 200 * MIB, 65536).close();
        Segment out = first.lease();
        first.close();
        // Not free before the last segment is home.
        assertThat(allocator.promisedBytes()).isEqualTo(500 * MIB);
        out.release();
        assertThat(allocator.promisedBytes()).isZero();
    }

    @Test
    void shouldLetGoOfArraysOnceClosed() throws Exception {
        BabMemory memory = open("weak", MIB, 65536);
        Segment idle = memory.lease();
        Segment out = memory.lease();
        WeakReference<byte[]> idleArray = new WeakReference<>(idle.memory().array());
        WeakReference<byte[]> outArray = new WeakReference<>(out.memory().array());
        idle.release();
        idle = null;
        memory.close();
        awaitCleared(idleArray);
        assertThat(outArray.get()).isSameAs(out.memory().array());
        out.release();
        out = null;
        awaitCleared(outArray);
        Reference.reachabilityFence(memory);
    }

    private static void awaitCleared(WeakReference<?> reference) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (reference.get() != null) {
            assertThat(System.nanoTime()).as("array still held").isLessThan(deadlineNs);
            System.gc();
        }
    }
}
