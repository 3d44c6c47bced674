/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import com.fasterxml.jackson.jr.ob.JSON;
import io.forebay.tools.cli.Program;
import io.forebay.tools.drbd.LatencyHistogram;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a load test reached: each entry at once for people and as a field of a JSON object. For one thread. */
final class SimReport {
    private static final double[] PERCENTS = {50, 90, 99, 99.9};

    private final Map<String, Object> fields = new LinkedHashMap<>();
    private final List<String> lines = new ArrayList<>();

    /** @param role send or standby */
    SimReport(String role) {
        fields.put("role", role);
    }

    void text(String key, String name, String value) {
        fields.put(key, value);
        lines.add(Program.line(name, value));
    }

    void bytes(String key, String name, long bytes) {
        fields.put(key, bytes);
        lines.add(Program.line(name, megabytes(bytes)));
    }

    private static String megabytes(double bytes) {
        return Program.format("%.1f MB", bytes / 1e6);
    }

    void rate(String key, String name, long bytes, double seconds) {
        double rate = seconds > 0 ? bytes / seconds : Double.NaN;
        fields.put(key, seconds > 0 ? Math.round(rate) : null);
        lines.add(Program.line(name, seconds > 0 ? megabytes(rate) + Program.format("/s, for %.1f s", seconds) : "-"));
    }

    /** Percentiles, in milliseconds. */
    void latency(String key, String name, LatencyHistogram of) {
        Map<String, Object> percentiles = new LinkedHashMap<>();
        StringBuilder line = new StringBuilder();
        for (double percent : PERCENTS) {
            String label = "p" + String.valueOf(percent).replaceFirst("\\.0$", "");
            percentiles.put(label, Program.rounded(of.percentileMs(percent)));
            line.append(Program.format("%s %.2f   ", label, of.percentileMs(percent)));
        }
        percentiles.put("max", Program.rounded(of.maxMs()));
        percentiles.put("count", of.count());
        fields.put(key, percentiles);
        lines.add(Program.line(
                name,
                of.count() == 0
                        ? "none came back"
                        : line + Program.format("max %.2f ms, of %d", of.maxMs(), of.count())));
    }

    /** What the local relay said, if it could be asked. */
    void relay(RelayGauge gauge) {
        if (!gauge.hasAnswered()) {
            fields.put("relay", null);
            return;
        }
        Map<String, Object> relay = new LinkedHashMap<>();
        relay.put("name", gauge.relay());
        relay.put("wireBytes", gauge.wireBytes());
        relay.put("ratio", Program.rounded(gauge.ratio()));
        relay.put("peakBacklogBytes", gauge.peakBacklogBytes());
        fields.put("relay", relay);
        lines.add(Program.line(
                "relay " + gauge.relay(),
                Program.format(
                        "ratio %s, %s over the WAN, peak backlog %s",
                        Double.isNaN(gauge.ratio()) ? "-" : Program.format("%.2f", gauge.ratio()),
                        megabytes(gauge.wireBytes()),
                        megabytes(gauge.peakBacklogBytes()))));
    }

    /** The first byte that was wrong, or {@code null} if all were right. */
    void wrong(WrongBytesException wrong) {
        Map<String, Object> place = new LinkedHashMap<>();
        if (wrong != null) {
            place.put("offset", wrong.offset());
            place.put("what", wrong.getMessage());
            lines.add(Program.line("WRONG", wrong.getMessage()));
        }
        fields.put("wrong", wrong == null ? null : place);
    }

    void connections(int count, List<Loss> losses) {
        fields.put("connections", count);
        fields.put("losses", losses.stream().map(Loss::fields).toList());
        lines.add(Program.line("connections", count + (losses.isEmpty() ? "" : ", " + losses.size() + " lost")));
        losses.forEach(loss -> lines.add(Program.line("lost", loss)));
    }

    /** @param how completed, interrupted, or the sentence why it failed */
    void ended(String how) {
        text("ended", "ended", how);
    }

    /** One JSON object on one line. */
    String toJson() throws IOException {
        return JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(fields);
    }

    String toText() {
        return String.join(System.lineSeparator(), lines);
    }
}
