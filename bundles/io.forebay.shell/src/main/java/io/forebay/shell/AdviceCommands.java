/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.DrbdPatience;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import io.forebay.api.text.ByteCount;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The command that looks at a relay for a while, and says what DRBD and it should be told. */
@Component(service = AdviceCommands.class)
@GogoCommand(scope = "forebay", function = "advise")
public final class AdviceCommands {

    private static final int SECONDS_MOST = 600;

    private final Relays relays;
    private final LongSupplier clockNs;
    private final Pause pause;

    /** Lets a second pass. */
    interface Pause {
        void second() throws InterruptedException;
    }

    @Activate
    public AdviceCommands(@Reference Relays relays) {
        this(relays, System::nanoTime, () -> TimeUnit.SECONDS.sleep(1));
    }

    AdviceCommands(Relays relays, LongSupplier clockNs, Pause pause) {
        this.relays = relays;
        this.clockNs = clockNs;
        this.pause = pause;
    }

    @Descriptor(
            "looks at relays for a while, best under load, and prints lines for drbd.conf and for them, with reasons")
    public Listing<?> advise(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor("how long to look, in seconds")
                    @Parameter(
                            names = {"-s", "--seconds"},
                            absentValue = "10")
                    int seconds,
            @Descriptor("what the line takes, in bytes per second with k, M or G; without it what was seen is taken")
                    @Parameter(
                            names = {"-w", "--wan"},
                            absentValue = "0")
                    String wan,
            @Descriptor("DRBD's timeout now, in tenths of a second")
                    @Parameter(
                            names = {"-t", "--timeout"},
                            absentValue = "60")
                    int timeoutTenths,
            @Descriptor("DRBD's ko-count now")
                    @Parameter(
                            names = {"-k", "--ko-count"},
                            absentValue = "7")
                    int koCount,
            @Descriptor("names of relays") String... names)
            throws InterruptedException {
        if (seconds < 1 || seconds > SECONDS_MOST) {
            throw new RefusedCommandException(
                    "--seconds " + seconds + " is not from 1 to " + SECONDS_MOST + ": write for example --seconds 30.");
        }
        if (timeoutTenths < 1 || koCount < 0 || koCount > DrbdPatience.KO_COUNT_MAX) {
            throw new RefusedCommandException(
                    "--timeout %d --ko-count %d is not what DRBD has: write both as in drbd.conf."
                            .formatted(timeoutTenths, koCount));
        }
        if (names.length == 0) {
            throw new RefusedCommandException("No relay is named: name some, see forebay:list.");
        }
        long wanBytesPerS = wan(wan);
        Map<String, LineMeter> meters = new LinkedHashMap<>();
        List.of(names).forEach(name -> meters.put(name, new LineMeter()));
        look(meters);
        for (int second = 0; second < seconds; second++) {
            pause.second();
            look(meters);
        }
        DrbdPatience patience = new DrbdPatience(timeoutTenths, koCount);
        List<AdviceTable.Row> rows = meters.entrySet().stream()
                .map(entry -> row(status(entry.getKey()), entry.getValue().measure(), wanBytesPerS, patience))
                .toList();
        return Listing.of(rows, json, AdviceTable::text);
    }

    private static long wan(String text) {
        try {
            return ByteCount.parse(text);
        } catch (IllegalArgumentException e) {
            throw new RefusedCommandException("--wan " + text + " " + e.getMessage() + ".");
        }
    }

    private void look(Map<String, LineMeter> meters) {
        meters.forEach((name, meter) -> meter.look(status(name), clockNs.getAsLong()));
    }

    private RelayStatus status(String name) {
        return relays.status().stream()
                .filter(relay -> relay.settings().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new RefusedCommandException("There is no relay " + name + ": see forebay:list."));
    }

    private static AdviceTable.Row row(RelayStatus relay, LineMeasure seen, long wan, DrbdPatience patience) {
        if (seen.lineBytesPerSecond() == 0 && wan == 0) {
            throw new RefusedCommandException(
                    "Nothing went over the line of %s in %.0f s, so it is not known what it takes: ask again under load, or"
                                    .formatted(relay.settings().name(), seen.seconds())
                            + " say it, for example --wan 12M.");
        }
        Advisor advisor = new Advisor(relay.settings(), relay.bandwidth(), seen, wan, patience);
        return AdviceTable.row(relay.settings(), seen, advisor, wan > 0);
    }
}
