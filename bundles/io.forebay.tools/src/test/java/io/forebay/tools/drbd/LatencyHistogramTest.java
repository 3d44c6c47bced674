/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.drbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
    private final LatencyHistogram histogram = new LatencyHistogram();

    @Test
    void shouldHaveNoNumbersBeforeTheFirst() {
        assertThat(histogram.percentileMs(50)).isNaN();
        assertThat(histogram.maxMs()).isNaN();
    }

    @Test
    void shouldBeWithinOnePercentOfWhatASortWouldSay() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        long[] all = new long[20_000];
        for (int i = 0; i < all.length; i++) {
            all[i] = 1L << random.nextInt(40);
            all[i] += random.nextLong(all[i]);
            histogram.add(all[i]);
        }
        Arrays.sort(all);
        for (double percent : new double[] {1, 50, 90, 99, 99.9, 100}) {
            double exactMs = all[(int) Math.ceil(all.length * percent / 100) - 1] / 1e6;
            assertThat(histogram.percentileMs(percent))
                    .as("p" + percent)
                    .isCloseTo(exactMs, Percentage.withPercentage(1));
            assertThat(histogram.percentileMs(percent)).isGreaterThanOrEqualTo(exactMs);
        }
        assertThat(histogram.count()).isEqualTo(all.length);
    }

    @Test
    void shouldTakeTheExtremes() {
        histogram.add(-5);
        assertThat(histogram.percentileMs(100)).isZero();
        histogram.add(Long.MAX_VALUE);
        assertThat(histogram.maxMs()).isCloseTo(Long.MAX_VALUE / 1e6, within(1.0));
        assertThat(histogram.percentileMs(100)).isEqualTo(histogram.maxMs());
    }
}
