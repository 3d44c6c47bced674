/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.size;

import com.fasterxml.jackson.jr.ob.JSON;
import io.forebay.tools.cli.Program;
import io.forebay.tools.control.ControlQuery;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What DRBD writes into a relay that is at work, looked at once a second. For one thread. */
final class RelaySample {
    private static final long INTERVAL_NS = 1_000_000_000;
    private static final int PROGRESS_EVERY = 10;

    private final ControlQuery query;
    private final String relay;
    private final Map<Object, Long> received = new HashMap<>();
    private final Map<Object, double[]> wire = new HashMap<>();

    RelaySample(ControlQuery query, String relay) {
        this.query = query;
        this.relay = relay;
    }

    /** Looks for so many seconds. */
    WriteRates take(int seconds, PrintStream progress) throws IOException, InterruptedException {
        List<Double> rates = new ArrayList<>();
        look();
        long lastNs = System.nanoTime();
        for (int i = 1; i <= seconds; i++) {
            long dueNs = lastNs + INTERVAL_NS;
            Thread.sleep(Math.max(0, (dueNs - System.nanoTime()) / 1_000_000));
            long bytes = look();
            long nowNs = System.nanoTime();
            rates.add(bytes * 1e9 / (nowNs - lastNs));
            lastNs = nowNs;
            if (i % PROGRESS_EVERY == 0) {
                progress.println("size: " + i + " of " + seconds + " s"
                        + Program.format("   %.1f MB/s", rates.get(rates.size() - 1) / 1e6));
            }
        }
        return new WriteRates(
                "relay " + relay + ", " + seconds + " s",
                rates.stream().mapToDouble(Double::doubleValue).toArray(),
                1,
                ratio(),
                List.of("These " + seconds
                        + " s are as busy as it gets, and the BAB was not full meanwhile, or DRBD would have written more;"
                        + " sample while the load is at its highest."));
    }

    /** Returns the bytes that the data channels have taken since the last look. */
    private long look() throws IOException {
        long bytes = 0;
        for (Object row : JSON.std.listFrom(query.ask("forebay:stats --json " + relay))) {
            Map<?, ?> fields = (Map<?, ?>) row;
            if ("data".equals(fields.get("type")) && "transmit".equals(fields.get("direction"))) {
                long now = number(fields, "receivedBytes").longValue();
                Long before = received.put(fields.get("channel"), now);
                bytes += before == null ? 0 : now - before;
                double wireBytes = number(fields, "wireBytes").doubleValue();
                wire.put(fields.get("channel"), new double[] {
                    wireBytes, wireBytes * number(fields, "ratio").doubleValue()
                });
            }
        }
        return bytes;
    }

    private static Number number(Map<?, ?> fields, String key) throws IOException {
        if (fields.get(key) instanceof Number number) {
            return number;
        }
        throw new IOException("the Forebay that answers is of another version: its stats have no " + key);
    }

    /** Of all that these channels have sent since they were opened; 0 if nothing. */
    private double ratio() {
        double wireBytes = wire.values().stream().mapToDouble(each -> each[0]).sum();
        double bytes = wire.values().stream().mapToDouble(each -> each[1]).sum();
        return wireBytes == 0 ? 0 : bytes / wireBytes;
    }
}
