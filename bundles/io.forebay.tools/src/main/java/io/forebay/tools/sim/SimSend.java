/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import io.forebay.tools.cli.ByteSize;
import io.forebay.tools.drbd.DrbdPacket;
import io.forebay.tools.drbd.StandInSender;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code forebay sim send}. */
@Command(
        name = "send",
        sortOptions = false,
        description =
                "Is the node with the writes: dials its relay as DRBD does, writes, and waits until the standby at"
                        + " the other site has acknowledged everything.",
        footer = {
            "",
            "Sizes and rates are bytes, with K, M, G or T behind them if you like (powers of 1024).",
            "Ctrl-C ends it with a report of what was done."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:everything was acknowledged",
            "1:it was not: the connection was lost, or nobody answered",
            "2:wrong options",
            "130:interrupted"
        })
final class SimSend implements Callable<Integer> {
    private static final double WAIT_SECONDS = 60;
    private static final double SECONDS = 30;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Mixin
    private ContentOptions content = new ContentOptions();

    @Option(
            names = "--rate",
            paramLabel = "SIZE",
            defaultValue = "0",
            description = "bytes a second (default: as fast as the relay takes them)")
    private ByteSize rate;

    @Option(names = "--amount", paramLabel = "SIZE", description = "how much is written")
    private ByteSize amount;

    @Option(names = "--seconds", description = "how long is written (default: 30 without --amount; 0 for no bound)")
    private Double seconds;

    @Option(
            names = "--block",
            paramLabel = "SIZE",
            defaultValue = "128K",
            description = "of a write: 512 to 1M, a multiple of 512 (default: ${DEFAULT-VALUE})")
    private ByteSize block;

    @Option(
            names = "--epoch",
            paramLabel = "WRITES",
            defaultValue = "32",
            description = "between two barriers (default: 32)")
    private int epochWrites;

    @Option(names = "--no-reconnect", description = "end when the connection is lost")
    private boolean once;

    @Spec
    private CommandSpec spec;

    private final PrintStream out;
    private final PrintStream progress;

    SimSend(PrintStream out, PrintStream progress) {
        this.out = out;
        this.progress = progress;
    }

    @Override
    public Integer call() throws IOException {
        return new SimEnd(spec, out, progress, node.json()).run(this::plan);
    }

    private SimRun plan() throws IOException {
        int blockBytes = (int) Math.min(block.bytes(), Integer.MAX_VALUE);
        ContentOptions.require(
                blockBytes > 0 && blockBytes <= DrbdPacket.WRITE_BYTES_MAX && blockBytes % DrbdPacket.SECTOR_BYTES == 0,
                "--block must be a multiple of 512 up to 1M, but is " + blockBytes);
        ContentOptions.require(epochWrites >= 1, "--epoch must be at least 1, but is " + epochWrites);
        ContentOptions.require(
                seconds == null || seconds >= 0 && seconds < 1e9, "--seconds must be 0 or more, but is " + seconds);
        double bound = seconds != null ? seconds : amount != null ? 0 : SECONDS;
        long amountBytes = amount == null ? 0 : amount.bytes();
        ContentOptions.require(
                amount == null || amountBytes > 0 && amountBytes <= SendRun.DEVICE_BYTES,
                "--amount must be 1 byte to 1024T, but is " + amountBytes);
        SimAddresses addresses = node.addresses();
        return new SendRun(
                addresses,
                new PacedSource(content.plan().content(), new PacedSource.Pace(rate.bytes(), amountBytes, bound)),
                new StandInSender.Writes(blockBytes, epochWrites),
                node.waitNs(WAIT_SECONDS),
                node.gauge(addresses),
                new Reconnecting(addresses, !once, progress));
    }
}
