/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WriteTallyTest {

    @Test
    void shouldReportEachSizeInOrderWhileItsRingGrowsAndWraps() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Deque<Integer> expected = new ArrayDeque<>();
        WriteTally tally = new WriteTally(new EmbeddedChannel(), () -> {});
        for (int i = 0; i < 100_000; i++) {
            if (random.nextInt(100) < (i < 50_000 ? 52 : 40)) {
                expected.add(i);
                tally.add(i);
            } else if (!expected.isEmpty()) {
                tally.trySuccess(null);
                assertThat(tally.takeWrittenBytes()).as("seed=%d", seed).isEqualTo((long) expected.remove());
            }
            assertThat(tally.isEmpty()).isEqualTo(expected.isEmpty());
        }
    }

    @Test
    void shouldKeepTheFirstFailureAndNotCountItAsWritten() {
        WriteTally tally = new WriteTally(new EmbeddedChannel(), () -> {});
        IOException first = new IOException("first");
        tally.add(3);
        tally.add(4);
        tally.tryFailure(first);
        tally.tryFailure(new IOException("second"));
        assertThat(tally.isEmpty()).isTrue();
        assertThat(tally.takeWrittenBytes()).isZero();
        assertThat(tally.failure()).isSameAs(first);
    }
}
