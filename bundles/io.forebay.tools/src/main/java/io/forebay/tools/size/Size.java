/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.size;

import io.forebay.api.relay.DrbdPatience;
import io.forebay.tools.cli.ByteSize;
import io.forebay.tools.cli.Program;
import io.forebay.tools.control.ControlQuery;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code forebay size}: how large a memlimit and which WAN what is written takes. */
@Command(
        name = "forebay size",
        sortOptions = false,
        description =
                "Computes memlimit and WAN rate from a log of iostat, or from what DRBD writes into a running relay.",
        footer = {
            "",
            "The rule: memlimit / rate < timeout / 10 x ko-count, or DRBD gives its peer up while its writes wait.",
            "A log: iostat -x -t 1 3600 > FILE, or with -d, -k, -m, -o JSON; best over the busiest hours.",
            "Rates and sizes are bytes, with K, M, G or T behind them if you like (powers of 1024)."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:computed", "1:the log or the relay cannot be read, or has no writes", "2:wrong options"})
public final class Size implements Callable<Integer> {
    private static final double MBIT_BYTES = 1e6 / 8;
    private static final int SAMPLE_SECONDS = 60;
    private static final int TIMEOUT_TENTHS_MAX = 600;
    private static final String STANDARD_INPUT = "-";

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "the log of iostat; - for standard input")
    private String file;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description =
                    "whose writes are replicated; can be given again (default: all drbd* in the log, or the only one)")
    private List<String> devices = new ArrayList<>();

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            description = "between the reports of a log that has no times (default: 1)")
    private double interval;

    @Option(
            names = "--relay",
            paramLabel = "NAME",
            description = "in place of a log: sample this relay of the Forebay that runs here")
    private String relay;

    @Option(names = "--seconds", description = "how long to sample the relay (default: 60)")
    private Integer seconds;

    @Option(
            names = "--ratio",
            description = "what the codec makes of the data (default: 1, no compression; of a relay what it measures)")
    private double ratio;

    @Option(names = "--wan", paramLabel = "SIZE", description = "the WAN that is there, in bytes a second")
    private ByteSize wan;

    @Option(
            names = "--wan-mbit",
            paramLabel = "MBIT",
            description = "the same in Mbit/s (default: the least that is enough)")
    private double wanMbit;

    @Option(
            names = "--outage",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "of the WAN that the BAB is to take beside bursts (default: 10)")
    private double outage;

    @Option(
            names = "--timeout",
            paramLabel = "TENTHS",
            defaultValue = "60",
            description = "DRBD's timeout, tenths of a second (default: 60)")
    private int timeout;

    @Option(names = "--ko-count", defaultValue = "7", description = "DRBD's ko-count; 0 for none (default: 7)")
    private int koCount;

    @Option(names = "--json", description = "print the result as one JSON object")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private final PrintStream out;
    private final PrintStream progress;

    private Size(PrintStream out, PrintStream progress) {
        this.out = out;
        this.progress = progress;
    }

    /** Runs the command and ends the process with its exit status. */
    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    /** Runs the command: the result to {@code out}, progress and errors to {@code progress}. Returns the exit status. */
    static int run(PrintStream out, PrintStream progress, String... arguments) {
        return Program.run(new CommandLine(new Size(out, progress)), out, progress, arguments);
    }

    @Override
    public Integer call() throws InterruptedException {
        requireOptions();
        try {
            WriteRates written = file != null ? ofLog() : ofRelay();
            if (written.peak() == 0) {
                throw new SizeException("Nothing was written to " + written.source()
                        + ", so nothing can be computed; take a log, or sample the relay, while there is load");
            }
            SizingReport report = report(written);
            out.println(json ? report.toJson() : report.toText());
            return CommandLine.ExitCode.OK;
        } catch (SizeException e) {
            progress.println("forebay size: " + e.getMessage());
        } catch (IOException e) {
            progress.println("forebay size: " + (e.getMessage() == null ? e : e.getMessage()));
        }
        return Program.FAILED;
    }

    private void requireOptions() {
        require((file != null) != (relay != null), "give a log of iostat, or --relay, one of the two");
        require(
                relay == null || devices.isEmpty() && interval == 0,
                "--device and --interval are of logs, not of --relay");
        require(relay != null || seconds == null, "--seconds is of --relay; a log is as long as it is");
        require(
                relay == null || ControlQuery.isRelayName(relay),
                "--relay is " + relay + ", which is no name of a relay");
        require(seconds == null || seconds > 0, "--seconds must be above 0, but is " + seconds);
        require(interval >= 0 && interval < 1e6, "--interval must be above 0, but is " + interval);
        require(ratio == 0 || ratio >= 1 && ratio <= 1000, "--ratio must lie between 1 and 1000, but is " + ratio);
        require(wan == null || wanMbit == 0, "--wan and --wan-mbit say the same: give one");
        require(wan == null || wan.bytes() > 0, "--wan must be above 0");
        require(wanMbit >= 0 && wanMbit < 1e9, "--wan-mbit must be above 0, but is " + wanMbit);
        require(outage >= 0 && outage < 1e6, "--outage must be 0 or more, but is " + outage);
        require(
                timeout >= 1 && timeout <= TIMEOUT_TENTHS_MAX,
                "--timeout must lie between 1 and 600 tenths of a second, but is " + timeout);
        require(
                koCount >= 0 && koCount <= DrbdPatience.KO_COUNT_MAX,
                "--ko-count must lie between 0 and 200, but is " + koCount);
    }

    private void require(boolean good, String sentence) {
        if (!good) {
            throw new ParameterException(spec.commandLine(), sentence);
        }
    }

    private WriteRates ofLog() throws SizeException {
        String name = file.equals(STANDARD_INPUT) ? "standard input" : file;
        byte[] bytes;
        try {
            bytes = file.equals(STANDARD_INPUT) ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new SizeException(
                    "There is no file " + file + "; correct the name, or make it: iostat -x -t 1 3600 > " + file);
        } catch (IOException e) {
            throw new SizeException(
                    file + " cannot be read (" + e + "); give this user the right to, or pass it to forebay size -");
        }
        return IostatLog.read(name, new String(bytes, StandardCharsets.UTF_8)).rates(devices, interval);
    }

    private WriteRates ofRelay() throws IOException, InterruptedException {
        return new RelaySample(ControlQuery.ofThisBase(), relay)
                .take(seconds == null ? SAMPLE_SECONDS : seconds, progress);
    }

    private SizingReport report(WriteRates written) {
        List<String> assumptions = new ArrayList<>(written.assumptions());
        double by = ratio > 0 ? ratio : Math.max(1, written.ratio());
        assumptions.add(
                ratio > 0
                        ? "Data compresses as --ratio says."
                        : written.ratio() > 0
                                ? "Data goes on to compress as it did."
                                : "Data does not compress; --ratio says how much it does.");
        assumptions.add("All writes are replicated, in one direction, and within an interval they are even.");
        assumptions.add(Program.format(
                "Beside the bursts the BAB takes an outage of %.0f s at the mean rate; --outage changes that.",
                outage));
        assumptions.add("3/16 of the memlimit, and 6M at least, are kept back for receiving and for each channel; a"
                + " quarter of headroom is added to what is needed, and to the mean for the WAN.");
        assumptions.add("memlimit counts compressed bytes, as Forebay holds them.");
        assumptions.add(Program.format(
                "DRBD waits timeout %d / 10 x ko-count %d; an outage and the delivery of what has piled up must fit into"
                        + " that, and a full BAB into four fifths of it. Its ping-timeout, and the relay's resume-timeout, are longer than the outage.",
                timeout, koCount));
        double given = wan != null ? wan.bytes() : wanMbit * MBIT_BYTES;
        Sizing sizing = new Sizing(written.compressed(by), outage, new DrbdPatience(timeout, koCount));
        return new SizingReport(written, by, given, sizing, assumptions);
    }
}
