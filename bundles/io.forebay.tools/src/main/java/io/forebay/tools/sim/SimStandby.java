/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code forebay sim standby}. */
@Command(
        name = "standby",
        sortOptions = false,
        description = "Is the node that takes the writes: listens where its relay dials DRBD, and checks every write by"
                + " the checksum it was sent with; given the sender's --data, --seed, --ratio or --file, also byte for"
                + " byte. Ends when the sender is done.",
        footer = {"", "Ctrl-C ends it with a report of what was done."},
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all that came was right",
            "1:a byte was wrong, or nobody answered",
            "2:wrong options",
            "130:interrupted"
        })
final class SimStandby implements Callable<Integer> {
    private static final double WAIT_SECONDS = 600;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Mixin
    private ContentOptions content = new ContentOptions();

    @Spec
    private CommandSpec spec;

    private final PrintStream out;
    private final PrintStream progress;

    SimStandby(PrintStream out, PrintStream progress) {
        this.out = out;
        this.progress = progress;
    }

    @Override
    public Integer call() throws IOException {
        return new SimEnd(spec, out, progress, node.json()).run(this::plan);
    }

    private SimRun plan() throws IOException {
        SimAddresses addresses = node.addresses();
        Content expected = content.isGiven() ? content.plan().content() : null;
        return new StandbyRun(
                addresses, expected, node.waitNs(WAIT_SECONDS), new Reconnecting(addresses, true, progress));
    }
}
