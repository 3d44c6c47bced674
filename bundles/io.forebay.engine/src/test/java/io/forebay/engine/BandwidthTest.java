/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.BandwidthSchedule;
import io.forebay.api.relay.BandwidthStatus.Limit;
import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.RelayTimeouts;
import io.forebay.api.relay.WanLinks;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.PretendDrbd.Socket;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Limits that follow the time of day, and that of all relays together; the wall clock is moved by hand. */
class BandwidthTest {

    private static final long SECOND = TwoSites.SECOND;
    private static final int THERE_BYTES = 40 << 20;
    private static final long DAY = 400_000;
    private static final long NIGHT = 2_000_000;

    private final long seed = 20261121;
    private final TwoSites sites = new TwoSites(seed, new HeapBabAllocator(), new HeapBabAllocator());
    private Socket far;

    private void connect() {
        sites.wan().delayNs(5_000_000).bytesPerSecond(100_000_000).windowBytes(1 << 20);
        sites.start(64 << 20, "none");
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("data", () -> sites.b.drbd.accepted().size() == 1);
        far = sites.b.drbd.accepted().get(0);
        sites.await("first packet", () -> far.receivedBytes() == 8);
        sites.loop.runFor(SECOND);
        sites.events.clear();
        byte[] there = new byte[THERE_BYTES];
        new Random(seed).nextBytes(there);
        near.send(there);
    }

    private void clock(String local) {
        sites.wallSeconds =
                LocalDateTime.parse(local).toEpochSecond(ZoneOffset.UTC) - sites.loop.nowNs() / 1_000_000_000;
    }

    private void schedule(String text) {
        sites.a.line(
                RelayTimeouts.DEFAULT,
                new LineSettings(0, 0, BandwidthSchedule.parse(text), DialMode.BOTH, "", WanLinks.ONE));
    }

    /** What A sends in a second, after a moment that the former rate may still show in. */
    private void assertRate(long bytesPerS) {
        sites.loop.runFor(SECOND / 10);
        long before = sites.wan().sentBytes("10.9.0.1");
        sites.loop.runFor(SECOND);
        assertThat(sites.wan().sentBytes("10.9.0.1") - before)
                .isBetween(bytesPerS * 95 / 100, bytesPerS * 103 / 100 + 5_000);
    }

    private void rest() {
        schedule("none");
        sites.a.engine.limit(BandwidthSchedule.UNLIMITED);
        sites.await("the rest", () -> far.receivedBytes() == THERE_BYTES + 8);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldChangeTheLimitAtTheTimeOfTheSchedule() {
        connect();
        clock("2026-11-20T17:59:50");
        schedule("mon-fri 08:00-18:00 400000, otherwise 2000000");
        assertRate(DAY);
        Limit limit = sites.a.status().bandwidth().relay();
        assertThat(limit.bytesPerS()).isEqualTo(DAY);
        assertThat(limit.next()).hasValueSatisfying(next -> {
            assertThat(next.at()).isEqualTo("2026-11-20T18:00:00Z");
            assertThat(next.bytesPerS()).isEqualTo(NIGHT);
        });
        sites.await("the evening", () -> sites.a.status().bandwidth().inForce().bytesPerS() == NIGHT);
        assertThat(sites.loop.nowNs() / SECOND + sites.wallSeconds)
                .isEqualTo(LocalDateTime.parse("2026-11-20T18:00:00").toEpochSecond(ZoneOffset.UTC));
        assertRate(NIGHT);
        assertThat(sites.events)
                .containsExactly("news of r0: by its schedule bwlimit is 1.9 MiB/s now, until Mon 08:00");
        rest();
    }

    @Test
    void shouldNoticeWithinSecondsThatTheClockWasSet() {
        connect();
        clock("2026-11-20T12:00:00");
        schedule("08:00-18:00 400000, otherwise 2000000");
        assertRate(DAY);
        clock("2026-11-20T22:00:00");
        sites.loop.runFor(5 * SECOND);
        assertRate(NIGHT);
        clock("2026-11-20T09:00:00");
        sites.loop.runFor(5 * SECOND);
        assertRate(DAY);
        rest();
    }

    @Test
    void shouldKeepToTheLowerOfTheRelaysLimitAndThatOfAllRelays() {
        connect();
        sites.a.engine.limit(BandwidthSchedule.always(500_000));
        assertRate(500_000);
        schedule("300000");
        assertRate(300_000);
        assertThat(sites.a.status().bandwidth().inForce().bytesPerS()).isEqualTo(300_000);
        schedule("900000");
        assertRate(500_000);
        assertThat(sites.a.status().bandwidth().inForce().bytesPerS()).isEqualTo(500_000);
        sites.a.engine.limit(BandwidthSchedule.UNLIMITED);
        assertRate(900_000);
        rest();
    }

    @Test
    void shouldLookAtTheClockNoMoreOnceTheRelayIsGone() {
        connect();
        clock("2026-11-20T12:00:00");
        schedule("08:00-18:00 none, otherwise 2000000");
        sites.await("all", () -> far.receivedBytes() == THERE_BYTES + 8);
        sites.closeAndProveEmpty();
        clock("2026-11-20T22:00:00");
        sites.events.clear();
        sites.loop.runFor(20 * SECOND);
        assertThat(sites.events).isEmpty();
    }
}
