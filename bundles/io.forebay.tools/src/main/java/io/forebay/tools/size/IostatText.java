/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.size;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads iostat's plain text: reports of {@code -x} or {@code -d}, with any unit, with or without times, with or without the
 * processor's part, in any locale's decimals. A last line that is not complete is left out.
 */
final class IostatText {
    private final String name;
    private final List<String> lines;
    private final List<IostatReport> reports = new ArrayList<>();
    private List<String> columns = List.of();
    private String writtenColumn = "";
    private int secondOfDay = -1;

    /** @param name what the log is called */
    IostatText(String name, List<String> lines) {
        this.name = name;
        this.lines = lines;
    }

    List<IostatReport> reports() throws SizeException {
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            List<String> words = Arrays.asList(line.split("\\s+"));
            if (line.isEmpty()) {
                columns = List.of();
            } else if (words.contains("Device") || words.contains("Device:")) {
                onHeader(words, i + 1);
            } else if (!columns.isEmpty()) {
                onDevice(words, i + 1);
            } else if (IostatColumns.secondOfDay(line) >= 0) {
                secondOfDay = IostatColumns.secondOfDay(line);
            }
        }
        return reports;
    }

    private void onHeader(List<String> words, int number) throws SizeException {
        columns = words.stream().map(word -> word.replace("Device:", "Device")).toList();
        writtenColumn = IostatColumns.written(columns)
                .orElseThrow(() -> new SizeException(name + ", line " + number
                        + ", has no column of what is written per second, because it was made with an option that leaves"
                        + " it out (-s); make it with iostat -x or iostat -d"));
        reports.add(new IostatReport(secondOfDay, new LinkedHashMap<>()));
    }

    private void onDevice(List<String> words, int number) throws SizeException {
        if (words.size() != columns.size()) {
            if (number == lines.size()) {
                return; // the log was cut while iostat wrote
            }
            throw new SizeException(
                    "%s, line %d, has %d columns where its header has %d, so it is damaged or no log of iostat; make it anew"
                            .formatted(name, number, words.size(), columns.size()));
        }
        String text = words.get(columns.indexOf(writtenColumn)).replace(',', '.');
        try {
            double written = Double.parseDouble(text) * IostatColumns.unitBytes(writtenColumn);
            Map<String, Double> devices = reports.get(reports.size() - 1).written();
            devices.put(words.get(columns.indexOf("Device")), written);
        } catch (NumberFormatException e) {
            throw new SizeException(
                    "%s, line %d: \"%s\" is no number, perhaps because the log was made with -h (--human); make it without"
                            .formatted(name, number, text));
        }
    }
}
