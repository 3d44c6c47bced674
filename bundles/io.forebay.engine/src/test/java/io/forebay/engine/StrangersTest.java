/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.state.Transition;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StrangersTest {

    private static final InetSocketAddress OUTSIDE = new InetSocketAddress("192.0.2.1", 7790);

    private final List<String> told = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-01T12:00:00Z");
    private final Strangers strangers = new Strangers(
            new ChannelEvents() {
                @Override
                public void onSentence(String relay, String sentence) {
                    told.add(relay + " " + sentence);
                }

                @Override
                public void onNews(String relay, String sentence) {
                    throw new AssertionError(sentence);
                }

                @Override
                public void onTransition(Transition transition) {
                    throw new AssertionError(transition);
                }
            },
            () -> now);

    private void refuse(int source) {
        strangers.on(OUTSIDE, new InetSocketAddress("198.51.100." + source, 40_000), "TLS: it is no peer");
    }

    @Test
    void shouldTellWhoWasRefusedAndWhyOnceAMinuteForEachSource() {
        refuse(1);
        refuse(1);
        refuse(2);
        assertThat(told)
                .containsExactly(
                        "192.0.2.1:7790 refused a connection from 198.51.100.1:40000: TLS: it is no peer",
                        "192.0.2.1:7790 refused a connection from 198.51.100.2:40000: TLS: it is no peer");
        now = now.plusSeconds(61);
        refuse(1);
        assertThat(told)
                .hasSize(3)
                .last()
                .asString()
                .endsWith("it is no peer (1 more were refused since the last time this was told)");
    }

    @Test
    void shouldTellOfNoMoreThanTenSourcesAMinute() {
        for (int i = 0; i < 10_000; i++) {
            refuse(i % 200);
        }
        assertThat(told).hasSize(10);
        now = now.plusSeconds(61);
        refuse(7);
        assertThat(told).hasSize(11).last().asString().contains("(9990 more were refused");
    }
}
