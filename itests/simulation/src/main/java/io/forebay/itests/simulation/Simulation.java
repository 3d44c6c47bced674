/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import io.forebay.api.state.Transition;
import io.forebay.itests.simulation.Scenario.Fault;
import io.forebay.itests.simulation.Scenario.Kind;
import io.forebay.itests.simulation.World.Site;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * One run: both DRBDs connect, the scenario's faults happen, then all is quiet and must be well again; in the end everything
 * is closed and nothing is left.
 */
final class Simulation {

    static final String RECOVERY = "everything is established again once faults stop";
    static final String SURVIVAL = "a DRBD session survives a short loss of the bridge";
    static final String DRAIN = "what a DRBD left behind is delivered";

    static final String CROSSED = "DRBDs that dial at the same moment are connected within 3 s";

    private static final long SECOND = Scenario.SECOND;
    private static final long CHECK_NS = SECOND / 10;
    private static final long RECOVERY_NS = 60 * SECOND;

    /** After a cut; and after a link was lost without one, which has to be noticed first. */
    private static final long FLOW_AFTER_CUT_NS = SECOND;

    private static final long FLOW_AFTER_LOSS_NS = 3 * SECOND;
    /** Idle relays lease memory for a moment when DRBDs ping. */
    private static final long HOME_AGAIN_NS = 2 * SECOND;

    /** Both Forebays stand before DRBDs dial at once, the second one so much later at most. */
    private static final long STANDING_NS = 3 * SECOND;

    private static final int CROSSED_OFFSET_NS_MAX = 300_000_000;
    private static final long CROSSED_WITHIN_NS = 3 * SECOND;

    /** A drain within less time might not be over. */
    private static final int FAREWELL_DRAIN_MS_MIN = 3_000;

    private static final int FAREWELL_BYTES_MAX = 400_000;

    private static final int ROUND_TRIPS = 8;

    private final Scenario scenario;
    private final World world;
    private final Traffic traffic;
    private long homeAtNs;
    private long startedNs;
    private long connectedNs;

    /**
     * What a run came to.
     *
     * @param failure the promise that was broken; {@code null} if none was
     * @param lines one per event
     * @param connectNs how long it took until both DRBDs were connected at first
     * @param simulatedNs how long it was on its own clock
     * @param steps tasks that were run
     * @param bytes what DRBDs received
     */
    record Outcome(
            Scenario scenario,
            RuntimeException failure,
            Supplier<List<String>> lines,
            long connectNs,
            long simulatedNs,
            long steps,
            long bytes) {

        boolean isBroken() {
            return failure != null;
        }
    }

    private Simulation(Scenario scenario) {
        this.scenario = scenario;
        this.world = new World(scenario);
        this.traffic = new Traffic(world);
    }

    static Outcome run(long seed) {
        return run(Scenario.of(seed));
    }

    static Outcome run(Scenario scenario) {
        return new Simulation(scenario).run();
    }

    private Outcome run() {
        RuntimeException failure = null;
        try {
            connect();
            happen();
            recover();
            comeHome();
            sayFarewell();
            close();
        } catch (RuntimeException e) {
            failure = e;
            world.chronicle.add("oracle", () -> trace(e));
        }
        if (world.oracle.failure() != null) {
            failure = world.oracle.failure();
        }
        world.reclaim();
        return new Outcome(
                scenario,
                failure,
                world.chronicle::lines,
                connectedNs - startedNs,
                world.loop.nowNs(),
                world.loop.steps(),
                world.oracle.ends().stream().mapToLong(end -> end.receivedBytes).sum());
    }

    private static String trace(RuntimeException e) {
        StringWriter words = new StringWriter();
        e.printStackTrace(new PrintWriter(words, true));
        return e instanceof BrokenPromise ? e.getMessage() : words.toString();
    }

    // ---- the course of a run

    private void connect() {
        for (Site site : world.sites) {
            site.start();
            if (scenario.kind() != Kind.CROSSED) {
                world.loop.schedule(site.drbd::start, world.random.nextInt(500_000_000));
            }
        }
        check();
        if (scenario.kind() == Kind.CROSSED) {
            dialAtOnce();
        } else {
            awaitConnected();
        }
    }

    private void dialAtOnce() {
        await(() -> world.loop.nowNs() >= STANDING_NS, 2 * STANDING_NS, CROSSED, () -> "");
        int first = world.random.nextInt(2);
        boolean onTheWay = world.random.nextBoolean();
        long offsetNs = world.random.nextInt(onTheWay ? (int) scenario.wan().delayNs() : CROSSED_OFFSET_NS_MAX + 1);
        startedNs = world.loop.nowNs() + offsetNs;
        world.sites.get(first).drbd.start();
        world.loop.schedule(world.sites.get(1 - first).drbd::start, offsetNs);
        awaitConnected();
        connectedNs = world.loop.nowNs();
        if (connectedNs - startedNs > CROSSED_WITHIN_NS) {
            throw world.oracle.fail(
                    CROSSED, "it took %d ms, %s".formatted((connectedNs - startedNs) / 1_000_000, offset(offsetNs)));
        }
    }

    private static String offset(long ns) {
        return "one dialled %d ms after the other".formatted(ns / 1_000_000);
    }

    private void happen() {
        FaultInjector injector = new FaultInjector(world);
        long endNs = 0;
        for (Fault fault : scenario.faults()) {
            injector.plan(fault);
            endNs = Math.max(endNs, fault.endNs());
            if (scenario.kind() == Kind.SURVIVAL && fault.what().isOfBridge()) {
                world.loop.schedule(() -> expectFlow(fault), fault.endNs());
            } else if (scenario.kind() == Kind.SURVIVAL && fault.what() == Scenario.What.SILENCE) {
                world.loop.schedule(this::expectHome, fault.endNs() - 1);
            } else if (scenario.kind() == Kind.DRAIN && fault.what() == Scenario.What.DRBD_CLOSES) {
                expectDelivery(fault);
            }
        }
        long untilNs = world.loop.nowNs() + endNs + (scenario.kind() == Kind.SURVIVAL ? 5 * SECOND : SECOND);
        await(() -> world.loop.nowNs() >= untilNs, Long.MAX_VALUE / 4, RECOVERY, () -> "");
        world.chronicle.add("quiet", () -> "no more faults");
        world.mendWan();
        world.disarm();
    }

    private void recover() {
        awaitConnected();
        if (scenario.kind() == Kind.SURVIVAL && world.sites.stream().anyMatch(site -> site.drbd.sessions() > 1)) {
            throw world.oracle.fail(SURVIVAL, "a DRBD had to connect again");
        }
        long[] before = traffic.received();
        traffic.probe();
        await(
                () -> world.sites.stream().allMatch(site -> site.drbd.isConnected()) && traffic.hasGrown(before),
                RECOVERY_NS,
                RECOVERY,
                () -> "no bytes flow");
    }

    /** Once DRBD writes nothing more, the last byte is confirmed and all memory is home. */
    private void comeHome() {
        world.sites.forEach(site -> site.drbd.write(false));
        await(
                () -> world.sites.stream().allMatch(site -> site.forebay().isIdle())
                        && world.sites.stream().allMatch(site -> site.forebay().isSettled()),
                RECOVERY_NS,
                MemoryWatch.MEMORY,
                () -> "of idle relays, " + leased());
    }

    private String leased() {
        return "leased at A %d, at B %d bytes"
                .formatted(
                        world.sites.get(0).forebay().leasedBytes(),
                        world.sites.get(1).forebay().leasedBytes());
    }

    /** A DRBD writes once more and leaves: all of it arrives, then its FIN, and its Forebay does not speak of loss. */
    private void sayFarewell() {
        Site leaving = world.sites.get(world.random.nextInt(2));
        Site staying = world.sites.get(leaving == world.sites.get(0) ? 1 : 0);
        DrbdSession session = leaving.drbd.session();
        if (scenario.relay().drainTimeoutMs() < FAREWELL_DRAIN_MS_MIN
                || session == null
                || staying.drbd.session() == null) {
            return;
        }
        StreamEnd end = session.dataEnd();
        staying.drbd.session().linger(RECOVERY_NS);
        leaving.audit().forgetEnd();
        await(
                () -> end.isComplete() && end.joined.isComplete(),
                RECOVERY_NS,
                DRAIN,
                () -> "%s has received %d of %d bytes".formatted(end, end.receivedBytes, end.joined.sentBytes));
        session.burst(1 + world.random.nextInt(FAREWELL_BYTES_MAX));
        world.loop.schedule(
                leaving.drbd::down,
                world.random.nextInt(1 + (int) (2 * scenario.wan().roundTripNs())));
        await(
                () -> leaving.audit().endOfData() != null && end.joined.sawEnd,
                RECOVERY_NS,
                DRAIN,
                () -> "%s of a DRBD that left was not closed".formatted(end));
        Transition last = leaving.audit().endOfData();
        if (!end.joined.isComplete() || !end.joined.sawFin || TransitionAudit.speaksOfLoss(last)) {
            throw world.oracle.fail(
                    DRAIN,
                    "%s received %d of %d bytes, then %s; the channel ended with: %s"
                            .formatted(
                                    end.joined,
                                    end.joined.receivedBytes,
                                    end.sentBytes,
                                    end.joined.sawFin ? "FIN" : "a reset",
                                    last.reason()));
        }
    }

    private void close() {
        if (world.random.nextBoolean()) {
            world.sites.forEach(site -> site.drbd.down());
        }
        world.oracle.onTakenDown();
        world.sites.forEach(site -> site.forebay().close());
        await(
                () -> world.sites.stream()
                        .allMatch(site -> site.forebay().leftovers().isEmpty()),
                RECOVERY_NS,
                MemoryWatch.MEMORY,
                () -> "of closed relays: A %s, B %s"
                        .formatted(
                                world.sites.get(0).forebay().leftovers(),
                                world.sites.get(1).forebay().leftovers()));
    }

    // ---- what is checked

    private void check() {
        world.oracle.checkVisibility();
        for (Site site : world.sites) {
            if (site.forebay() != null) {
                site.forebay().showConfirmed(world.oracle::checkConfirmed);
            }
        }
        if (world.sites.stream()
                .allMatch(site -> site.forebay() == null || site.forebay().isIdle())) {
            homeAtNs = world.loop.nowNs();
        }
        world.loop.schedule(this::check, CHECK_NS);
    }

    private void await(BooleanSupplier condition, long limitNs, String promise, Supplier<String> otherwise) {
        boolean held = world.loop.runUntil(() -> world.oracle.failure() != null || condition.getAsBoolean(), limitNs);
        if (world.oracle.failure() != null) {
            throw world.oracle.failure();
        }
        if (!held) {
            throw world.oracle.fail(promise, "not within %d s: %s".formatted(limitNs / SECOND, otherwise.get()));
        }
    }

    private void awaitConnected() {
        long[] nextNs = {0};
        await(
                () -> {
                    if (world.loop.nowNs() < nextNs[0] || !isConnected()) {
                        return false;
                    }
                    nextNs[0] = world.loop.nowNs() + CHECK_NS;
                    return world.sites.stream().allMatch(site -> site.forebay().isEstablished());
                },
                RECOVERY_NS,
                RECOVERY,
                () -> "DRBD A %s, DRBD B %s; Forebay A: %s; Forebay B: %s"
                        .formatted(connected(0), connected(1), describe(0), describe(1)));
    }

    private String connected(int site) {
        return world.sites.get(site).drbd.isConnected() ? "connected" : "not connected";
    }

    private String describe(int site) {
        ForebayProcess forebay = world.sites.get(site).forebay();
        return forebay == null ? "not running" : forebay.describe();
    }

    private boolean isConnected() {
        return world.sites.stream().allMatch(site -> site.drbd.isConnected() && site.forebay() != null);
    }

    private void expectHome() {
        if (world.loop.nowNs() - homeAtNs > HOME_AGAIN_NS) {
            throw world.oracle.fail(MemoryWatch.MEMORY, "of idle relays, %s".formatted(leased()));
        }
    }

    /**
     * What was sent on the data connection that a DRBD closes must reach the other one, and an end after it: FIN if the bridge
     * was rebuilt for it; if it broke just at the end, the peer cannot know that nothing is missing.
     */
    private void expectDelivery(Fault fault) {
        StreamEnd[] left = new StreamEnd[1];
        world.loop.schedule(
                () -> {
                    DrbdSession session = world.sites.get(fault.site()).drbd.session();
                    left[0] = session == null ? null : session.dataEnd();
                },
                fault.atNs() - 1);
        world.loop.schedule(
                () -> {
                    boolean knownWhole = world.sites.get(fault.site()).audit().hasDataResumed();
                    if (left[0] == null
                            || !left[0].joined.isComplete()
                            || !(knownWhole ? left[0].joined.sawFin : left[0].joined.sawEnd)) {
                        throw world.oracle.fail(
                                DRAIN,
                                left[0] == null
                                        ? "there was no session any more"
                                        : "%s received %d of %d bytes%s"
                                                .formatted(
                                                        left[0].joined,
                                                        left[0].joined.receivedBytes,
                                                        left[0].sentBytes,
                                                        left[0].joined.sawFin
                                                                ? ", then FIN"
                                                                : left[0].joined.sawEnd ? ", then a reset" : ""));
                    }
                },
                fault.endNs() - SECOND);
    }

    private void expectFlow(Fault fault) {
        if (world.isSilent()) {
            return;
        }
        boolean isCut = fault.what() == Scenario.What.CUT || fault.what() == Scenario.What.CUT_ONE_WAY;
        long queueNs =
                4L * scenario.wan().windowBytes() * SECOND / scenario.wan().bytesPerSecond();
        long within = (isCut ? FLOW_AFTER_CUT_NS : FLOW_AFTER_LOSS_NS)
                + ROUND_TRIPS * scenario.wan().roundTripNs()
                + queueNs;
        long[] before = traffic.received();
        traffic.probe();
        world.loop.schedule(
                () -> {
                    if (!traffic.hasGrown(before)) {
                        throw world.oracle.fail(
                                SURVIVAL,
                                "%d ms after the end of %s not all of data and meta flow: bytes before %s, now %s"
                                        .formatted(
                                                within / 1_000_000,
                                                fault.what(),
                                                Arrays.toString(before),
                                                Arrays.toString(traffic.received())));
                    }
                },
                within);
    }
}
