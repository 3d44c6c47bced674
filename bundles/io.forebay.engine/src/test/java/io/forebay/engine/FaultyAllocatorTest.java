/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.relay.RelaySettings;
import io.forebay.bab.direct.DirectBabAllocator;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.FaultyAllocator.Fault;
import io.forebay.engine.PretendDrbd.Socket;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An allocator does what it must not: it is found out, another takes its place, and DRBD notices nothing. */
class FaultyAllocatorTest {

    private static final long MIB = 1 << 20;
    private static final long SECOND = TwoSites.SECOND;

    private final long seed = 20261124;
    private final Random random = new Random(seed);
    private final PlugIn<BabAllocator> direct =
            new PlugIn<>(new DirectBabAllocator(), "direct", "org.example 1.0", 7, 0, Map.of());
    private TwoSites sites;
    private FaultyAllocator faulty;

    private void start(Fault fault) {
        faulty = new FaultyAllocator(new HeapBabAllocator(), fault, () -> sites.loop.runFor(20 * SECOND));
        sites = new TwoSites(seed, faulty, new HeapBabAllocator());
        sites.wan().delayNs(2_000_000).bytesPerSecond(100_000_000).windowBytes(1 << 20);
        sites.start(4 * MIB, "none");
    }

    private Socket dial(byte[] first) {
        int before = sites.b.drbd.accepted().size();
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), first);
        sites.await("dial of the far DRBD", () -> sites.b.drbd.accepted().size() > before);
        return near;
    }

    private String problem() {
        return sites.a.engine.plugIns().stream()
                .filter(one -> one.name().equals("heap"))
                .findFirst()
                .orElseThrow()
                .problem();
    }

    private PlugIn<BabAllocator> own() {
        return PlugIn.plain("heap", sites.a.allocator);
    }

    @ParameterizedTest
    @EnumSource
    void shouldExchangeAnAllocatorThatMisbehavesWhileDataFlows(Fault fault) {
        goOn(fault, true);
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepSessionsWithoutAnAllocatorThatMisbehaves(Fault fault) {
        goOn(fault, false);
    }

    private void goOn(Fault fault, boolean thereIsAnother) {
        start(fault);
        Socket near = dial(PretendDrbd.FIRST_DATA);
        Socket meta = dial(PretendDrbd.FIRST_META);
        Socket far = sites.b.drbd.accepted().get(0);
        Socket farMeta = sites.b.drbd.accepted().get(1);
        sites.loop.runFor(SECOND);
        byte[] there = new byte[8 << 20];
        random.nextBytes(there);
        sites.events.clear();
        near.send(there);
        sites.loop.runFor(SECOND / 1000);
        faulty.spoiled = true;
        if (thereIsAnother) {
            sites.a.engine.addAllocator(direct);
        }
        if (fault.isOfOpen() || fault.isOfReturn()) {
            sites.a.memlimit(64 * MIB);
        }
        sites.await("blame", () -> !problem().isEmpty());
        assertThat(problem())
                .startsWith("relay r0 does not use it any more, because it ")
                .contains(fault.words);
        assertThat(sites.events)
                .filteredOn(line -> line.startsWith("heap (bundle no bundle) misbehaved: it ")
                        && line.contains(fault.words)
                        && line.endsWith("it is not used here until its bundle is updated or started anew"))
                .hasSize(1);
        sites.await("delivery", () -> far.receivedBytes() == there.length + 8);
        assertThat(Arrays.mismatch(far.received(), 8, there.length + 8, there, 0, there.length))
                .isEqualTo(-1);
        meta.send(new byte[100]);
        sites.await("a ping", () -> farMeta.receivedBytes() == 108);
        assertThat(near.closed || far.closed || meta.closed || farMeta.closed).isFalse();
        assertThat(sites.a.status().bab().allocator()).isEqualTo(thereIsAnother ? "direct" : "none");
        assertThat(sites.a.status().problem()).contains("heap (bundle no bundle) misbehaved");
        assertThat(sites.b.status().problem()).isEmpty();

        faulty.spoiled = false;
        sites.loop.runFor(30 * SECOND);
        assertThat(sites.a.status().bab().allocator()).isEqualTo(thereIsAnother ? "direct" : "none");
        RelaySettings settings = sites.a.status().settings();
        if (random.nextBoolean()) {
            sites.a.memlimit(settings.memlimitBytes());
        } else {
            sites.a.engine.removeAllocator(own());
            sites.a.engine.addAllocator(own());
        }
        sites.loop.runFor(1);
        assertThat(sites.a.status().bab().allocator()).isEqualTo("heap");
        assertThat(sites.a.status().problem()).isEmpty();
        assertThat(near.closed || far.closed || meta.closed || farMeta.closed).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotHurtARelayThatUsesAnother(Fault fault) {
        start(fault);
        sites.a.engine.addAllocator(direct);
        sites.a.memory(4 * MIB, "direct");
        sites.loop.runFor(1);
        faulty.spoiled = true;
        Socket near = dial(PretendDrbd.FIRST_DATA);
        Socket far = sites.b.drbd.accepted().get(0);
        byte[] there = new byte[2 << 20];
        random.nextBytes(there);
        near.send(there);
        sites.await("delivery", () -> far.receivedBytes() == there.length + 8);
        assertThat(problem()).isEmpty();
        assertThat(sites.a.status().problem()).isEmpty();
        sites.closeAndProveEmpty();
    }
}
