/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.bab.BabException;
import io.forebay.api.state.ChannelType;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.RelayMemory.Account;
import io.forebay.engine.RelayMemory.Use;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RelayMemoryTest {

    private static final long LIMIT = 1 << 20;
    private static final int SEGMENT = RelayMemory.segmentBytes(LIMIT);

    private final List<Runnable> tasks = new ArrayList<>();
    private final List<Account> accounts = new ArrayList<>();
    private RelayMemory memory;

    @BeforeEach
    void open() throws BabException {
        memory = new RelayMemory(new HeapBabAllocator().open("r0", LIMIT, SEGMENT));
    }

    @AfterEach
    void shouldHoldNothing() {
        assertThat(memory.heldBytes()).isZero();
        memory.close();
    }

    private Account open(ChannelType type, Runnable onFree) {
        Account account = memory.open(type, tasks::add, onFree);
        if (account != null) {
            accounts.add(account);
        }
        return account;
    }

    private static ArrayDeque<Piece> fill(Account account, Use use) {
        ArrayDeque<Piece> pieces = new ArrayDeque<>();
        for (Piece piece = account.lease(use); piece != null; piece = account.lease(use)) {
            pieces.add(piece);
        }
        return pieces;
    }

    @Test
    void shouldLeaveEveryChannelWhatItNeedsHoweverFastOneWrites() {
        Account greedy = open(ChannelType.DATA, () -> {});
        Account meta = open(ChannelType.META, () -> {});
        ArrayDeque<Piece> taken = fill(greedy, Use.INTAKE);
        assertThat(taken).hasSizeGreaterThan(memory.segments() / 2);
        List<Piece> needed = new ArrayList<>();
        needed.add(greedy.lease(Use.RECORD));
        needed.add(greedy.lease(Use.RECEIVE));
        needed.add(meta.lease(Use.INTAKE));
        needed.add(meta.lease(Use.RECEIVE));
        needed.add(meta.lease(Use.RECEIVE));
        Account newcomer = open(ChannelType.DATA, () -> {});
        needed.add(newcomer.lease(Use.INTAKE));
        assertThat(needed).doesNotContainNull();
        needed.subList(0, 2).forEach(greedy::release);
        needed.subList(2, 5).forEach(meta::release);
        newcomer.release(needed.get(5));
        taken.forEach(greedy::release);
    }

    @Test
    void shouldWakeWhomItRefusedOnceMemoryIsFree() {
        AtomicInteger woken = new AtomicInteger();
        Account data = open(ChannelType.DATA, woken::incrementAndGet);
        ArrayDeque<Piece> taken = fill(data, Use.INTAKE);
        assertThat(tasks).isEmpty();
        data.release(taken.remove());
        tasks.forEach(Runnable::run);
        assertThat(woken).hasValue(1);
        Piece again = data.lease(Use.INTAKE);
        assertThat(again).isNotNull();
        taken.add(again);
        taken.forEach(data::release);
    }

    @Test
    void shouldTakeAsManyChannelsAsItCanFeedAndRefuseTheNext() {
        int pairs = 0;
        while (open(ChannelType.DATA, () -> {}) != null && open(ChannelType.META, () -> {}) != null) {
            pairs++;
        }
        assertThat(pairs).isGreaterThanOrEqualTo(4);
        accounts.forEach(Account::close);
        assertThat(open(ChannelType.DATA, () -> {})).isNotNull();
    }

    @Test
    void shouldGiveALargeMemlimitLargeSegmentsAndASmallOneManySmallOnes() {
        assertThat(RelayMemory.segmentBytes(1 << 20)).isEqualTo(8 << 10);
        assertThat(RelayMemory.segmentBytes(16 << 20)).isEqualTo(128 << 10);
        assertThat(RelayMemory.segmentBytes(100 << 20)).isEqualTo(512 << 10);
        assertThat(RelayMemory.segmentBytes(8L << 30)).isEqualTo(1 << 20);
    }
}
