/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScratchPoolTest {

    private final ScratchPool pool = new ScratchPool(1);

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

    @Test
    void shouldKeepNoMoreThanMakesSense() {
        ByteBuffer[] many = new ByteBuffer[20];
        for (int i = 0; i < many.length; i++) {
            many[i] = pool.take(1 << 20, false);
        }
        for (ByteBuffer one : many) {
            pool.giveBack(one);
        }
        int again = 0;
        for (int i = 0; i < many.length; i++) {
            ByteBuffer next = pool.take(1 << 20, false);
            for (ByteBuffer one : many) {
                again += one == next ? 1 : 0;
            }
        }
        assertThat(again).isEqualTo(4);
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
