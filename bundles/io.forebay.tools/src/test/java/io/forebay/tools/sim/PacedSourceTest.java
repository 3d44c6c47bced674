/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.tools.sim.PacedSource.Pace;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PacedSourceTest {
    private static final int BLOCK = 4096;

    private final byte[] into = new byte[100 + BLOCK];

    private static PacedSource source(Pace pace) {
        return new PacedSource(new MixedContent(1, 1), pace);
    }

    @Test
    void shouldEndAtItsAmountInWholeSectors() throws IOException {
        PacedSource source = source(new Pace(0, BLOCK + 700, 0));
        assertThat(source.next(0, into, 100, BLOCK)).isEqualTo(BLOCK);
        assertThat(source.next(BLOCK, into, 100, BLOCK)).isEqualTo(1024);
        assertThat(source.next(BLOCK + 1024, into, 100, BLOCK)).isZero();
    }

    @Test
    void shouldWriteAgainWhatWasLostEvenIfItsTimeIsOver() throws IOException {
        PacedSource source = source(new Pace(0, 0, 0.05));
        long position = 0;
        for (int count = source.next(0, into, 100, BLOCK); count > 0; count = source.next(position, into, 100, BLOCK)) {
            position += count;
        }
        assertThat(position).isPositive();
        assertThat(source.next(position - BLOCK, into, 100, BLOCK)).isEqualTo(BLOCK);
        assertThat(source.next(position, into, 100, BLOCK)).isZero();
        source.stop();
        assertThat(source.next(position - BLOCK, into, 100, BLOCK)).isZero();
    }

    @Test
    void shouldNotBeFasterThanItsRate() throws IOException {
        PacedSource source = source(new Pace(100 * BLOCK, 0, 0));
        long beginNs = System.nanoTime();
        for (int i = 0; i < 11; i++) {
            source.next((long) i * BLOCK, into, 100, BLOCK);
        }
        assertThat(System.nanoTime() - beginNs).isGreaterThanOrEqualTo(100_000_000L);
    }

    @Test
    void shouldStopWhileItWaits() throws Exception {
        PacedSource source = source(new Pace(1, 0, 0));
        assertThat(source.next(0, into, 100, BLOCK)).isEqualTo(BLOCK);
        Thread stopper = new Thread(source::stop);
        stopper.start();
        assertThat(source.next(BLOCK, into, 100, BLOCK)).isZero(); // more than an hour early
        stopper.join();
    }
}
