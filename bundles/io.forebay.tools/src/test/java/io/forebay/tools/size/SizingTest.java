/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.size;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.forebay.api.relay.DrbdPatience;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SizingTest {
    private static final double MIB = 1 << 20;
    private static final DrbdPatience DEFAULT = new DrbdPatience(60, 7);

    private static WriteRates rates(double... mebibytesPerSecond) {
        return new WriteRates(
                "test",
                DoubleStream.of(mebibytesPerSecond).map(rate -> rate * MIB).toArray(),
                1,
                0,
                List.of());
    }

    @Test
    void shouldPileUpWhatTheLineDoesNotTake() {
        WriteRates rates = rates(0, 10, 10, 0, 0, 0, 10);
        assertThat(rates.peakBacklogBytes(4 * MIB)).isEqualTo(12 * MIB);
        assertThat(rates.peakBacklogBytes(10 * MIB)).isZero();
        assertThat(rates.mean()).isCloseTo(30 * MIB / 7, within(1.0));
        assertThat(rates.peak()).isEqualTo(10 * MIB);
    }

    @Test
    void shouldKnowWhat95PercentDoNotExceed() {
        assertThat(rates(DoubleStream.iterate(1, i -> i + 1).limit(100).toArray())
                        .p95())
                .isEqualTo(95 * MIB);
        assertThat(rates(7).p95()).isEqualTo(7 * MIB);
    }

    @Test
    void shouldWantWhatBurstsAndOutageTake() {
        Sizing sizing = new Sizing(rates(0, 100, 0, 0), 2, DEFAULT);
        Sizing.Line line = sizing.line(50 * MIB);
        // 50 of the burst, 2 s at a mean of 25, a quarter more, and 3/16 that are kept back
        assertThat(line.wantedBytes()).isEqualTo((long) (Math.ceil(100 * 1.25 / (13.0 / 16)) * MIB));
        assertThat(line.memlimitBytes()).isEqualTo(line.wantedBytes());
        assertThat(sizing.keepsRule(line)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 4, 9, 20, 40, 200, 5000})
    void shouldWantTheMemlimitThatTakesSoMuchAndAQuarterMore(long mib) {
        double memlimit = DrbdPatience.memlimitBytesFor(mib * MIB);
        assertThat(DrbdPatience.usableBytes(memlimit))
                .isGreaterThanOrEqualTo(1.25 * mib * MIB)
                .isLessThan(1.25 * mib * MIB + 1 * MIB);
    }

    @Test
    void shouldHoldTheMemlimitBelowWhatDrbdWaitsFor() {
        Sizing sizing = new Sizing(rates(1000, 0, 0, 0), 0, DEFAULT);
        Sizing.Line line = sizing.line(10 * MIB);
        assertThat(sizing.keepsRule(line)).isFalse();
        assertThat(line.memlimitBytes() / (10 * MIB))
                .isLessThan(DEFAULT.seconds())
                .isCloseTo(33.6, within(0.2));
        DrbdPatience longer = new DrbdPatience(60, sizing.koCount(line));
        assertThat(new Sizing(rates(1000, 0, 0, 0), 0, longer).line(10 * MIB).isEnough())
                .isTrue();
    }

    @Test
    void shouldRecommendTheLeastWanThatKeepsTheRule() {
        double[] burst = new double[30];
        Arrays.fill(burst, 0, 3, 1000);
        Sizing sizing = new Sizing(rates(burst), 10, DEFAULT);
        double wan = sizing.recommendedWan();
        assertThat(sizing.line(wan).isEnough()).isTrue();
        assertThat(sizing.line(wan * 0.97).isEnough()).isFalse();
    }

    @Test
    void shouldRecommendTheMeanAndSomeHeadroomForSteadyWrites() {
        Sizing sizing = new Sizing(rates(4, 4, 4, 4), 5, DEFAULT);
        assertThat(sizing.recommendedWan()).isEqualTo(5 * MIB);
        assertThat(sizing.line(5 * MIB).memlimitBytes()).isGreaterThanOrEqualTo((long) (16 * MIB));
    }

    @Test
    void shouldBoundAnOutageByTheBabAndByDrbd() {
        Sizing sizing = new Sizing(rates(4, 4), 0, DEFAULT);
        Sizing.Line line = new Sizing.Line(4 * MIB, 0, (long) (16 * MIB), (long) (16 * MIB));
        assertThat(Sizing.babSeconds(line, 1 * MIB)).isEqualTo(10); // 6 MiB are kept back
        assertThat(sizing.patienceSeconds(line, 4 * MIB)).isEqualTo(21); // as long again to deliver
        assertThat(new Sizing(rates(1), 0, new DrbdPatience(60, 0)).patienceSeconds(line, MIB))
                .isInfinite();
    }
}
