/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.api.transport.Loop;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.PretendDrbd.Socket;
import io.forebay.testkit.HandDrivenLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who dials in at an inside address, until a channel takes it. */
@Timeout(60)
class InsidePortTest {

    private static final long MEMLIMIT = 4 << 20;
    private static final long SECOND = TwoSites.SECOND;
    private static final byte[] NOTHING = {};

    private TwoSites sites() {
        return new TwoSites(20261121, new HeapBabAllocator(), new HeapBabAllocator());
    }

    private static Map<ChannelType, Long> established(TwoSites.Site site) {
        return site.status().channels().stream()
                .filter(one -> one.role() == ChannelRole.ACCEPTOR && one.state() == ChannelState.ESTABLISHED)
                .collect(Collectors.toMap(ChannelStatus::type, ChannelStatus::id));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldGiveEachConnectionTheChannelThatStandsByForItsType(boolean isMetaFirst) {
        TwoSites sites = sites().start(MEMLIMIT, "none");
        List<byte[]> first = isMetaFirst
                ? List.of(PretendDrbd.FIRST_META, PretendDrbd.FIRST_DATA)
                : List.of(PretendDrbd.FIRST_DATA, PretendDrbd.FIRST_META);
        first.forEach(packet -> sites.a.drbd.dial(sites.a.addresses.inside(), packet));
        sites.await("both", () -> established(sites.a).size() == 2);
        // Channels are numbered as they are made: the first two of all are acceptors, for data and for meta.
        assertThat(established(sites.a)).isEqualTo(Map.of(ChannelType.DATA, 1L, ChannelType.META, 2L));
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldRatherUseAChannelOfTheOtherTypeThanNone() {
        TwoSites sites = sites().start(MEMLIMIT, "none");
        Socket one = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_META);
        Socket other = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_META);
        sites.await("both at the far DRBD", () -> sites.b.drbd.accepted().size() == 2);
        assertThat(one.closed || other.closed).isFalse();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldCloseMoreThanSixtyFourThatHaveSaidNothing() {
        TwoSites sites = sites().start(MEMLIMIT, "none");
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            silent.add(sites.a.drbd.dial(sites.a.addresses.inside(), NOTHING));
        }
        sites.await(
                "those that are too many",
                () -> silent.stream().filter(one -> one.fin || one.closed).count() == 6);
        sites.loop.runFor(3 * SECOND);
        assertThat(silent).as("DRBD would have spoken").allMatch(one -> one.fin || one.closed);
        sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("the next", () -> established(sites.a).size() == 1);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldForgetADrbdThatLeavesBeforeThereIsABridge() {
        TwoSites sites = sites();
        sites.a.start(MEMLIMIT, "none");
        sites.loop.runFor(SECOND);
        Socket early = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("open", () -> early.open);
        sites.loop.runFor(SECOND / 10);
        early.reset();
        sites.loop.runFor(SECOND);
        assertThat(sites.events).noneMatch(one -> one.contains("no bridge"));
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldKeepTheLastLoopFreeOfData() {
        List<Loop> loops = List.of(new HandDrivenLoop(), new HandDrivenLoop(), new HandDrivenLoop());
        LoopChoice choice = new LoopChoice(loops);
        assertThat(choice.control()).isSameAs(loops.get(2));
        assertThat(choice.next(ChannelType.META)).isSameAs(loops.get(2));
        List<Loop> forData = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            forData.add(choice.next(ChannelType.DATA));
        }
        assertThat(forData).containsExactly(loops.get(0), loops.get(1), loops.get(0), loops.get(1));
    }

    @Test
    void shouldServeAllOnTheOnlyLoopThereIs() {
        Loop only = new HandDrivenLoop();
        LoopChoice choice = new LoopChoice(List.of(only));
        assertThat(List.of(choice.control(), choice.next(ChannelType.DATA), choice.next(ChannelType.META)))
                .allMatch(loop -> loop == only);
    }
}
