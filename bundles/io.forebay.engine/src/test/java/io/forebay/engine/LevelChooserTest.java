/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class LevelChooserTest {

    private static final long MS = 1_000_000L;
    private static final long PERIOD_MS = LevelChooser.PERIOD_NS / MS;
    private static final int LEVELS = 9;

    private final LevelChooser chooser = new LevelChooser(LEVELS, LevelChooser.PERIOD_NS, 0);
    private long nowMs;

    /** For a while, what is scarce takes turns every tenth of a second: CPU for a share of it that goes with the level. */
    private void load(long forMs, IntToDoubleFunction cpuShare, Scarcity otherwise) {
        for (long end = nowMs + forMs; nowMs < end; nowMs += 100) {
            long cpuMs = (long) (100 * Math.min(1, cpuShare.applyAsDouble(chooser.level())));
            chooser.observe(Scarcity.CPU, nowMs * MS);
            chooser.observe(otherwise, (nowMs + cpuMs) * MS);
        }
        chooser.observe(otherwise, nowMs * MS);
    }

    private static IntToDoubleFunction cpu(double share) {
        return level -> share;
    }

    @Test
    void shouldBeginAtTheLowestLevel() {
        assertThat(chooser.level()).isZero();
        assertThat(chooser.moves()).isZero();
    }

    @Test
    void shouldRiseAStepEachPeriodWhileOnlyTheLineIsScarce() {
        for (int level = 1; level < LEVELS; level++) {
            load(PERIOD_MS, cpu(0), Scarcity.LINE);
            assertThat(chooser.level()).isEqualTo(level);
        }
        load(10 * PERIOD_MS, cpu(0), Scarcity.LINE);
        assertThat(chooser.level()).isEqualTo(LEVELS - 1);
        assertThat(chooser.moves()).isEqualTo(LEVELS - 1);
    }

    @Test
    void shouldFallAStepEachPeriodWhileCpuIsScarce() {
        load(5 * PERIOD_MS, cpu(0), Scarcity.LINE);
        assertThat(chooser.level()).isEqualTo(5);
        for (int level = 4; level >= 0; level--) {
            load(PERIOD_MS, cpu(0.9), Scarcity.LINE);
            assertThat(chooser.level()).isEqualTo(level);
        }
        load(10 * PERIOD_MS, cpu(1), Scarcity.LINE);
        assertThat(chooser.level()).isZero();
    }

    @Test
    void shouldStayWhereTheNextLevelWouldMakeCpuScarce() {
        load(600 * PERIOD_MS, level -> 0.06 * Math.pow(1.6, level), Scarcity.LINE);
        assertThat(chooser.level()).isEqualTo(4); // 0.25 before it, 0.39 at it, where it stays
        assertThat(chooser.moves()).isEqualTo(4);
    }

    @Test
    void shouldTryAgainEverMoreSeldomWhereOneStepCostsTooMuch() {
        long forMs = 2 * LevelChooser.CALM_PERIODS_MAX * PERIOD_MS;
        load(forMs, level -> level < 3 ? 0.1 : 0.9, Scarcity.LINE);
        assertThat(chooser.level()).isBetween(2, 3);
        assertThat(chooser.moves()).isBetween(5L, 16L); // one for each of twice as long, or it would be 320
    }

    @Test
    void shouldEaseAStepAtATimeWhileTheLineHasRoom() {
        load(3 * PERIOD_MS, cpu(0), Scarcity.LINE);
        load(9 * PERIOD_MS, cpu(0.4), Scarcity.NONE);
        assertThat(chooser.level()).isEqualTo(3);
        load(PERIOD_MS, cpu(0.4), Scarcity.NONE);
        assertThat(chooser.level()).isEqualTo(2);
        load(100 * PERIOD_MS, cpu(0.4), Scarcity.NONE);
        assertThat(chooser.level()).isZero();
        assertThat(chooser.moves()).isEqualTo(6);
    }

    @Test
    void shouldEaseEverMoreSeldomWhereTheLineNeedsTheLevel() {
        for (int i = 0; i < 400; i++) {
            load(PERIOD_MS, cpu(0), chooser.level() < 3 ? Scarcity.LINE : Scarcity.NONE);
        }
        assertThat(chooser.level()).isBetween(2, 3);
        assertThat(chooser.moves()).isBetween(5L, 16L);
    }

    @Test
    void shouldNotMoveForWhatIsScarceForAMoment() {
        for (int i = 0; i < 100; i++) {
            load(PERIOD_MS * 3 / 10, cpu(0), Scarcity.LINE);
            load(PERIOD_MS * 7 / 10, cpu(0.3), Scarcity.NONE);
        }
        assertThat(chooser.moves()).isZero();
    }

    @Test
    void shouldCountForHowLongWhatWasScarce() {
        load(1000, cpu(0.2), Scarcity.LINE);
        load(500, cpu(0), Scarcity.NONE);
        assertThat(chooser.totalNs(Scarcity.CPU)).isEqualTo(200 * MS);
        assertThat(chooser.totalNs(Scarcity.LINE)).isEqualTo(800 * MS);
        assertThat(chooser.totalNs(Scarcity.NONE)).isEqualTo(500 * MS);
    }
}
