/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.util.Arrays;

/**
 * Moves the level of one channel's compression, a step at a time, by what was scarce for most of the last period.
 *
 * <pre>
 *   the line for more than a half, CPU for less than a quarter     up: fewer bytes for more CPU
 *   CPU for more than five eighths                                 down
 *   the line for less than a tenth, for ten periods                down: CPU that saves what nobody lacks
 *   anything else                                                  stays
 * </pre>
 *
 * <p>One step costs at most about twice the CPU, so that less than a quarter before it is less than five eighths after it. Where
 * that does not hold, a step that was taken back is tried again after twice the time, each time. Not thread-safe; its clock is
 * the caller's.
 */
final class LevelChooser {

    /** For blocks that stand alone, where another level costs nothing. */
    static final long PERIOD_NS = 500_000_000L;

    /** For blocks with a history, which begins anew with each level. */
    static final long HISTORY_PERIOD_NS = 10_000_000_000L;

    /** Periods that the line has room until a lower level is tried, and until a step that was taken back is tried again. */
    static final int CALM_PERIODS = 10;

    /** The most of these periods, after many such steps. */
    static final int CALM_PERIODS_MAX = 160;

    private static final double LINE_SCARCE = 0.5;
    private static final double LINE_FREE = 0.1;
    private static final double CPU_FREE = 0.25;
    private static final double CPU_SCARCE = 0.625;

    private enum Move {
        NONE,
        /** Because the line is scarce, and CPU is not. */
        UP,
        /** Because CPU is scarce. */
        DOWN,
        /** Because the line is not. */
        EASE
    }

    private final int levels;
    private final long leastPeriodNs;
    private final long[] totalNs = new long[Scarcity.values().length];
    private final long[] periodNs = new long[Scarcity.values().length];
    private Scarcity scarce = Scarcity.NONE;
    private long seenNs;
    private int level;
    private long moves;
    private Move lastMove = Move.NONE;
    private long movedNs;
    private long calmNs;
    private long easeAfterNs;
    private long upAfterNs;

    /** Begins at the lowest of so many levels, at least one. */
    LevelChooser(int levels, long periodNs, long nowNs) {
        this.levels = levels;
        this.leastPeriodNs = periodNs;
        this.seenNs = nowNs;
        this.movedNs = nowNs;
        this.easeAfterNs = CALM_PERIODS * periodNs;
    }

    /** The level in force, from 0 to one less than there are. */
    int level() {
        return level;
    }

    /** How often it was changed. */
    long moves() {
        return moves;
    }

    /** For how long something was scarce. */
    long totalNs(Scarcity what) {
        return totalNs[what.ordinal()];
    }

    /** What is scarce from now on. */
    void observe(Scarcity now, long nowNs) {
        long passedNs = nowNs - seenNs;
        periodNs[scarce.ordinal()] += passedNs;
        totalNs[scarce.ordinal()] += passedNs;
        seenNs = nowNs;
        scarce = now;
        long wholeNs = period(Scarcity.LINE) + period(Scarcity.CPU) + period(Scarcity.NONE);
        if (wholeNs >= leastPeriodNs) {
            decide(wholeNs);
            Arrays.fill(periodNs, 0);
        }
    }

    private long period(Scarcity what) {
        return periodNs[what.ordinal()];
    }

    private void decide(long wholeNs) {
        double line = (double) period(Scarcity.LINE) / wholeNs;
        double cpu = (double) period(Scarcity.CPU) / wholeNs;
        if (seenNs - movedNs > 2 * CALM_PERIODS_MAX * leastPeriodNs) {
            // what was learned is old
            easeAfterNs = CALM_PERIODS * leastPeriodNs;
            upAfterNs = 0;
        }
        calmNs = line < LINE_FREE ? calmNs + wholeNs : 0;
        if (cpu > CPU_SCARCE) {
            move(Move.DOWN);
        } else if (line > LINE_SCARCE && cpu < CPU_FREE && (lastMove != Move.DOWN || seenNs - movedNs >= upAfterNs)) {
            move(Move.UP);
        } else if (calmNs >= easeAfterNs) {
            calmNs = 0;
            move(Move.EASE);
        }
    }

    private void move(Move next) {
        int to = level + (next == Move.UP ? 1 : -1);
        if (to < 0 || to >= levels) {
            return;
        }
        if (next == Move.DOWN && lastMove == Move.UP) {
            upAfterNs = longer(upAfterNs);
        }
        if (next == Move.UP && lastMove == Move.EASE) {
            easeAfterNs = longer(easeAfterNs);
        }
        level = to;
        lastMove = next;
        movedNs = seenNs;
        moves++;
    }

    private long longer(long ns) {
        return Math.min(CALM_PERIODS_MAX * leastPeriodNs, Math.max(CALM_PERIODS * leastPeriodNs, 2 * ns));
    }
}
