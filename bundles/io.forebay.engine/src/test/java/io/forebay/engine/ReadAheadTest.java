/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.testkit.HandDrivenLoop;
import org.junit.jupiter.api.Test;

/** When a DRBD is read although what it sent before still waits. */
class ReadAheadTest {

    private static final long MS = 1_000_000L;
    private static final int MIB = 1 << 20;

    private final HandDrivenLoop loop = new HandDrivenLoop();
    private int due;
    private final ReadAhead readAhead = new ReadAhead(loop, () -> due++);

    private void line(int mib, long ns) {
        for (int i = 0; i < mib; i++) {
            loop.runFor(ns / mib);
            readAhead.onWritten(MIB);
        }
    }

    @Test
    void shouldReadAllThatTheBabTakesAheadOfASlowLine() {
        line(64, 64 * 2 * MS);
        assertThat(readAhead.isDue(1L << 40)).isTrue();
    }

    @Test
    void shouldReadLittleAheadOfAFastLineUntilThatHasTakenIt() {
        line(64, 64 * MS / 2);
        assertThat(readAhead.isDue(4 * MIB)).isFalse();
        assertThat(readAhead.isPausing()).isTrue();
        assertThat(readAhead.isDue(MIB / 4)).isTrue();
        assertThat(readAhead.isPausing()).isFalse();
    }

    @Test
    void shouldReadOnWhenAFastLineTakesNothingMore() {
        line(64, 64 * MS / 2);
        assertThat(readAhead.isDue(4 * MIB)).isFalse();
        loop.runFor(3 * MS);
        assertThat(due).isZero();
        loop.runFor(3 * MS);
        assertThat(due).isOne();
        assertThat(readAhead.isDue(1L << 40)).isTrue();
    }

    @Test
    void shouldReadOnWhenAFastLineBecomesSlow() {
        line(64, 64 * MS / 2);
        assertThat(readAhead.isDue(4 * MIB)).isFalse();
        line(1, 40 * MS);
        assertThat(due).isOne();
        assertThat(readAhead.isDue(4 * MIB)).isTrue();
    }
}
