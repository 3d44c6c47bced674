/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SendLimitTest {
    private static final int BLOCK = 100;

    @Test
    void shouldAllowNoMoreThanAPlainLineCarries() {
        SendLimit limit = SendLimit.ofSeconds(2, 8_000);
        assertThat(limit.allows(1900, BLOCK, 0)).isTrue();
        assertThat(limit.allows(1901, BLOCK, 0)).isFalse();
    }

    @Test
    void shouldAllowNothingAfterItsTime() {
        SendLimit limit = SendLimit.ofSeconds(2, 8_000);
        assertThat(limit.allows(BLOCK, BLOCK, 1_999_999_999)).isTrue();
        assertThat(limit.allows(BLOCK, BLOCK, 2_000_000_000)).isFalse();
    }

    @Test
    void shouldAlwaysAllowTheFirstBlock() {
        assertThat(SendLimit.ofSeconds(0.001, 8_000).allows(0, BLOCK, 5_000_000_000L))
                .isTrue();
    }

    @Test
    void shouldNotBoundWhatHasNoBound() {
        assertThat(SendLimit.NONE.allows(1L << 60, BLOCK, 1L << 60)).isTrue();
    }
}
