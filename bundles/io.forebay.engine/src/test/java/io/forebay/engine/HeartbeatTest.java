/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.PretendDrbd.Socket;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How much links say when there is nothing to say. */
class HeartbeatTest {

    private static final long SECOND = TwoSites.SECOND;

    /** A PING and the PONG to it. */
    private static final int ASKED_BYTES = 2 * RecordLayout.HEADER_BYTES + 1;

    private final TwoSites sites = new TwoSites(20261124, new HeapBabAllocator(), new HeapBabAllocator());

    private long sentBytes() {
        return sites.wan().sentBytes("10.9.0.1") + sites.wan().sentBytes("10.9.0.2");
    }

    /** By both ends of all links. */
    private long asksInAMinute() {
        sites.loop.runFor(5 * SECOND);
        long before = sentBytes();
        sites.loop.runFor(60 * SECOND);
        return (sentBytes() - before) / ASKED_BYTES;
    }

    @Test
    void shouldLeaveItToOneEndToAskOnAnIdleLink() {
        sites.start(8 << 20, "none");
        long standby = asksInAMinute();
        Socket data = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket meta = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_META);
        sites.await("both connections", () -> sites.b.drbd.accepted().size() == 2);
        assertThat(asksInAMinute() - standby)
                .as("five a second by one end of either link, and one at most by the other")
                .isBetween(2 * 5 * 60L, 2 * 6 * 60L);
        assertThat(List.of(data.closed, meta.closed)).containsOnly(false);
    }

    @Test
    void shouldHaveOneLinkMeasureForAllDataOfARelay() {
        RelayHealth health = new RelayHealth(InstantSource.system());
        assertThat(health.asksRoundTrip(SECOND)).as("no data").isFalse();
        health.onData();
        assertThat(health.asksRoundTrip(SECOND)).isTrue();
        health.onData();
        assertThat(health.asksRoundTrip(SECOND + SECOND / 10))
                .as("another link")
                .isFalse();
        assertThat(health.asksRoundTrip(SECOND + SECOND / 5)).isTrue();
        assertThat(health.asksRoundTrip(2 * SECOND)).as("no data since").isFalse();
    }
}
