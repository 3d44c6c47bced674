/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import java.io.PrintStream;
import java.util.function.LongSupplier;

/** Prints a line a second while the transfer runs. Used by one thread. */
final class ProgressLines {
    private static final long EVERY_NS = 1_000_000_000;

    private final PrintStream out;
    private final long totalBytes;
    private final LongSupplier wanBytes;
    private long lastNs = System.nanoTime();
    private long lastSentBytes;
    private long lastWanBytes;

    /** @param totalBytes that will be sent at most */
    ProgressLines(PrintStream out, long totalBytes, LongSupplier wanBytes) {
        this.out = out;
        this.totalBytes = totalBytes;
        this.wanBytes = wanBytes;
    }

    void look(TransferMeter meter) {
        long nowNs = System.nanoTime();
        if (nowNs - lastNs < EVERY_NS) {
            return;
        }
        double seconds = (nowNs - lastNs) / 1e9;
        long sentBytes = meter.sentBytes();
        long carriedBytes = wanBytes.getAsLong();
        long percent = totalBytes == 0 ? 100 : Math.min(100, meter.writtenBytes() * 100 / totalBytes);
        out.println(DemoResult.format(
                "demo: %3d %% delivered   %7.1f MB/s in   %6.2f MB/s over the WAN   backlog %7.1f MB",
                percent,
                (sentBytes - lastSentBytes) / seconds / 1e6,
                (carriedBytes - lastWanBytes) / seconds / 1e6,
                meter.backlogBytes() / 1e6));
        lastNs = nowNs;
        lastSentBytes = sentBytes;
        lastWanBytes = carriedBytes;
    }
}
