/* SPDX-License-Identifier: Apache-2.0 */
package com.example.forebay.pooled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import io.forebay.api.bab.Segment;
import io.forebay.testkit.BabAllocatorContract;
import java.util.List;
import org.junit.jupiter.api.Test;

class PooledBabAllocatorTest extends BabAllocatorContract {

    private static final long MIB = 1L << 20;

    @Override
    protected BabAllocator newAllocator() {
        return new PooledBabAllocator(1, 3);
    }

    @Override
    protected void assertFreed(BabAllocator allocator) {
        PooledBabAllocator pooled = (PooledBabAllocator) allocator;
        assertThat(pooled.heldBytes()).as("kept for the next relay").isLessThanOrEqualTo(3 * MIB);
        pooled.close();
        assertThat(pooled.heldBytes()).as("kept by a bundle that is stopped").isZero();
    }

    private PooledBabAllocator pooled() {
        return (PooledBabAllocator) allocator();
    }

    @Test
    void shouldTakeAllMemoryAtOnceAndReuseWhatCameBack() throws BabException {
        BabMemory first = open("first", 3 * MIB, 65536);
        assertThat(pooled().heldBytes()).isEqualTo(3 * MIB);
        first.close();
        BabMemory second = open("second", 2 * MIB, 4096);
        assertThat(pooled().heldBytes()).isEqualTo(3 * MIB);
        leaseAll(second).forEach(Segment::release);
    }

    @Test
    void shouldFreeWhatComesHomeAfterTheBundleHasStopped() throws BabException {
        BabMemory memory = open("late", 2 * MIB, 65536);
        List<Segment> out = leaseAll(memory);
        memory.close();
        pooled().close();
        assertThat(pooled().heldBytes()).isEqualTo(2 * MIB);
        out.forEach(Segment::release);
        assertThat(pooled().heldBytes()).isZero();
    }

    @Test
    void shouldSayWhatIsMissingAndKeepNothingOfIt() {
        PooledBabAllocator large = new PooledBabAllocator(64, 0);
        assertThatThrownBy(() -> large.open("huge", 640 * MIB, 1 << 20))
                .isInstanceOf(BabException.class)
                .hasMessageContaining("Relay huge wants 10 slabs of 64 MiB")
                .hasMessageEndingWith("raise -XX:MaxDirectMemorySize or lower the relay's memlimit.");
        assertThat(large.heldBytes()).isZero();
    }
}
