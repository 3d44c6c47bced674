/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.size;

import static java.util.stream.Collectors.joining;

import io.forebay.tools.cli.Program;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** A log of iostat: its reports, and which of its devices are meant. */
final class IostatLog {
    private static final int DAY_SECONDS = 86_400;

    private final String name;
    private final List<IostatReport> all;
    private final List<IostatReport> reports;
    private final List<String> assumptions = new ArrayList<>();

    private IostatLog(String name, List<IostatReport> all) {
        this.name = name;
        this.all = all;
        reports = all.subList(1, all.size());
    }

    /** @param name what the log is called in a sentence */
    static IostatLog read(String name, String text) throws SizeException {
        List<IostatReport> all = text.stripLeading().startsWith("{")
                ? new IostatJson(name).reports(text)
                : new IostatText(name, text.lines().toList()).reports();
        if (all.isEmpty()) {
            throw new SizeException(
                    name + " has no report of iostat in it: no line begins a table with \"Device\"; make it with, for"
                            + " example, iostat -x -t 1 3600");
        }
        if (all.size() == 1) {
            throw new SizeException(name + " has one report only, and iostat's first is the mean since the machine was"
                    + " started, so it has no bursts; give iostat an interval and a count, as in iostat -x -t 1 3600");
        }
        IostatLog log = new IostatLog(name, all);
        log.assumptions.add("The first report is left out, because it is iostat's mean since the machine was started.");
        return log;
    }

    /**
     * What was written to the devices.
     *
     * @param devices empty for those of DRBD, or else the only one
     * @param intervalSeconds between reports; 0 to take it from the times of the log
     */
    WriteRates rates(List<String> devices, double intervalSeconds) throws SizeException {
        Set<String> there = new LinkedHashSet<>();
        reports.forEach(report -> there.addAll(report.written().keySet()));
        List<String> chosen = devices.isEmpty() ? defaultDevices(there) : devices;
        for (String device : chosen) {
            if (!there.contains(device)) {
                throw new SizeException(
                        "There is no device " + device + " in " + name + "; it has " + String.join(", ", there));
            }
        }
        double[] rates = reports.stream()
                .mapToDouble(report -> chosen.stream()
                        .mapToDouble(device -> report.written().getOrDefault(device, 0.0))
                        .sum())
                .toArray();
        double interval = intervalSeconds > 0 ? intervalSeconds : interval();
        return new WriteRates(name + ", " + String.join(" + ", chosen), rates, interval, 0, List.copyOf(assumptions));
    }

    private List<String> defaultDevices(Set<String> there) throws SizeException {
        List<String> drbd =
                there.stream().filter(each -> each.startsWith("drbd")).toList();
        if (!drbd.isEmpty()) {
            assumptions.add("All devices of DRBD in the log go through one relay; --device names fewer.");
            return drbd;
        }
        if (there.size() == 1) {
            return List.copyOf(there);
        }
        throw new SizeException(name
                + " has several devices and none of DRBD, so what would be replicated is unknown; name"
                + " it with --device: "
                + there.stream()
                        .map(each -> each + Program.format(" (%.3f MB/s)", mean(each) / 1e6))
                        .collect(joining(", ")));
    }

    private double mean(String device) {
        return reports.stream()
                .mapToDouble(report -> report.written().getOrDefault(device, 0.0))
                .average()
                .orElse(0);
    }

    /** The median of the times between all. */
    private double interval() {
        int[] between = IntStream.range(1, all.size())
                .filter(i -> all.get(i).secondOfDay() >= 0 && all.get(i - 1).secondOfDay() >= 0)
                .map(i ->
                        Math.floorMod(all.get(i).secondOfDay() - all.get(i - 1).secondOfDay(), DAY_SECONDS))
                .filter(seconds -> seconds > 0)
                .toArray();
        if (between.length == 0) {
            assumptions.add(
                    "Reports are 1 s apart: the log has no times (iostat -t). If that is wrong, so is the backlog;"
                            + " --interval says it.");
            return 1;
        }
        Arrays.sort(between);
        return between[between.length / 2];
    }
}
