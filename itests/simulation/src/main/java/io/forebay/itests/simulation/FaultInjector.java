/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import io.forebay.itests.simulation.Scenario.Fault;
import io.forebay.itests.simulation.World.Site;
import io.forebay.testkit.SimulatedConnection;
import java.util.List;
import java.util.function.Consumer;

/** Lets the faults of a scenario happen. */
final class FaultInjector {

    private static final int SLOW = 20;

    private final World world;

    /** How many cuts of each direction overlap. */
    private final int[] cuts = new int[2];

    FaultInjector(World world) {
        this.world = world;
    }

    /** Plans a fault; its time counts from now. */
    void plan(Fault fault) {
        world.loop.schedule(
                () -> {
                    world.chronicle.add(
                            "fault",
                            () -> "%s, site %s, %d ms, %d"
                                    .formatted(
                                            fault.what(),
                                            StreamEnd.name(fault.site()),
                                            fault.lengthNs() / 1_000_000,
                                            fault.amount()));
                    apply(fault);
                },
                fault.atNs());
    }

    private void apply(Fault fault) {
        Site site = world.sites.get(fault.site());
        DrbdPeer drbd = site.drbd;
        switch (fault.what()) {
            case CUT -> {
                cut(0, fault);
                cut(1, fault);
            }
            case CUT_ONE_WAY -> cut(fault.site(), fault);
            case FORGET_LINK -> onLink(fault, SimulatedConnection::forget);
            case RESET_LINK -> onLink(fault, SimulatedConnection::breakOff);
            case RESET_LINK_AFTER -> onLink(fault, link -> link.breakOffAfter(fault.amount()));
            case SLOW_WAN -> {
                world.wan().bytesPerSecond(world.scenario.wan().bytesPerSecond() / SLOW);
                later(fault, world::mendSpeed);
            }
            case KILL_FOREBAY -> {
                site.kill();
                later(fault, site::start);
            }
            case DRBD_CLOSES -> drbd.disconnect(false, fault.lengthNs());
            case DRBD_RESETS -> drbd.disconnect(true, fault.lengthNs());
            case DRBD_CRASHES -> drbd.crash(fault.lengthNs());
            case BREAK_INSIDE -> drbd.breakInside(fault.amount());
            case STOP_READING -> drbd.stopReading(fault.lengthNs());
            case BURST -> drbd.burst(fault.amount());
            case IDLE -> {
                drbd.write(false);
                later(fault, () -> drbd.write(true));
            }
            case SILENCE -> {
                world.sites.forEach(one -> one.drbd.write(false));
                world.beSilent(fault.lengthNs());
                later(fault, () -> world.sites.forEach(one -> one.drbd.write(true)));
            }
            case CODEC -> site.useCodec(Scenario.codec(fault.amount() % Scenario.codecs()));
            case CODEC_LEAVES -> {
                ForebayProcess forebay = site.forebay();
                if (forebay != null) {
                    forebay.removeCodec(fault.amount());
                    later(fault, forebay::addCodecs);
                }
            }
            case MEMLIMIT -> site.useMemlimit((long) fault.amount() << 20);
            case ALLOCATOR -> {
                ForebayProcess forebay = site.forebay();
                if (forebay != null) {
                    forebay.removeAllocators(fault.amount() % 2 == 1);
                    later(fault, forebay::addAllocators);
                }
            }
            case FLIP_BIT -> world.wan().flipBitAfter(fault.amount());
        }
    }

    private void later(Fault fault, Runnable action) {
        world.loop.schedule(action, fault.lengthNs());
    }

    private void cut(int from, Fault fault) {
        cuts[from]++;
        world.wan().cutFrom(World.outsideIp(from), true);
        later(fault, () -> {
            if (--cuts[from] == 0) {
                world.wan().cutFrom(World.outsideIp(from), false);
            }
        });
    }

    private void onLink(Fault fault, Consumer<SimulatedConnection> action) {
        List<SimulatedConnection> links = world.links(fault.site());
        if (!links.isEmpty()) {
            SimulatedConnection link = links.get(fault.amount() % links.size());
            world.chronicle.add("fault", () -> "hits " + link.localAddress() + " -> " + link.remoteAddress());
            action.accept(link);
        }
    }
}
