/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.size;

import com.fasterxml.jackson.jr.ob.JSON;
import io.forebay.api.relay.DrbdPatience;
import io.forebay.tools.cli.Program;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The answer, for people and as JSON. */
final class SizingReport {
    private final WriteRates written;
    private final double ratio;
    private final Sizing sizing;
    private final Sizing.Line chosen;
    private final boolean wanGiven;
    private final List<String> assumptions;

    /**
     * @param written by DRBD, before compression
     * @param wanBytesPerSecond the WAN that is there; 0 to recommend one
     */
    SizingReport(WriteRates written, double ratio, double wanBytesPerSecond, Sizing sizing, List<String> assumptions) {
        this.written = written;
        this.ratio = ratio;
        this.sizing = sizing;
        wanGiven = wanBytesPerSecond > 0;
        chosen = sizing.line(wanGiven ? wanBytesPerSecond : sizing.recommendedWan());
        this.assumptions = assumptions;
    }

    String toText() {
        WriteRates onLine = sizing.written();
        List<String> lines = new ArrayList<>();
        lines.add(Program.line("source", written.source()));
        lines.add(Program.line(
                "intervals",
                Program.format("%d of %s s", written.bytesPerSecond().length, plain(written.intervalSeconds()))));
        lines.add(Program.line("written", rates(written.mean(), written.p95(), written.peak())));
        lines.add(Program.line(
                "over the WAN",
                rates(onLine.mean(), onLine.p95(), onLine.peak()) + Program.format("  (ratio %.2f)", ratio)));
        lines.add("");
        lines.add(Program.line(wanGiven ? "WAN, as given" : "WAN, at least", wan(chosen.wanBytesPerSecond())));
        lines.add(Program.line("memlimit", mebibytes(chosen.memlimitBytes())));
        lines.add(Program.line("the rule", rule()));
        lines.add(Program.line("outage", outages()));
        problems().forEach(problem -> lines.add(Program.line("but", problem)));
        lines.add("");
        lines.addAll(table());
        lines.add("");
        lines.add("Assumed:");
        assumptions.forEach(each -> lines.add("- " + each));
        return String.join(System.lineSeparator(), lines);
    }

    private String rule() {
        return Program.format(
                "memlimit / rate = %.1f s < %s = timeout %d / 10 x ko-count %d",
                chosen.memlimitBytes() / chosen.wanBytesPerSecond(),
                seconds(sizing.patience().seconds()),
                sizing.patience().timeoutTenths(),
                sizing.patience().koCount());
    }

    private String outages() {
        return "%s at the mean rate, %s at p95, %s at the peak"
                .formatted(
                        outage(sizing.written().mean()),
                        outage(sizing.written().p95()),
                        outage(sizing.written().peak()));
    }

    private String outage(double rate) {
        double bab = Sizing.babSeconds(chosen, rate);
        double patience = sizing.patienceSeconds(chosen, rate);
        return seconds(Math.min(bab, patience)) + (bab <= patience ? " (BAB)" : " (DRBD)");
    }

    /** What the recommended memlimit cannot do, and the way out. */
    private List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (!chosen.isEnough()) {
            int koCount = sizing.koCount(chosen);
            problems.add(Program.format(
                    "bursts and outage want memlimit %s, which takes %.0f s to deliver, too long for DRBD's patience; with"
                            + " %s DRBD's writes are held back when that is full. %s.",
                    mebibytes(chosen.wantedBytes()),
                    chosen.drainSeconds(),
                    mebibytes(chosen.memlimitBytes()),
                    koCount <= DrbdPatience.KO_COUNT_MAX
                            ? "It may be as large with ko-count " + koCount + " in drbd.conf"
                            : "No ko-count is high enough for more (200 at most): it takes a faster WAN"));
        }
        if (chosen.wanBytesPerSecond() <= sizing.written().mean()) {
            problems.add(
                    "this WAN carries less than what is written on the average, so no BAB is large enough; it takes"
                            + " at least " + wan(sizing.written().mean() * Sizing.HEADROOM)
                            + ", or a codec that compresses more.");
        }
        return problems;
    }

    private List<Sizing.Line> candidates() {
        WriteRates onLine = sizing.written();
        TreeSet<Double> rates = new TreeSet<>(List.of(
                onLine.mean() * Sizing.HEADROOM,
                Math.max(onLine.p95(), onLine.mean()),
                onLine.peak(),
                sizing.recommendedWan(),
                chosen.wanBytesPerSecond()));
        return rates.stream().map(sizing::line).toList();
    }

    private List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add("     WAN Mbit/s   backlog MB      wanted   drains in   rule    memlimit   outage at mean");
        for (Sizing.Line line : candidates()) {
            double mean = sizing.written().mean();
            lines.add(Program.format(
                    "%s %12.1f %12.1f %11s %9.1f s   %-4s %11s %16s",
                    line.wanBytesPerSecond() == chosen.wanBytesPerSecond() ? "->" : "  ",
                    line.wanBytesPerSecond() * 8 / 1e6,
                    line.peakBacklogBytes() / 1e6,
                    mebibytes(line.wantedBytes()),
                    line.drainSeconds(),
                    sizing.keepsRule(line) ? "kept" : "no",
                    mebibytes(line.memlimitBytes()),
                    seconds(Math.min(Sizing.babSeconds(line, mean), sizing.patienceSeconds(line, mean)))));
        }
        return lines;
    }

    String toJson() throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("source", written.source());
        object.put("intervals", written.bytesPerSecond().length);
        object.put("intervalSeconds", written.intervalSeconds());
        object.put("writtenBytesPerSecond", statistics(written));
        object.put("ratio", Program.rounded(ratio));
        object.put("wanBytesPerSecond", statistics(sizing.written()));
        object.put("wanGiven", wanGiven);
        object.put("recommended", fields(chosen));
        object.put("outageSeconds", outageFields());
        object.put("timeoutTenths", sizing.patience().timeoutTenths());
        object.put("koCount", sizing.patience().koCount());
        object.put("patienceSeconds", Program.rounded(sizing.patience().seconds()));
        object.put("problems", problems());
        object.put("table", candidates().stream().map(this::fields).toList());
        object.put("assumptions", assumptions);
        return JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(object);
    }

    private static Map<String, Object> statistics(WriteRates rates) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("mean", Math.round(rates.mean()));
        fields.put("p95", Math.round(rates.p95()));
        fields.put("peak", Math.round(rates.peak()));
        return fields;
    }

    private Map<String, Object> fields(Sizing.Line line) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("wanBytesPerSecond", Math.round(line.wanBytesPerSecond()));
        fields.put("peakBacklogBytes", Math.round(line.peakBacklogBytes()));
        fields.put("memlimitBytes", line.memlimitBytes());
        fields.put("wantedBytes", line.wantedBytes());
        fields.put("drainSeconds", Program.rounded(line.drainSeconds()));
        fields.put("keepsRule", sizing.keepsRule(line));
        return fields;
    }

    private Map<String, Object> outageFields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        Map<String, Double> rates = new LinkedHashMap<>();
        rates.put("mean", sizing.written().mean());
        rates.put("p95", sizing.written().p95());
        rates.put("peak", sizing.written().peak());
        rates.forEach((name, rate) -> {
            Map<String, Object> outage = new LinkedHashMap<>();
            outage.put("bab", Program.rounded(Sizing.babSeconds(chosen, rate)));
            outage.put("drbd", Program.rounded(sizing.patienceSeconds(chosen, rate)));
            fields.put(name, outage);
        });
        return fields;
    }

    private static String rates(double mean, double p95, double peak) {
        return Program.format("mean %.3f, p95 %.3f, peak %.3f MB/s", mean / 1e6, p95 / 1e6, peak / 1e6);
    }

    private static String wan(double bytesPerSecond) {
        return Program.format("%.1f Mbit/s (%.3f MB/s)", bytesPerSecond * 8 / 1e6, bytesPerSecond / 1e6);
    }

    /** As a relay's file takes it. */
    private static String mebibytes(long bytes) {
        return (bytes >> 20) + "M";
    }

    private static String seconds(double seconds) {
        return Double.isInfinite(seconds) ? "no end" : Program.format("%.1f s", seconds);
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }
}
