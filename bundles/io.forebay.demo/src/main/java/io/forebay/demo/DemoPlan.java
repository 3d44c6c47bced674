/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What a run is to do; checked.
 *
 * @param seconds how long the transfer may take; 0 for as long as it takes
 * @param home the unpacked distribution both Forebays are started from
 */
record DemoPlan(
        Path file,
        double seconds,
        double rateMbit,
        double delayMs,
        String codec,
        String allocator,
        String memlimit,
        Path home,
        boolean keep) {

    private static final Pattern CODEC = Pattern.compile("[a-z][a-z0-9]*( level -?[0-9]{1,3})?");
    private static final Pattern ALLOCATOR = Pattern.compile("[a-z][a-z0-9-]*");
    private static final Pattern MEMLIMIT = Pattern.compile("[1-9][0-9]{0,8}[KMG]?");
    private static final double RATE_MBIT_MIN = 0.1;
    private static final double RATE_MBIT_MAX = 40_000;
    private static final double DELAY_MS_MAX = 2_000;
    private static final double SECONDS_MAX = 86_400;
    private static final int BLOCK_ROUNDS_BYTES = 8 << 20;
    private static final long PATIENCE_NS = 30_000_000_000L;

    DemoPlan {
        require(
                rateMbit >= RATE_MBIT_MIN && rateMbit <= RATE_MBIT_MAX,
                "--rate-mbit must lie between 0.1 and 40000 Mbit/s, but is " + rateMbit);
        require(
                delayMs >= 0 && delayMs <= DELAY_MS_MAX,
                "--delay-ms must lie between 0 and 2000 ms (DRBD itself gives up beyond), but is " + delayMs);
        require(
                seconds >= 0 && seconds <= SECONDS_MAX,
                "--seconds must lie between 0 (no bound) and 86400, but is " + seconds);
        require(
                CODEC.matcher(codec).matches(),
                "--codec must be a name, with or without a level, as in 'zstd level 3', but is '" + codec + "'");
        require(
                ALLOCATOR.matcher(allocator).matches(),
                "--allocator must be a name such as direct, heap or mapped, but is '" + allocator + "'");
        require(
                MEMLIMIT.matcher(memlimit).matches(),
                "--memlimit must be a number of bytes, with K, M or G behind it if you like, but is '" + memlimit
                        + "'");
        require(Files.isRegularFile(file), "--file must name a file, but there is none at " + file);
        require(Files.isReadable(file), "--file must be readable, but is not: " + file);
        require(home != null, "no Forebay to start: --home must name the folder of an unpacked distribution");
        require(
                Files.isRegularFile(home.resolve(ForebaySite.LAUNCHER)),
                "no Forebay to start: --home must name the folder of an unpacked distribution, but " + home + " has no "
                        + ForebaySite.LAUNCHER);
    }

    private static void require(boolean good, String sentence) {
        if (!good) {
            throw new IllegalArgumentException(sentence);
        }
    }

    long rateBitsPerSecond() {
        return Math.round(rateMbit * 1e6);
    }

    long delayNs() {
        return Math.round(delayMs * 1e6);
    }

    SendLimit sendLimit() {
        return seconds == 0 ? SendLimit.NONE : SendLimit.ofSeconds(seconds, rateBitsPerSecond());
    }

    /** Half a minute, or as long as the WAN needs for a few blocks; twice what was allowed, once sending is over. */
    Transfer.Patience patience() {
        long blocksNs = (long) (BLOCK_ROUNDS_BYTES * 8e9 / rateBitsPerSecond());
        long quietNs = PATIENCE_NS + blocksNs;
        return new Transfer.Patience(2 * PATIENCE_NS, quietNs, quietNs + (long) (2e9 * seconds));
    }
}
