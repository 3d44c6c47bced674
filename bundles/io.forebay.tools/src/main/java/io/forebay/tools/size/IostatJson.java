/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.size;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads what {@code iostat -o JSON} writes: {@code sysstat.hosts[].statistics[]}, each with a {@code timestamp} if there are
 * times, and {@code disk[]}.
 */
final class IostatJson {
    private final String name;

    /** @param name what the log is called */
    IostatJson(String name) {
        this.name = name;
    }

    List<IostatReport> reports(String text) throws SizeException {
        List<IostatReport> reports = new ArrayList<>();
        try {
            Map<?, ?> sysstat = (Map<?, ?>) JSON.std.mapFrom(text).get("sysstat");
            for (Object host : (List<?>) sysstat.get("hosts")) {
                for (Object statistics : (List<?>) ((Map<?, ?>) host).get("statistics")) {
                    reports.add(report((Map<?, ?>) statistics));
                }
            }
            return reports;
        } catch (IOException e) {
            throw new SizeException(
                    name + " begins as JSON but is not, perhaps because iostat was killed before it wrote the end ("
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
                            + "); let iostat end by its count, or by Ctrl-C");
        } catch (ClassCastException | NullPointerException e) {
            throw new SizeException(
                    name + " is JSON, but not of iostat -o JSON: there is no sysstat.hosts[].statistics[]"
                            + " with disk[] in it; make it with iostat -x -o JSON");
        }
    }

    private IostatReport report(Map<?, ?> statistics) throws SizeException {
        Map<String, Double> written = new LinkedHashMap<>();
        for (Object each : (List<?>) statistics.get("disk")) {
            Map<?, ?> disk = (Map<?, ?>) each;
            String column = IostatColumns.written(
                            disk.keySet().stream().map(String::valueOf).toList())
                    .orElseThrow(
                            () -> new SizeException(name + " does not have what is written per second, because it was"
                                    + " made with an option that leaves it out (-s); make it with iostat -x -o JSON"));
            written.put(
                    String.valueOf(disk.get("disk_device")),
                    ((Number) disk.get(column)).doubleValue() * IostatColumns.unitBytes(column));
        }
        Object timestamp = statistics.get("timestamp");
        return new IostatReport(timestamp == null ? -1 : IostatColumns.secondOfDay(timestamp.toString()), written);
    }
}
