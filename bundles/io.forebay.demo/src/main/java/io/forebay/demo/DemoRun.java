/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import io.forebay.tools.drbd.StandInPeer;
import io.forebay.tools.drbd.StandInSender;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;

/**
 * One run: folder, WAN, two sites, two stand-in peers, transfer, and everything undone.
 *
 * <pre>
 *  node A ──data──▶ inside A | Forebay A | peer ─▶ WAN ─▶ outside B | Forebay B | ──▶ node B
 *  node A ◀──meta── drbd A   | Forebay A | outside A ◀─ WAN ◀─ peer | Forebay B | inside B ◀── node B
 * </pre>
 *
 * The connector dials outside: Forebay B dials for the data channel which node A opens, Forebay A for meta. The demo
 * does not rely on it; the WAN has a pair for each direction of dialling.
 */
final class DemoRun {
    private final DemoPlan plan;
    private final Site.Launcher launcher;
    private final PrintStream progress;
    private final ClosingStack closing;

    /** @param closing takes all that has to be undone; closed by the caller */
    DemoRun(DemoPlan plan, Site.Launcher launcher, PrintStream progress, ClosingStack closing) {
        this.plan = plan;
        this.launcher = launcher;
        this.progress = progress;
        this.closing = closing;
    }

    DemoResult run() throws Exception {
        Path folder = closing.open(() -> WorkFolder.create(plan.keep())).path();
        if (plan.keep()) {
            progress.println("demo: everything stays in " + folder);
        }
        requireSpace(folder);
        List<InetSocketAddress> free = LoopbackPorts.free(6);
        WanEmulator wan = closing.open(() -> WanEmulator.start(plan.rateBitsPerSecond(), plan.delayNs()));
        InetSocketAddress outsideA = free.get(2);
        InetSocketAddress outsideB = free.get(5);
        InetSocketAddress any = LoopbackPorts.address(0);
        InetSocketAddress peerOfA = wan.dialledFromNear(any, outsideB);
        InetSocketAddress peerOfB = wan.dialledFromFar(any, outsideA);
        Site.Addresses addressesA = new Site.Addresses(free.get(0), free.get(1), outsideA, peerOfA);
        Site.Addresses addressesB = new Site.Addresses(free.get(3), free.get(4), outsideB, peerOfB);
        Site siteA = launch("a", folder, addressesA);
        Site siteB = launch("b", folder, addressesB);
        progress.println("demo: starting two Forebays");
        siteA.awaitReady();
        siteB.awaitReady();
        int roundTripMs = (int) Math.ceil(2 * plan.delayMs());
        Transfer transfer = closing.open(() -> new Transfer(
                new StandInPeer.Addresses(addressesA.drbd(), addressesA.inside()),
                new StandInPeer.Addresses(addressesB.drbd(), addressesB.inside()),
                roundTripMs,
                plan.sendLimit(),
                plan.patience()));
        return run(transfer, wan, siteA, siteB, folder.resolve("received"));
    }

    private Site launch(String name, Path folder, Site.Addresses addresses) throws Exception {
        Path base = Files.createDirectory(folder.resolve("site-" + name));
        return closing.open(() -> launcher.launch(name, base, addresses));
    }

    private DemoResult run(Transfer transfer, WanEmulator wan, Site siteA, Site siteB, Path received)
            throws IOException, InterruptedException {
        FileTime changed = Files.getLastModifiedTime(plan.file());
        long totalBytes = Math.min(Files.size(plan.file()), plan.sendLimit().bytes());
        progress.println(DemoResult.format(
                "demo: %.1f MB of %s over %s Mbit/s with %s ms each way",
                totalBytes / 1e6, plan.file(), plan.rateMbit(), plan.delayMs()));
        ProgressLines lines = new ProgressLines(progress, totalBytes, wan::bytesForward);
        Transfer.Outcome outcome;
        try {
            outcome = transfer.run(plan.file(), received, meter -> {
                siteA.requireRunning();
                siteB.requireRunning();
                lines.look(meter);
            });
        } catch (IOException e) {
            siteA.requireRunning(); // if a Forebay has ended, that is the cause, and the broken transfer its effect
            siteB.requireRunning();
            throw e;
        }
        if (!outcome.equal() && !changed.equals(Files.getLastModifiedTime(plan.file()))) {
            throw new IOException(plan.file() + " was changed while it was sent, so nothing can be compared");
        }
        return DemoResult.of(plan, outcome, transfer.meter(), transfer.pings().percentileMs(50), wan.bytesForward());
    }

    private void requireSpace(Path folder) throws IOException {
        long needed = Math.min(
                Files.size(plan.file()), Math.max(plan.sendLimit().bytes(), StandInSender.Writes.DEFAULT.blockBytes()));
        long usable = Files.getFileStore(folder).getUsableSpace();
        if (usable < needed) {
            throw new IOException("too little space for the received file in " + folder + ": " + needed / 1_000_000
                    + " MB are needed, " + usable / 1_000_000
                    + " MB are free; choose a smaller --file, or another folder with -Djava.io.tmpdir");
        }
    }
}
