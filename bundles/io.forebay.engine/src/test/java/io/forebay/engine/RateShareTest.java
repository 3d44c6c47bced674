/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Relays that have more to send than all of them may, on a clock that is moved by hand. */
class RateShareTest {

    private static final long MS = 1_000_000;
    private static final long RATE = 1_000_000;

    private final LineRate whole = new LineRate();
    private final List<Sender> senders = new ArrayList<>();

    /** A channel that always has another record of one size. */
    private static final class Sender {
        private final RateShare share;
        private final int recordBytes;
        private long askNs;
        private long sentBytes;

        Sender(RateShare share, int recordBytes) {
            this.share = share;
            this.recordBytes = recordBytes;
        }

        void run(long nowNs) {
            while (askNs <= nowNs) {
                long atNs = share.take(recordBytes, nowNs);
                if (atNs <= nowNs) {
                    sentBytes += recordBytes;
                } else {
                    askNs = atNs;
                }
            }
        }
    }

    private RateShare relay(int... recordBytes) {
        RateShare share = new RateShare(whole);
        for (int bytes : recordBytes) {
            senders.add(new Sender(share, bytes));
        }
        return share;
    }

    /** What each sends in that time. */
    private List<Long> run(long fromMs, long ms) {
        List<Long> before = senders.stream().map(one -> one.sentBytes).toList();
        for (long nowNs = fromMs * MS; nowNs < (fromMs + ms) * MS; nowNs += MS / 10) {
            for (Sender one : senders) {
                one.run(nowNs);
            }
        }
        return LongStream.range(0, senders.size())
                .mapToObj(i -> senders.get((int) i).sentBytes - before.get((int) i))
                .toList();
    }

    private static void assertNear(long bytes, long expected) {
        assertThat(bytes).isBetween(expected * 95 / 100, expected * 105 / 100);
    }

    @Test
    void shouldGiveEachRelayTheSameWhateverItsRecordsAndHoweverManyChannels() {
        whole.limit(RATE);
        relay(100);
        relay(5_000);
        relay(3_000, 3_000, 700);
        List<Long> sent = run(0, 10_000);
        assertNear(sent.get(0), RATE * 10 / 3);
        assertNear(sent.get(1), RATE * 10 / 3);
        assertNear(sent.get(2) + sent.get(3) + sent.get(4), RATE * 10 / 3);
    }

    @Test
    void shouldGiveAllToOneThatIsAlone() {
        whole.limit(RATE);
        relay(1_400);
        relay();
        assertNear(run(0, 5_000).get(0), RATE * 5);
    }

    @Test
    void shouldSendNoMoreThanTheRateInAnyTenthOfASecond() {
        whole.limit(RATE);
        for (int i = 0; i < 8; i++) {
            relay(400 + 500 * i);
        }
        for (int slice = 0; slice < 50; slice++) {
            long sum =
                    run(slice * 100L, 100).stream().mapToLong(Long::longValue).sum();
            assertThat(sum).isLessThanOrEqualTo(RATE / 10 * 115 / 100);
        }
    }

    @Test
    void shouldTakeAnotherRateAtOnce() {
        whole.limit(10_000);
        relay(1_000);
        run(0, 1_000);
        whole.limit(RATE);
        senders.get(0).askNs = 0;
        assertNear(run(1_000, 1_000).get(0), RATE);
        whole.limit(0);
        assertThat(senders.get(0).share.take(1 << 20, 2_000 * MS)).isLessThanOrEqualTo(2_000 * MS);
    }
}
