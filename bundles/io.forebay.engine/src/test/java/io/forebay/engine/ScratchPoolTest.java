/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScratchPoolTest {

    private static final long SECOND_NS = 1_000_000_000L;

    private long nowNs;
    private final ScratchPool pool = new ScratchPool(1, () -> nowNs);

    @ParameterizedTest
    @ValueSource(ints = {1, 4095, 4096, 4097, 16_392, 65_800, 262_144, 263_000, 1 << 20})
    void shouldGiveAtLeastWhatIsAskedForAndAQuarterMoreAtMost(int bytes) {
        for (boolean isDirect : new boolean[] {true, false}) {
            ByteBuffer buffer = pool.take(bytes, isDirect);
            assertThat(buffer.isDirect()).isEqualTo(isDirect);
            assertThat(buffer.capacity()).isBetween(bytes, Math.max(4096, bytes + bytes / 4));
        }
    }

    @Test
    void shouldGiveAgainWhatCameHomeIfItFits() {
        ByteBuffer large = pool.take(100_000, true);
        ByteBuffer small = pool.take(5_000, true);
        pool.giveBack(large);
        pool.giveBack(small);
        assertThat(pool.take(99_000, true)).isSameAs(large);
        assertThat(pool.take(100_000, true)).isNotSameAs(large);
        assertThat(pool.take(4_900, true)).isSameAs(small);
    }

    /** Takes so many at once and gives them back; answers how many of them were among the given ones. */
    private int takeAndGiveBack(int count, Set<ByteBuffer> seen) {
        List<ByteBuffer> taken = new ArrayList<>();
        int again = 0;
        for (int i = 0; i < count; i++) {
            ByteBuffer buffer = pool.take(1 << 20, false);
            again += seen.contains(buffer) ? 1 : 0;
            taken.add(buffer);
        }
        taken.forEach(pool::giveBack);
        seen.addAll(taken);
        return again;
    }

    @Test
    void shouldKeepWhatIsNeededAgainWithinSeconds() {
        Set<ByteBuffer> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        takeAndGiveBack(20, seen);
        for (int i = 0; i < 20; i++) {
            nowNs += SECOND_NS;
            assertThat(takeAndGiveBack(20, seen)).isEqualTo(20);
        }
    }

    @Test
    void shouldDropWhatNobodyNeedsForSeconds() {
        Set<ByteBuffer> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        takeAndGiveBack(20, seen);
        for (int i = 0; i < 20; i++) {
            nowNs += SECOND_NS;
            takeAndGiveBack(2, seen);
        }
        assertThat(takeAndGiveBack(20, seen)).isBetween(4, 7);
    }

    @Test
    void shouldSayWhenManyAreOut() {
        for (int i = 0; i < 4; i++) {
            pool.take(1, false);
        }
        assertThat(pool.isCrowded()).isFalse();
        ByteBuffer last = pool.take(1, false);
        assertThat(pool.isCrowded()).isTrue();
        pool.giveBack(last);
        assertThat(pool.isCrowded()).isFalse();
    }
}
