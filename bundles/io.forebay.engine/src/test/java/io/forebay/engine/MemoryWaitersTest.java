/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.engine.MemoryWaiters.Waiter;
import io.forebay.engine.RelayMemory.Use;
import io.forebay.testkit.HandDrivenLoop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryWaitersTest {

    private static final long LIMIT = 1 << 20;
    private static final int SEGMENT = MemoryPlan.segmentBytesFor(LIMIT);
    private static final long SOON_NS = 40_000_000;
    private static final long LATER_NS = 60_000_000;
    private static final int CHANNELS = 6;

    private final HandDrivenLoop loop = new HandDrivenLoop();
    private final MemoryPromises promises = new MemoryPromises();
    private final MemoryWaiters waiters = new MemoryWaiters(this, (piece, use) -> this.spareBytes);
    private final List<MemoryShare> shares = new ArrayList<>();
    private final List<Waiter> all = new ArrayList<>();
    private final List<Integer> woken = new ArrayList<>();
    private long spareBytes;
    private int pieceBytes;

    /** Every channel holds what it is kept back, and was refused more. */
    @BeforeEach
    void refuseAll() {
        for (int i = 0; i < CHANNELS; i++) {
            int number = i;
            MemoryShare share = promises.open(true, SEGMENT, LIMIT, LIMIT);
            share.adapt(SEGMENT, LIMIT);
            pieceBytes = share.pieceBytes();
            share.hold(Use.INTAKE, pieceBytes);
            shares.add(share);
            Waiter one = new Waiter(share, loop, () -> woken.add(number));
            all.add(one);
            waiters.add(one, Use.INTAKE, false);
        }
        waiters.wake();
    }

    private void wake(int sparePieces) {
        spareBytes = (long) sparePieces * pieceBytes;
        waiters.wake();
        loop.runFor(SOON_NS / 10);
    }

    @Test
    void shouldWakeNobodyWhileThereIsNothing() {
        loop.runFor(LATER_NS);
        assertThat(woken).isEmpty();
    }

    @Test
    void shouldWakeNoMoreThanThereIsMemoryForAndTheFirstFirst() {
        wake(9);
        assertThat(woken).as("four pieces at once for each").containsExactly(0, 1);
        wake(9);
        assertThat(woken).as("what is offered is not there for others").containsExactly(0, 1);
        wake(12);
        assertThat(woken).containsExactly(0, 1, 2);
    }

    @Test
    void shouldOfferNothingTwiceThatWasTaken() {
        wake(8);
        for (int i = 0; i < 4; i++) {
            waiters.onLeased(all.get(0));
        }
        wake(4);
        assertThat(woken).as("four are left for the second").containsExactly(0, 1);
        waiters.add(all.get(1), Use.INTAKE, false);
        wake(4);
        assertThat(woken)
                .as("who was refused again has no offer any more, and waits behind the others")
                .containsExactly(0, 1, 2);
    }

    @Test
    void shouldOfferAnewWhatIsNotTakenSoon() {
        wake(4);
        assertThat(woken).containsExactly(0);
        loop.runFor(LATER_NS);
        assertThat(woken).as("one piece each").containsExactly(0, 1, 2, 3, 4);
        loop.runFor(LATER_NS);
        assertThat(woken).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void shouldNotLeaveAFewPiecesUnused() {
        wake(3);
        assertThat(woken).as("too little for one of so many").isEmpty();
        loop.runFor(LATER_NS);
        assertThat(woken).containsExactly(0, 1, 2);
    }

    @Test
    void shouldWakeWhoHasGivenBackWhatIsKeptBackForIt() {
        shares.get(3).hold(Use.INTAKE, -pieceBytes);
        waiters.onReleased(all.get(3));
        loop.runFor(SOON_NS);
        assertThat(woken).containsExactly(3);
        waiters.onReleased(all.get(3));
        waiters.onReleased(all.get(2));
        loop.runFor(SOON_NS);
        assertThat(woken).as("who does not wait, or gets nothing").containsExactly(3);
    }

    @Test
    void shouldWakeWhomOnlyTheStockFailedHoweverLittleThereIs() {
        waiters.add(all.get(4), Use.RECEIVE, true);
        wake(0);
        assertThat(woken).containsExactly(4);
    }

    @Test
    void shouldLetOthersHaveWhatWasOfferedToOneThatIsGone() {
        wake(4);
        waiters.remove(all.get(0));
        waiters.remove(all.get(1));
        wake(4);
        assertThat(woken).containsExactly(0, 2);
    }

    @Test
    void shouldWakeWhoeverIsThereWhenMemoryHasChanged() {
        wake(4);
        all.forEach(waiters::wakeAnyway);
        loop.runFor(SOON_NS);
        assertThat(woken).containsExactly(0, 0, 1, 2, 3, 4, 5);
        wake(100);
        assertThat(woken).as("nobody waits any more").hasSize(CHANNELS + 1);
    }
}
