/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.transport.SocketOptions;
import io.forebay.testkit.HandDrivenLoop;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The window on a line of a given rate and delay, with a queue as long as one makes it. */
class SendWindowTest {

    private static final long MS = 1_000_000L;
    private static final long BEAT_NS = 200 * MS;

    /** After this TCP sends again what was lost and has nothing behind it; else it hears of that within a round trip and a quarter. */
    private static final long SENT_AGAIN_NS = 300 * MS;

    private final HandDrivenLoop loop = new HandDrivenLoop();
    private final RelayHealth health = new RelayHealth(InstantSource.system());
    private SendWindow window;
    private double bytesPerNs;
    private long roundTripNs;
    private long othersQueueNs;
    private int beats;

    /** One of so many heartbeats is lost and sent again; 0: none. */
    private int lostOneOf;

    /** Likewise of records; those behind it are confirmed after it. */
    private int recordsLostOneOf;

    private int records;
    private long confirmedNs;

    private long pacedNs;
    private long lineFreeNs;
    private long sent;
    private long confirmed;
    private final List<Long> queuesNs = new ArrayList<>();

    @BeforeEach
    void makeWindow() {
        window = new SendWindow(loop, health);
    }

    private void line(double megabitPerS, long roundTripMs) {
        bytesPerNs = megabitPerS / 8_000;
        roundTripNs = roundTripMs * MS;
    }

    /** As much as the window lets out goes over such a line from now on. */
    private void saturate(double megabitPerS, long roundTripMs) {
        line(megabitPerS, roundTripMs);
        beat();
        send();
    }

    private long queueNs() {
        return Math.max(0, lineFreeNs - loop.nowNs()) + othersQueueNs;
    }

    private void send() {
        while (window.isOpen()) {
            int record = window.recordBytesMax();
            sent += record;
            long position = sent;
            window.onSent(position, position);
            pacedNs = Math.max(loop.nowNs(), pacedNs) + pauseNs(record);
            loop.schedule(() -> putOnLine(record, position), pacedNs - loop.nowNs());
        }
    }

    /** What the kernel waits for after a record. */
    private long pauseNs(int record) {
        int pace = window.paceBytesPerSecond();
        return pace == SocketOptions.UNPACED ? 0 : record * 1_000 * MS / pace;
    }

    private void putOnLine(int record, long position) {
        lineFreeNs = Math.max(loop.nowNs(), lineFreeNs) + (long) (record / bytesPerNs);
        boolean lost = recordsLostOneOf > 0 && ++records % recordsLostOneOf == 0;
        confirmedNs = Math.max(confirmedNs, loop.nowNs() + queueNs() + roundTripNs + (lost ? roundTripNs * 5 / 4 : 0));
        loop.schedule(
                () -> {
                    confirmed = position;
                    window.onConfirmed(position);
                    send();
                },
                confirmedNs - loop.nowNs());
    }

    private void beat() {
        boolean lost = lostOneOf > 0 && ++beats % lostOneOf == 0;
        long roundTrip = roundTripNs + queueNs() + (lost ? SENT_AGAIN_NS : 0);
        health.asksRoundTrip(loop.nowNs());
        loop.schedule(() -> health.onLightRoundTrip(roundTrip), roundTrip);
        loop.schedule(this::beat, BEAT_NS);
    }

    /** How much of the line is used for a while. */
    private double use(long seconds) {
        long before = confirmed;
        queuesNs.clear();
        for (long ms = 0; ms < seconds * 1_000; ms++) {
            loop.runFor(MS);
            queuesNs.add(queueNs());
        }
        return (confirmed - before) / (bytesPerNs * seconds * 1_000 * MS);
    }

    /** What a ping waits for in 99 of 100 moments of the last {@link #use}. */
    private long queueNsOf99() {
        Collections.sort(queuesNs);
        return queuesNs.get(queuesNs.size() * 99 / 100);
    }

    @ParameterizedTest
    @CsvSource({"10, 100", "50, 40", "200, 100", "1000, 20", "1000, 1"})
    void shouldFillTheLineAndMakeNoLongQueue(double megabitPerS, long roundTripMs) {
        saturate(megabitPerS, roundTripMs);
        loop.runFor(30_000 * MS);
        assertThat(use(30)).isGreaterThan(0.6);
        assertThat(queueNsOf99()).isLessThan(50 * MS);
    }

    @ParameterizedTest
    @CsvSource({"10, 100", "50, 40", "200, 100", "1000, 20"})
    void shouldLetOutLumpsHardlyFasterThanTheLineTakesThem(double megabitPerS, long roundTripMs) {
        recordsLostOneOf = 40;
        saturate(megabitPerS, roundTripMs);
        loop.runFor(30_000 * MS);
        assertThat(window.paceBytesPerSecond() / (bytesPerNs * 1_000 * MS)).isBetween(0.5, 2.0);
    }

    @Test
    void shouldNotSlowDownAShortLine() {
        saturate(1000, 1);
        for (int s = 0; s < 30; s++) {
            loop.runFor(1_000 * MS);
            assertThat(window.paceBytesPerSecond()).isEqualTo(SocketOptions.UNPACED);
        }
    }

    @ParameterizedTest
    @CsvSource({"10, 100", "50, 40", "200, 100", "1000, 20", "1000, 1"})
    void shouldFillALineThatLosesPackets(double megabitPerS, long roundTripMs) {
        lostOneOf = 4;
        recordsLostOneOf = 40;
        saturate(megabitPerS, roundTripMs);
        loop.runFor(30_000 * MS);
        assertThat(use(30)).isGreaterThan(0.4);
        assertThat(queueNsOf99()).isLessThan(200 * MS);
    }

    @ParameterizedTest
    @CsvSource({"200, 50", "200, 100", "1000, 20"})
    void shouldNotTakeABusyMachineForAQueue(double megabitPerS, long roundTripMs) {
        lostOneOf = 3;
        saturate(megabitPerS, roundTripMs);
        loop.runFor(20_000 * MS);
        assertThat(use(30)).isGreaterThan(0.9);
        assertThat(queueNsOf99()).isLessThan(50 * MS);
    }

    @Test
    void shouldMakeNoLongQueueAtTheBeginningEither() {
        saturate(200, 50);
        assertThat(use(20)).isGreaterThan(0.6);
        assertThat(queueNsOf99()).isLessThan(80 * MS);
    }

    @ParameterizedTest
    @CsvSource({"200, 50", "200, 100", "1000, 20"})
    void shouldFillTheLineWithinSomeRoundTrips(double megabitPerS, long roundTripMs) {
        saturate(megabitPerS, roundTripMs);
        loop.runFor(16 * roundTripMs * MS);
        assertThat(use(1)).isGreaterThan(0.85);
        assertThat(queueNsOf99()).isLessThan(50 * MS);
    }

    @Test
    void shouldFollowALineThatGetsLongerFasterOrSlower() {
        saturate(50, 20);
        loop.runFor(20_000 * MS);
        line(50, 120);
        loop.runFor(30_000 * MS);
        assertThat(use(20)).as("longer").isGreaterThan(0.7);
        line(500, 120);
        loop.runFor(30_000 * MS);
        assertThat(use(20)).as("faster").isGreaterThan(0.7);
        line(20, 120);
        loop.runFor(30_000 * MS);
        assertThat(use(20)).as("slower").isGreaterThan(0.7);
        assertThat(queueNsOf99()).as("slower").isLessThan(70 * MS);
    }

    @Test
    void shouldNotStarveBehindAQueueOfOthers() {
        saturate(100, 40);
        loop.runFor(20_000 * MS);
        othersQueueNs = 200 * MS;
        loop.runFor(30_000 * MS);
        assertThat(use(20)).isGreaterThan(0.5);
    }

    @Test
    void shouldBeginWithWhatTheLineHeldLast() {
        saturate(200, 100);
        loop.runFor(20_000 * MS);
        window.rewind(sent);
        int before = roomBytes();
        window = new SendWindow(loop, health);
        assertThat(roomBytes()).isBetween(before / 2, before);
    }

    @Test
    void shouldKeepLittleOnItsWayToANearPeer() {
        health.onWindow(64 << 20);
        window = new SendWindow(loop, health);
        int far = roomBytes();
        health.onRoundTrip(300_000);
        assertThat(roomBytes()).isEqualTo(3 << 19).isLessThan(far);
        for (int i = 0; i < 16; i++) {
            health.onRoundTrip(5 * MS);
        }
        assertThat(roomBytes()).isEqualTo(far);
    }

    @Test
    void shouldHaveANearPeerConfirmAtOnceWhatFillsIt() {
        int room = roomBytes();
        assertThat(window.isFilledBy(room)).as("a far one").isFalse();
        health.onRoundTrip(300_000);
        assertThat(window.isFilledBy(room - 1)).isFalse();
        assertThat(window.isFilledBy(room)).isTrue();
    }

    @Test
    void shouldNotTakeForAQueueThatANearPeerConfirmsLateWhatNobodyWaitsFor() {
        health.onRoundTrip(300_000);
        int room = roomBytes();
        exchange(room, MS, MS / 2);
        int grown = roomBytes();
        assertThat(grown).as("confirmed at once").isGreaterThan(room);
        for (int i = 0; i < 5; i++) {
            exchange(grown / 2, 41 * MS, 40 * MS); // a busy machine
        }
        int kept = roomBytes();
        assertThat(kept).isGreaterThanOrEqualTo(grown);
        for (int i = 0; i < 5; i++) {
            exchange(kept, 41 * MS, 40 * MS);
        }
        assertThat(roomBytes()).as("what was waited for tells").isLessThan(kept);
    }

    /** Sends so much, which is confirmed so much later, when a heartbeat has taken so long. */
    private void exchange(int bytes, long confirmedAfterNs, long roundTripNs) {
        sent += bytes;
        assertThat(window.isOpen()).isTrue();
        window.onSent(sent, sent);
        window.isOpen();
        loop.runFor(confirmedAfterNs);
        health.onLightRoundTrip(roundTripNs);
        window.onConfirmed(sent);
        loop.runFor(BEAT_NS);
    }

    /** How much it lets out at once, as nothing is on its way. */
    private int roomBytes() {
        int bytes = 0;
        while (window.fits(bytes)) {
            bytes += 1 << 10;
        }
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({"10, 32", "200, 33", "1000, 167", "5000, 256", "50000, 256"})
    void shouldMakeRecordsLargeWhereManyShareAFastLine(long megabitPerS, int kib) {
        health.onData();
        health.asksRoundTrip(loop.nowNs());
        loop.runFor(BEAT_NS);
        health.onDataConfirmed(megabitPerS * BEAT_NS / 8_000); // by others
        health.onData();
        health.asksRoundTrip(loop.nowNs());
        assertThat(window.recordBytesMax() >> 10).isEqualTo(kib);
    }

    @Test
    void shouldSendAtLeastOneRecordWhereNothingWasEverMeasured() {
        line(100, 40);
        send();
        loop.runFor(1_000 * MS);
        assertThat(confirmed).isPositive();
        window.rewind(sent);
        assertThat(window.isOpen()).isTrue();
    }
}
