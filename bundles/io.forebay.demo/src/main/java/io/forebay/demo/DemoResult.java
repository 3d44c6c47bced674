/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a run showed. The names of the components are those of the JSON object.
 *
 * @param bytes of the file that were sent
 * @param senderBusySeconds from the first to the last byte handed to the near Forebay
 * @param wanSeconds from the first byte handed over to the last byte written on the other side
 * @param wanBytes which crossed the WAN towards the receiver, of all connections
 * @param ratio bytes of the file to bytes over the WAN
 * @param peakBacklogBytes the most that was sent and not yet written
 * @param pingMedianMs round trip of DRBD pings meanwhile; null if none came back
 * @param directSeconds what a plain line needs for the bytes, at least
 */
record DemoResult(
        String file,
        long bytes,
        String sha256Source,
        String sha256Target,
        boolean equal,
        double senderBusySeconds,
        double wanSeconds,
        long wanBytes,
        double ratio,
        long peakBacklogBytes,
        Double pingMedianMs,
        String codec,
        String allocator,
        double rateMbit,
        double delayMs,
        double directSeconds) {

    static DemoResult of(DemoPlan plan, Transfer.Outcome outcome, TransferMeter meter, double pingMs, long wanBytes) {
        long bytes = outcome.bytes();
        return new DemoResult(
                plan.file().toString(),
                bytes,
                outcome.sha256Source(),
                outcome.sha256Target(),
                outcome.equal(),
                rounded(meter.senderBusyNs() / 1e9),
                rounded(meter.deliveredNs() / 1e9),
                wanBytes,
                rounded((double) bytes / Math.max(1, wanBytes)),
                meter.peakBacklogBytes(),
                Double.isNaN(pingMs) ? null : rounded(pingMs),
                plan.codec(),
                plan.allocator(),
                plan.rateMbit(),
                plan.delayMs(),
                rounded(bytes * 8.0 / plan.rateBitsPerSecond()));
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    /** One JSON object on one line. */
    String toJson() throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("file", file);
        object.put("bytes", bytes);
        object.put("sha256Source", sha256Source);
        object.put("sha256Target", sha256Target);
        object.put("equal", equal);
        object.put("senderBusySeconds", senderBusySeconds);
        object.put("wanSeconds", wanSeconds);
        object.put("wanBytes", wanBytes);
        object.put("ratio", ratio);
        object.put("peakBacklogBytes", peakBacklogBytes);
        object.put("pingMedianMs", pingMedianMs);
        object.put("codec", codec);
        object.put("allocator", allocator);
        object.put("rateMbit", rateMbit);
        object.put("delayMs", delayMs);
        object.put("directSeconds", directSeconds);
        return JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(object);
    }

    String toText() {
        return String.join(
                System.lineSeparator(),
                line("file", file),
                line("bytes", bytes),
                line("SHA-256 source", sha256Source),
                line("SHA-256 target", sha256Target),
                line("equal", equal ? "yes" : "NO"),
                line("sender busy", format("%.3f s", senderBusySeconds)),
                line("WAN", format("%.3f s (a plain line needs %.3f s at least)", wanSeconds, directSeconds)),
                line("WAN line", format("%s Mbit/s, %s ms each way", rateMbit, delayMs)),
                line("WAN bytes", wanBytes),
                line("ratio", format("%.2f (%s)", ratio, codec)),
                line("peak backlog", format("%.1f MB (%s)", peakBacklogBytes / 1e6, allocator)),
                line("ping median", pingMedianMs == null ? "none came back" : format("%.1f ms", pingMedianMs)));
    }

    private static String line(String name, Object value) {
        return format("%-16s%s", name, value);
    }

    static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
