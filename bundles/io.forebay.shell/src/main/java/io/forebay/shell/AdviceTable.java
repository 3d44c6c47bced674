/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.proxy.ProxyConnections;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.text.ByteCount;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Lines for drbd.conf and for a relay's configuration, ready to be copied: {@code forebay:advise}. */
final class AdviceTable {

    /**
     * One relay.
     *
     * @param rateBytesPerSecond what all is computed with, on the line
     * @param isRateMeasured whether that is what the line takes; otherwise it may take more
     * @param source where the relay's settings come from
     */
    record Row(
            String relay,
            String resource,
            double measuredSeconds,
            double roundTripMs,
            double rateBytesPerSecond,
            boolean isRateMeasured,
            double writtenBytesPerSecond,
            double ratio,
            long peakBytes,
            long stalls,
            String source,
            List<Advisor.Line> lines) {}

    private AdviceTable() {}

    static Row row(RelaySettings settings, LineMeasure seen, Advisor advisor, boolean rateGiven) {
        return new Row(
                settings.name(),
                settings.resource(),
                rounded(seen.seconds()),
                rounded(seen.roundTripSeconds() * 1e3),
                Math.rint(advisor.rate()),
                rateGiven || seen.isLineFull(),
                Math.rint(seen.writtenBytesPerSecond()),
                rounded(seen.ratio()),
                seen.peakBytes(),
                seen.stalls(),
                settings.source(),
                advisor.lines());
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }

    static String text(List<Row> rows) {
        return rows.stream().map(AdviceTable::block).collect(Collectors.joining("\n\n"));
    }

    private static String block(Row row) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s: round trip %s, line %s%s/s, DRBD writes %s/s, ratio %.2f, at most %s held; loss is not measured",
                row.relay,
                row.roundTripMs == 0 ? "unknown" : row.roundTripMs + " ms",
                row.isRateMeasured ? "" : "at least ",
                ByteCount.text((long) row.rateBytesPerSecond),
                ByteCount.text((long) row.writtenBytesPerSecond),
                row.ratio,
                ByteCount.text(row.peakBytes)));
        lines.add("");
        lines.add("drbd.conf, on both nodes:");
        lines.add("  net {");
        of(row, "net").forEach(line -> lines.add(commented(line.key() + " " + line.value() + ";", line)));
        lines.add("  }");
        lines.add("");
        if (row.source.equals(ProxyConnections.SOURCE)) {
            proxy(row, lines);
        } else {
            lines.add(row.source + ":");
            for (Advisor.Line line : of(row, "relay")) {
                lines.add("    # " + line.reason());
                lines.add("    " + line.key() + " = " + line.value());
            }
        }
        return String.join("\n", lines);
    }

    /** What drbdadm has options for stands beside what it passes on. */
    private static void proxy(Row row, List<String> lines) {
        lines.add("drbd.conf, on this node:");
        lines.add("  proxy {");
        for (Advisor.Line line : of(row, "relay")) {
            boolean plain = line.key().equals("memlimit")
                    || line.key().equals("bwlimit") && !line.value().contains(":");
            String words = line.key().equals("codec")
                    ? line.value()
                    : line.key() + " " + line.value().replace(",", "");
            lines.add(commented(plain ? words + ";" : "plugin { " + words + "; }", line));
        }
        lines.add("  }");
    }

    private static String commented(String words, Advisor.Line line) {
        return String.format("    %-28s # %s", words, line.reason());
    }

    private static List<Advisor.Line> of(Row row, String where) {
        return row.lines.stream().filter(line -> line.where().equals(where)).toList();
    }
}
