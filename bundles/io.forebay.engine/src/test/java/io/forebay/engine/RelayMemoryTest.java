/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.state.ChannelType;
import io.forebay.api.transport.Loop;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.RelayMemory.Account;
import io.forebay.engine.RelayMemory.Use;
import io.forebay.testkit.HandDrivenLoop;
import io.forebay.testkit.TrackingAllocator;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RelayMemoryTest {

    private static final long LIMIT = 1 << 20;
    private static final int SEGMENT = MemoryPlan.segmentBytesFor(LIMIT);
    private static final int PIECE = MemoryPlan.pieceBytesFor(LIMIT);

    private final List<Runnable> tasks = new ArrayList<>();
    private final List<Account> accounts = new ArrayList<>();
    private final List<Runnable> blocking = new ArrayList<>();
    private final AtomicInteger unsettled = new AtomicInteger();
    private final TrackingAllocator allocator = new TrackingAllocator(new HeapBabAllocator());
    private final PlugIn<BabAllocator> heap = PlugIn.plain("heap", allocator);
    private final PlugIns<BabAllocator> known = new PlugIns<>("BAB allocator", any -> properties -> true);
    private final BabLoans loans = new BabLoans(known);
    private final HandDrivenLoop timers = new HandDrivenLoop();
    private final RecordingJudge judge = new RecordingJudge();
    private final Loop loop = new TaskLoop();
    private RelayMemory memory;

    /** Keeps what is to be run for the test. */
    private final class TaskLoop implements Loop {
        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public long nowNs() {
            return timers.nowNs();
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public Timer schedule(Runnable task, long delayNs) {
            return timers.schedule(task, delayNs);
        }
    }

    @BeforeEach
    void open() throws BabException {
        known.add(heap);
        memory = new RelayMemory(
                opened(new MemoryPlan(LIMIT, SEGMENT)), LIMIT, blocking::add, unsettled::incrementAndGet);
    }

    private GuardedMemory opened(MemoryPlan plan) throws BabException {
        try {
            return GuardedMemory.open(heap, "r0", plan, loans.begin(heap, "r0"), timers, judge);
        } catch (PlugInFault e) {
            throw new AssertionError(e);
        }
    }

    /** Lets the task that calls the allocator run. */
    private void settle() {
        while (!blocking.isEmpty()) {
            blocking.remove(0).run();
        }
    }

    private Piece lease(Account account, Use use) {
        Piece piece = account.lease(use);
        if (piece == null) {
            settle();
            piece = account.lease(use);
        }
        return piece;
    }

    @AfterEach
    void shouldHoldNothing() {
        assertThat(memory.heldBytes()).isZero();
        memory.close();
        settle();
        assertThat(judge.misdeeds).isEmpty();
        assertThat(allocator.leasedBytes()).isZero();
        assertThat(allocator.open()).isZero();
    }

    private Account open(ChannelType type, Runnable onFree) {
        Account account = memory.open(type, loop, onFree);
        if (account != null) {
            accounts.add(account);
        }
        return account;
    }

    private ArrayDeque<Piece> fill(Account account, Use use) {
        ArrayDeque<Piece> pieces = new ArrayDeque<>();
        for (Piece piece = lease(account, use); piece != null; piece = lease(account, use)) {
            pieces.add(piece);
        }
        return pieces;
    }

    @Test
    void shouldLeaveEveryChannelWhatItNeedsHoweverFastOneWrites() {
        Account greedy = open(ChannelType.DATA, () -> {});
        Account meta = open(ChannelType.META, () -> {});
        ArrayDeque<Piece> taken = fill(greedy, Use.INTAKE);
        assertThat(taken).hasSizeGreaterThan((int) (LIMIT / SEGMENT / 2));
        List<Piece> needed = new ArrayList<>();
        needed.add(lease(greedy, Use.RECORD));
        needed.add(lease(greedy, Use.RECEIVE));
        needed.add(lease(meta, Use.INTAKE));
        needed.add(lease(meta, Use.RECEIVE));
        needed.add(lease(meta, Use.RECEIVE));
        Account newcomer = open(ChannelType.DATA, () -> {});
        needed.add(lease(newcomer, Use.INTAKE));
        assertThat(needed).doesNotContainNull();
        needed.subList(0, 2).forEach(greedy::release);
        needed.subList(2, 5).forEach(meta::release);
        newcomer.release(needed.get(5));
        taken.forEach(greedy::release);
    }

    @Test
    void shouldHaveRecordsInTheLastPieceOfAChannelSayThatTheyAreAwaited() {
        Account greedy = open(ChannelType.DATA, () -> {});
        Account other = open(ChannelType.DATA, () -> {});
        assertThat(recordIsAwaited(other)).as("while there is memory").isFalse();
        ArrayDeque<Piece> taken = fill(greedy, Use.INTAKE);
        assertThat(taken).noneMatch(piece -> piece.last);
        settle();
        assertThat(recordIsAwaited(other)).as("once a greedy one has it").isTrue();
        taken.forEach(greedy::release);
        assertThat(recordIsAwaited(other)).as("when it is free again").isFalse();
    }

    private boolean recordIsAwaited(Account account) {
        SendPace pace = SendPace.of(ChannelType.META, null, timers, () -> {});
        RecordChain chain = new RecordChain(
                account, MemoryPlan.RECORD_BYTES_LEAST, Long.MAX_VALUE, pace, RecordChain.Window.UNLIMITED);
        chain.intakeTarget(8).put(new byte[8]);
        chain.commitIntake(8);
        boolean awaited = RecordLayout.isAwaited(chain.intakeMemory(), 0);
        chain.clear();
        return awaited;
    }

    @Test
    void shouldWakeWhomItRefusedOnceMemoryIsFree() {
        AtomicInteger woken = new AtomicInteger();
        Account data = open(ChannelType.DATA, woken::incrementAndGet);
        ArrayDeque<Piece> taken = fill(data, Use.INTAKE);
        tasks.clear(); // as it filled, some were woken for what was leased ahead
        woken.set(0);
        assertThat(lease(data, Use.INTAKE)).isNull();
        assertThat(tasks).isEmpty();
        release(data, taken, SEGMENT / PIECE);
        tasks.forEach(Runnable::run);
        assertThat(woken).hasValue(1);
        Piece again = lease(data, Use.INTAKE);
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
    void shouldFeedFiveHundredChannelsOnAQuarterOfAGibibyteAndLeaveLargePiecesToTheFirst() throws BabException {
        change(256 * LIMIT);
        for (int i = 0; i < 256; i++) {
            assertThat(open(ChannelType.DATA, () -> {})).as("data %d", i).isNotNull();
            assertThat(open(ChannelType.META, () -> {})).as("meta %d", i).isNotNull();
        }
        assertThat(memory.promisedBytes()).isLessThan(256 * LIMIT);
        assertThat(accounts.get(0).pieceBytes()).isEqualTo(memory.segmentBytes());
        assertThat(accounts.get(2 * 12).pieceBytes()).isEqualTo(memory.segmentBytes() / 2);
        assertThat(accounts.get(2 * 24).pieceBytes()).isEqualTo(memory.segmentBytes() / 4);
        assertThat(accounts.get(2 * 255).pieceBytes()).isEqualTo(memory.segmentBytes() / 16);
    }

    @Test
    void shouldGiveDataChannelsEqualWindowsOnceTheyUseThem() throws BabException {
        change(256 * LIMIT);
        List<Account> data = new ArrayList<>();
        long[] granted = new long[100];
        for (int i = 0; i < granted.length; i++) {
            data.add(open(ChannelType.DATA, () -> {}));
            granted[i] = data.get(i).grant(0, 0);
        }
        assertThat(granted[0]).as("the first, while it was alone").isGreaterThan(4 * LIMIT);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < granted.length; i++) {
                granted[i] = data.get(i).grant(granted[i], granted[i]);
            }
        }
        long fair = 256 * LIMIT / 4 / granted.length;
        assertThat(data)
                .allSatisfy(one -> assertThat(one.windowBytes()).isBetween(fair / 4, Math.max(fair, one.pieceBytes())));
        assertThat(memory.promisedBytes()).isLessThan(256 * LIMIT);
        while (data.size() > 1) {
            data.remove(data.size() - 1).close();
        }
        granted[0] = data.get(0).grant(granted[0], granted[0]);
        assertThat(data.get(0).windowBytes()).as("the first, alone again").isGreaterThan(16 * LIMIT);
    }

    @Test
    void shouldPromiseLittleToAChannelThatHasUsedNothing() throws BabException {
        change(16 * LIMIT);
        Account data = open(ChannelType.DATA, () -> {});
        long first = data.grant(0, 0);
        assertThat(data.grant(first, first / 2)).as("half is used").isBetween(first, 2 * first);
        assertThat(data.grant(first, first) - first).as("all is used").isGreaterThan(3 * first);
    }

    @Test
    void shouldLendEveryChannelWhatIsKeptBackInSlicesOfFewSegmentsAndTakeThemHome() throws BabException {
        change(256 * LIMIT);
        Random random = new Random(20261121);
        Map<Account, ArrayDeque<Piece>> out = new java.util.LinkedHashMap<>();
        for (int i = 0; i < 100; i++) {
            out.put(open(i % 2 == 0 ? ChannelType.DATA : ChannelType.META, () -> {}), new ArrayDeque<>());
        }
        List<Account> all = List.copyOf(out.keySet());
        for (int i = 0; i < 20_000; i++) {
            Account one = all.get(random.nextInt(all.size()));
            ArrayDeque<Piece> own = out.get(one);
            if (random.nextInt(100) < 55) {
                Piece piece = lease(one, random.nextBoolean() ? Use.INTAKE : Use.RECEIVE);
                if (piece != null) {
                    assertThat(piece.bytes()).isEqualTo(one.pieceBytes());
                    piece.memory.putLong(0, i).putLong(piece.bytes() - 8, i);
                    piece.endPosition = i;
                    own.add(piece);
                }
            } else if (!own.isEmpty()) {
                Piece piece = own.poll();
                assertThat(piece.memory.getLong(0)).as("nobody else has it").isEqualTo(piece.endPosition);
                assertThat(piece.memory.getLong(piece.bytes() - 8)).isEqualTo(piece.endPosition);
                one.release(piece);
            }
            assertThat(memory.heldBytes()).isLessThanOrEqualTo(256 * LIMIT);
            assertThat(allocator.leasedBytes()).isLessThanOrEqualTo(256 * LIMIT);
        }
        for (Account one : all) { // whatever the others hold
            for (Use use : List.of(Use.INTAKE, Use.RECEIVE)) {
                if (one.heldBytes(use) == 0) {
                    out.get(one).add(lease(one, use));
                }
            }
        }
        out.forEach((one, own) -> {
            assertThat(own).doesNotContainNull();
            own.forEach(one::release);
        });
    }

    @Test
    void shouldGiveALargeMemlimitLargeSegmentsAndASmallOneManySmallOnes() {
        assertThat(MemoryPlan.segmentBytesFor(1 << 20)).isEqualTo(32 << 10);
        assertThat(MemoryPlan.segmentBytesFor(16 << 20)).isEqualTo(512 << 10);
        assertThat(MemoryPlan.segmentBytesFor(100 << 20)).isEqualTo(1 << 20);
        assertThat(MemoryPlan.segmentBytesFor(8L << 30)).isEqualTo(1 << 20);
        assertThat(MemoryPlan.pieceBytesFor(1 << 20)).isEqualTo(8 << 10);
        assertThat(MemoryPlan.pieceBytesFor(16 << 20)).isEqualTo(128 << 10);
        assertThat(MemoryPlan.pieceBytesFor(100 << 20)).isEqualTo(512 << 10);
        assertThat(MemoryPlan.pieceBytesFor(8L << 30)).isEqualTo(1 << 20);
    }

    private boolean change(long limit) throws BabException {
        memory.lower(limit);
        MemoryPlan plan = memory.plan(limit);
        boolean taken = memory.take(opened(plan), limit);
        settle();
        return taken;
    }

    private static void release(Account account, ArrayDeque<Piece> pieces, int count) {
        for (int i = 0; i < count; i++) {
            account.release(pieces.remove());
        }
    }

    @Test
    void shouldCloseAMemoryThatRetiresWhenItsLastSegmentIsHome() throws BabException {
        Account data = open(ChannelType.DATA, () -> {});
        ArrayDeque<Piece> old = fill(data, Use.INTAKE);
        long held = memory.heldBytes();
        assertThat(change(16 * LIMIT)).isTrue();
        assertThat(memory.segmentBytes()).isEqualTo(MemoryPlan.segmentBytesFor(16 * LIMIT));
        Piece large = lease(data, Use.INTAKE);
        assertThat(large.memory.capacity()).isEqualTo(MemoryPlan.pieceBytesFor(16 * LIMIT));
        assertThat(memory.heldBytes()).isEqualTo(held + memory.segmentBytes());
        release(data, old, old.size() - 1);
        settle();
        assertThat(allocator.open()).isEqualTo(2);
        release(data, old, 1);
        settle();
        assertThat(allocator.open()).isEqualTo(1);
        data.release(large);
    }

    @Test
    void shouldWakeWhomItRefusedWhenTheLimitIsRaised() throws BabException {
        AtomicInteger woken = new AtomicInteger();
        Account data = open(ChannelType.DATA, woken::incrementAndGet);
        ArrayDeque<Piece> taken = fill(data, Use.INTAKE);
        change(2 * LIMIT);
        tasks.forEach(Runnable::run);
        assertThat(woken).hasPositiveValue();
        taken.add(lease(data, Use.INTAKE));
        assertThat(taken).doesNotContainNull();
        release(data, taken, taken.size());
    }

    @Test
    void shouldLeaseNothingBeyondWhatIsKeptBackWhileMoreIsHeldThanALoweredLimit() throws BabException {
        change(16 * LIMIT);
        Account data = open(ChannelType.DATA, () -> {});
        Account meta = open(ChannelType.META, () -> {});
        ArrayDeque<Piece> taken = fill(data, Use.INTAKE);
        change(LIMIT);
        assertThat(memory.heldBytes()).isGreaterThan(LIMIT);
        assertThat(lease(data, Use.INTAKE)).isNull();
        Piece record = lease(data, Use.RECORD);
        assertThat(record).isNotNull();
        assertThat(lease(data, Use.RECORD)).isNull();
        Piece ofMeta = lease(meta, Use.INTAKE);
        assertThat(ofMeta).isNotNull();
        while (memory.heldBytes() > LIMIT) {
            assertThat(lease(data, Use.INTAKE)).isNull();
            release(data, taken, 1);
        }
        release(data, taken, taken.size());
        data.release(record);
        taken = fill(data, Use.INTAKE);
        assertThat(memory.heldBytes()).isBetween(LIMIT / 4, LIMIT);
        release(data, taken, taken.size());
        meta.release(ofMeta);
    }

    @Test
    void shouldKeepSegmentsLargeEnoughForTheRecordsThatASessionWasPromised() throws BabException {
        change(512 * LIMIT);
        Account data = open(ChannelType.DATA, () -> {});
        assertThat(data.recordBytesMax()).isEqualTo(256 << 10);
        change(LIMIT);
        assertThat(data.recordBytesMax()).isEqualTo(256 << 10);
        assertThat(data.ownRecordBytesMax()).isEqualTo(SEGMENT - 64);
        assertThat(memory.segmentBytes()).isGreaterThan(256 << 10);
        assertThat(memory.promisedBytes()).isGreaterThan(LIMIT);
        assertThat(memory.isSettled(LIMIT, heap)).isTrue();
        assertThat(unsettled).hasValue(0);
        data.close();
        assertThat(unsettled).hasPositiveValue();
        assertThat(memory.isSettled(LIMIT, heap)).isFalse();
        change(LIMIT);
        assertThat(memory.segmentBytes()).isEqualTo(SEGMENT);
        assertThat(memory.isSettled(LIMIT, heap)).isTrue();
    }

    @Test
    void shouldKeepBackTheCreditThatAPeerHasAndShrinkItAsItIsUsedUp() throws BabException {
        change(16 * LIMIT);
        Account data = open(ChannelType.DATA, () -> {});
        long first = data.grant(0, 0);
        long granted = data.grant(first, first);
        assertThat(granted).isEqualTo(first + data.windowBytes()).isGreaterThan(LIMIT);
        change(LIMIT);
        assertThat(data.windowBytes()).isBetween(LIMIT / 20, LIMIT / 4);
        ArrayDeque<Piece> received = new ArrayDeque<>();
        for (long bytes = first; bytes < granted; bytes += memory.segmentBytes() / 2) {
            received.add(lease(data, Use.RECEIVE));
        }
        assertThat(received).doesNotContainNull();
        release(data, received, received.size());
        assertThat(data.grant(granted, first + (granted - first) / 2)).isEqualTo(granted);
        assertThat(memory.promisedBytes()).isGreaterThan(LIMIT);
        assertThat(data.grant(granted, granted)).isEqualTo(granted + data.windowBytes());
        assertThat(memory.promisedBytes()).isLessThan(LIMIT);
        assertThat(unsettled).hasPositiveValue();
    }

    @Test
    void shouldRaiseWindowsWithTheLimit() throws BabException {
        Account data = open(ChannelType.DATA, () -> {});
        long before = data.windowBytes();
        change(64 * LIMIT);
        assertThat(data.windowBytes()).isGreaterThan(32 * before);
        assertThat(data.recordBytesMax()).isEqualTo(MemoryPlan.recordBytesMax(data.pieceBytes()));
    }

    @Test
    void shouldTakeRecordsThatFillPiecesForASmallerWindowWhereThereIsMemoryForThem() throws BabException {
        change(256 * LIMIT);
        Account data = open(ChannelType.DATA, () -> {});
        data.grant(0, 0);
        long promised = memory.promisedBytes();
        data.takeWholeRecords();
        assertThat(data.recordBytesMax()).isEqualTo(MemoryPlan.wholeRecordBytes(memory.segmentBytes()));
        assertThat(memory.promisedBytes()).isBetween(promised / 2, 2 * promised);
        change(8 * LIMIT);
        assertThat(data.ownRecordBytesMax()).isLessThan(data.recordBytesMax());
        data.close();
        change(256 * LIMIT);
        Account first = open(ChannelType.DATA, () -> {});
        int before = first.recordBytesMax();
        List<Account> others = new ArrayList<>();
        for (Account one = open(ChannelType.DATA, () -> {}); one != null; one = open(ChannelType.DATA, () -> {})) {
            others.add(one);
        }
        first.takeWholeRecords();
        assertThat(first.recordBytesMax()).as("without memory for them").isEqualTo(before);
        others.forEach(Account::close);
        first.takeWholeRecords();
        assertThat(first.recordBytesMax()).isGreaterThan(before);
    }

    @Test
    void shouldGiveANearPeerWholeSegmentsOfASmallMemoryAndLeaveTheRestToFartherOnes() throws BabException {
        change(16 * LIMIT);
        Account near = open(ChannelType.DATA, () -> {});
        Account far = open(ChannelType.DATA, () -> {});
        assertThat(near.pieceBytes()).isEqualTo(MemoryPlan.pieceBytesFor(16 * LIMIT));
        near.takeWholeRecords();
        assertThat(near.pieceBytes()).isEqualTo(memory.segmentBytes());
        assertThat(near.isCrowded()).isFalse();
        assertThat(far.pieceBytes()).isEqualTo(memory.segmentBytes() / 4);
        assertThat(far.isCrowded()).isFalse();
        assertThat(memory.promisedBytes()).isLessThan(8 * LIMIT);
        change(64 * LIMIT);
        assertThat(near.pieceBytes()).isEqualTo(1 << 20);
        assertThat(far.pieceBytes()).isEqualTo(512 << 10);
    }

    @Test
    void shouldTakeAHundredAndTwentyEightChannelsOnTheDefaultAlsoWhereTheFirstPeersAreNear() throws BabException {
        change(16 * LIMIT);
        for (int i = 0; i < 64; i++) {
            Account data = open(ChannelType.DATA, () -> {});
            Account meta = open(ChannelType.META, () -> {});
            assertThat(data).as("data %d", i).isNotNull();
            assertThat(meta).as("meta %d", i).isNotNull();
            data.takeWholeRecords();
            data.grant(0, 0);
            meta.grant(0, 0);
        }
        assertThat(accounts.get(0).pieceBytes()).isEqualTo(memory.segmentBytes());
        assertThat(memory.promisedBytes()).isLessThan(16 * LIMIT);
    }

    @Test
    void shouldHaveSegmentsForTheLargestBlockThatIsBeingCompressed() throws BabException {
        for (long from = LIMIT; from <= 1024 * LIMIT; from *= 2) {
            change(from);
            Account data = open(ChannelType.DATA, () -> {});
            int block = data.ownBlockBytesMax();
            change(LIMIT);
            Piece record = lease(data, Use.RECORD);
            assertThat(record.room()).isGreaterThanOrEqualTo(RecordLayout.HEADER_BYTES + block);
            data.release(record);
            data.close();
        }
    }

    @Test
    void shouldNotTakeMemoryThatIsTooSmallForASessionThatBeganMeanwhile() throws BabException {
        change(512 * LIMIT);
        MemoryPlan early = memory.plan(LIMIT);
        assertThat(early.segmentBytes()).isEqualTo(SEGMENT);
        Account data = open(ChannelType.DATA, () -> {});
        GuardedMemory next = opened(early);
        assertThat(memory.take(next, LIMIT)).isFalse();
        next.close();
        assertThat(data.pieceBytes()).isEqualTo(1 << 20);
    }

    @Test
    void shouldLendWhatAChannelNeedsAtLeastWhileTheAllocatorDoesNotAnswer() {
        Account data = open(ChannelType.DATA, () -> {});
        Account meta = open(ChannelType.META, () -> {});
        List<Piece> ofData = new ArrayList<>();
        for (Use use : List.of(Use.INTAKE, Use.RECORD, Use.RECEIVE, Use.RECEIVE, Use.PLAIN)) {
            ofData.add(data.lease(use));
        }
        assertThat(ofData).doesNotContainNull();
        assertThat(data.lease(Use.INTAKE)).isNull();
        List<Piece> ofMeta = new ArrayList<>();
        for (Use use : List.of(Use.INTAKE, Use.RECEIVE, Use.RECEIVE)) {
            ofMeta.add(meta.lease(use));
        }
        assertThat(ofMeta).doesNotContainNull();
        assertThat(allocator.leasedBytes()).isZero();
        tasks.clear();
        settle();
        assertThat(tasks).as("whoever waits is woken").isNotEmpty();
        ofData.forEach(data::release);
        ofMeta.forEach(meta::release);
    }

    @Test
    void shouldLeaseAFewAheadWhileThereAreAccountsAndNoneElse() {
        assertThat(allocator.leasedBytes()).isZero();
        Account data = open(ChannelType.DATA, () -> {});
        settle();
        assertThat(allocator.leasedBytes()).isEqualTo(4L * SEGMENT);
        ArrayDeque<Piece> taken = fill(data, Use.INTAKE);
        release(data, taken, taken.size());
        settle();
        assertThat(allocator.leasedBytes()).isEqualTo(4L * SEGMENT);
        assertThat(memory.heldBytes()).isZero();
        data.close();
        settle();
        assertThat(allocator.leasedBytes()).isZero();
    }

    @Test
    void shouldLeaseAsManyAsAreOutWhenTheStockIsUsedUpAndNoneWhenALoadOnlySwings() throws BabException {
        memory.close();
        long limit = 256L * SEGMENT;
        memory = new RelayMemory(opened(new MemoryPlan(limit, SEGMENT)), limit, blocking::add, () -> {});
        Account data = open(ChannelType.DATA, () -> {});
        settle();
        ArrayDeque<Piece> taken = new ArrayDeque<>();
        for (int out : new int[] {4, 12, 28}) {
            while (taken.size() < out) {
                taken.add(data.lease(Use.INTAKE));
            }
            settle();
            assertThat(allocator.leasedBytes()).as("with %d out", out).isEqualTo((out + 4L + out) * SEGMENT);
        }
        for (int swing = 0; swing < 3; swing++) {
            release(data, taken, 20);
            settle();
            assertThat(allocator.leasedBytes()).as("what stays").isEqualTo((8 + 32L) * SEGMENT);
            while (taken.size() < 28) {
                taken.add(data.lease(Use.INTAKE));
            }
            assertThat(taken).doesNotContainNull();
            assertThat(blocking).as("calls of the allocator").isEmpty();
        }
        release(data, taken, taken.size());
        settle();
        assertThat(allocator.leasedBytes()).isEqualTo(32L * SEGMENT);
    }

    @Test
    void shouldLeaseTheReserveBeforeAnyAccountIsOpenAndKeepItWhenAllAreClosed() {
        long reserve = LIMIT / 4;
        reserve(reserve);
        assertThat(allocator.leasedBytes()).isEqualTo(reserve);
        assertThat(memory.heldBytes()).isZero();
        Account data = open(ChannelType.DATA, () -> {});
        settle();
        assertThat(allocator.leasedBytes()).as("no more ahead").isEqualTo(reserve);
        ArrayDeque<Piece> taken = new ArrayDeque<>();
        while (taken.size() < 16) {
            taken.add(data.lease(Use.INTAKE));
        }
        assertThat(taken).doesNotContainNull();
        assertThat(blocking).as("calls of the allocator").isEmpty();
        taken.addAll(fill(data, Use.INTAKE));
        assertThat(allocator.leasedBytes()).isBetween(2 * reserve, LIMIT);
        release(data, taken, taken.size());
        data.close();
        settle();
        assertThat(allocator.leasedBytes()).isEqualTo(reserve);
    }

    private void reserve(long bytes) {
        memory.reserve(bytes);
        settle();
    }

    @Test
    void shouldChangeTheReserveWithoutOtherMemory() {
        Random random = new Random(20261122);
        for (int i = 0; i < 50; i++) {
            long segments = random.nextInt((int) (LIMIT / SEGMENT) + 1);
            reserve(segments * SEGMENT + random.nextInt(SEGMENT));
            assertThat(allocator.leasedBytes()).isEqualTo(segments * SEGMENT);
        }
        reserve(0);
        assertThat(allocator.leasedBytes()).isZero();
        assertThat(allocator.open()).isEqualTo(1);
    }

    @Test
    void shouldReserveNoMoreThanTheLimitInForceAndTheRestWithTheNextMemory() throws BabException {
        reserve(16 * LIMIT);
        assertThat(allocator.leasedBytes()).isEqualTo(LIMIT);
        change(32 * LIMIT);
        assertThat(allocator.leasedBytes()).isEqualTo(16 * LIMIT);
        assertThat(allocator.open()).as("the former memory keeps nothing").isEqualTo(1);
        memory.lower(LIMIT);
        settle();
        assertThat(allocator.leasedBytes()).isEqualTo(LIMIT);
        change(LIMIT);
        assertThat(allocator.leasedBytes()).isEqualTo(LIMIT);
        assertThat(allocator.open()).isEqualTo(1);
    }

    @Test
    void shouldStayWithinTheLimitWhileTheFormerMemoryIsHeld() throws BabException {
        reserve(LIMIT);
        Account data = open(ChannelType.DATA, () -> {});
        ArrayDeque<Piece> old = fill(data, Use.INTAKE);
        change(2 * LIMIT);
        reserve(2 * LIMIT);
        while (!old.isEmpty()) {
            assertThat(allocator.leasedBytes()).isLessThanOrEqualTo(2 * LIMIT);
            release(data, old, 1);
            settle();
        }
        assertThat(allocator.leasedBytes()).isEqualTo(2 * LIMIT);
    }

    @Test
    void shouldGiveUpTheReserveToMakeRoomAndLeaseItOfTheNextMemory() throws BabException {
        reserve(LIMIT / 2);
        CompletableFuture<Void> gone = memory.vacate();
        settle();
        assertThat(gone).isCompleted();
        assertThat(allocator.leasedBytes()).isZero();
        reserve(LIMIT / 4);
        assertThat(allocator.leasedBytes()).isZero();
        change(LIMIT);
        assertThat(allocator.leasedBytes()).isEqualTo(LIMIT / 4);
        memory.close();
        settle();
        assertThat(allocator.leasedBytes()).isZero();
    }

    @Test
    void shouldLendWhatCameHomeAgainWithoutTheAllocatorOrAnyAllocation() {
        Account data = open(ChannelType.DATA, () -> {});
        settle();
        ArrayDeque<Piece> taken = new ArrayDeque<>();
        for (int i = 0; i < 8; i++) {
            taken.add(lease(data, Use.INTAKE));
        }
        settle();
        Piece warm = taken.poll();
        data.release(warm);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int rounds = 20_000;
        long before = 0;
        for (int i = 0; i < 2 * rounds; i++) {
            if (i == rounds) {
                before = threads.getCurrentThreadAllocatedBytes();
            }
            Piece piece = data.lease(Use.INTAKE);
            if (piece != warm) {
                throw new AssertionError("another segment than the warmest: round=" + i);
            }
            data.release(piece);
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(bytes / rounds).as("bytes per round").isLessThan(SEGMENT / 64);
        assertThat(blocking).as("calls of the allocator").isEmpty();
        release(data, taken, taken.size());
    }

    @Test
    void shouldLendNothingButWhatIsKeptBackOnceTheMemoryIsLost() throws BabException {
        Account data = open(ChannelType.DATA, () -> {});
        ArrayDeque<Piece> taken = fill(data, Use.INTAKE);
        release(data, taken, taken.size() / 2);
        CompletableFuture<Void> gone = memory.lose();
        settle();
        assertThat(gone).isNotDone();
        assertThat(memory.plugIn()).isNull();
        assertThat(data.lease(Use.INTAKE)).isNull();
        assertThat(memory.open(ChannelType.META, loop, () -> {})).isNull();
        release(data, taken, taken.size());
        settle();
        assertThat(gone).isCompleted();
        assertThat(allocator.open()).isZero();
        ArrayDeque<Piece> least = fill(data, Use.INTAKE);
        assertThat(least).hasSize(1);
        assertThat(data.windowBytes()).isLessThan(SEGMENT);
        assertThat(change(LIMIT)).isTrue();
        taken = fill(data, Use.INTAKE);
        assertThat(taken).hasSizeGreaterThan(50);
        release(data, taken, taken.size());
        release(data, least, 1);
    }

    @Test
    void shouldDetectASegmentReleasedTwice() {
        Account data = open(ChannelType.DATA, () -> {});
        Piece piece = lease(data, Use.INTAKE);
        data.release(piece);
        assertThatThrownBy(() -> data.release(piece))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("piece released twice: bytes=8192 (expected: leased)");
    }

    @Test
    void shouldHoldNoMoreThanTheLimitWhateverItWas() throws BabException {
        Random random = new Random(7);
        Account data = open(ChannelType.DATA, () -> {});
        Account meta = open(ChannelType.META, () -> {});
        Map<Account, List<Piece>> held = Map.of(data, new ArrayList<>(), meta, new ArrayList<>());
        long granted = 0;
        for (int i = 0; i < 20_000; i++) {
            Account account = random.nextInt(4) == 0 ? meta : data;
            List<Piece> pieces = held.get(account);
            if (random.nextInt(400) == 0) {
                change(LIMIT << random.nextInt(6));
                granted = data.grant(granted, granted);
            } else if (pieces.isEmpty() || random.nextInt(20) != 0 && pieces.size() < 300) {
                Use use = Use.values()[random.nextInt(Use.values().length)];
                long before = memory.heldBytes();
                long kept = memory.promisedBytes();
                Piece piece = lease(account, use);
                if (piece != null) {
                    pieces.add(piece);
                    boolean promised = account.heldBytes(use) <= kept;
                    assertThat(memory.heldBytes() <= memory.limitBytes() || promised)
                            .as("step %d: %d held, then %d of %d", i, before, memory.heldBytes(), memory.limitBytes())
                            .isTrue();
                }
            } else {
                account.release(pieces.remove(random.nextInt(pieces.size())));
            }
        }
        held.forEach((account, pieces) -> pieces.forEach(account::release));
        settle();
        assertThat(allocator.open()).isEqualTo(1);
    }
}
