/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.ChannelStatus.Compression;
import io.forebay.engine.CodecSelector.Choice;
import java.util.List;

/** What the compression of one channel chose and saved. Owned by one loop. */
final class CompressionLedger {

    /** {@link Choice#RAW} if the next block begins with a level of its own. */
    private Choice choice = Choice.RAW;

    private String codec = "";
    private List<String> levels = List.of();
    private LevelChooser chooser;
    private long formerMoves;
    private final long[] formerNs = new long[Scarcity.values().length];
    private long blocks;
    private long blockBytes;
    private long storedBytes;
    private long rawBlocks;
    private long rawBytes;

    /** What is scarce from now on, for blocks of a choice, which is not {@link Choice#RAW}; answers their level. */
    int observe(Choice now, Scarcity scarce, long nowNs) {
        if (now != choice) {
            begin(now, nowNs);
        }
        chooser.observe(scarce, nowNs);
        return chooser.level();
    }

    private void begin(Choice next, long nowNs) {
        formerMoves = moves();
        for (Scarcity what : Scarcity.values()) {
            formerNs[what.ordinal()] = totalNs(what);
        }
        choice = next;
        codec = next.plugIn().name();
        levels = next.levels();
        long periodNs = next.history() ? LevelChooser.HISTORY_PERIOD_NS : LevelChooser.PERIOD_NS;
        chooser = new LevelChooser(levels.size(), periodNs, nowNs);
    }

    /** Keeps nothing of a choice that is not this one. */
    void settle(Choice now) {
        if (now != choice) {
            choice = Choice.RAW;
        }
    }

    /** A block has become a record; raw if it does not shrink. */
    void onBlock(int bytes, int stored, boolean raw) {
        blocks++;
        blockBytes += bytes;
        storedBytes += stored;
        if (raw) {
            rawBlocks++;
            rawBytes += bytes;
        }
    }

    private long moves() {
        return formerMoves + (chooser == null ? 0 : chooser.moves());
    }

    private long totalNs(Scarcity what) {
        return formerNs[what.ordinal()] + (chooser == null ? 0 : chooser.totalNs(what));
    }

    Compression status() {
        if (chooser == null) {
            return Compression.NONE;
        }
        return new Compression(
                codec,
                levels.get(chooser.level()),
                levels.get(0),
                levels.get(levels.size() - 1),
                moves(),
                blocks,
                blockBytes,
                storedBytes,
                rawBlocks,
                rawBytes,
                totalNs(Scarcity.LINE),
                totalNs(Scarcity.CPU),
                totalNs(Scarcity.NONE));
    }
}
