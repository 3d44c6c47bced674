/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.state.TransitionTable;
import io.forebay.testkit.TrackingAllocator;
import io.forebay.transport.NettyTransport;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RehearsalTest {

    private static final int DEADLINE_S = 30;

    private final NettyTransport transport = new NettyTransport(2, true);
    private final ExecutorService workers = Executors.newFixedThreadPool(2);
    private final ExecutorService blocking = Executors.newCachedThreadPool();
    private final TrackingAllocator allocator = new TrackingAllocator(new HeapBabAllocator());

    @AfterEach
    void stop() {
        transport.stop();
        workers.shutdown();
        blocking.shutdown();
    }

    private Rehearsal rehearsalWith(BabAllocator memory) {
        return new Rehearsal(
                transport,
                new TransitionTable(),
                RealSurroundings.of(workers, blocking),
                PlugIn.plain(memory.name(), memory));
    }

    @Test
    void shouldRelayAllItsConnectionsAndHoldNothingAfterwards() throws Exception {
        Rehearsal rehearsal = rehearsalWith(allocator);
        rehearsal.run();

        assertThat(rehearsal.connections()).isEqualTo(Rehearsal.CONNECTIONS);
        rehearsal.end().get(DEADLINE_S, TimeUnit.SECONDS);
        assertThat(allocator.open()).isZero();
    }

    @Test
    void shouldLetGoOfItsMemoryWhenItIsEndedAtWork() throws Exception {
        CountDownLatch atWork = new CountDownLatch(2);
        List<String> owners = new CopyOnWriteArrayList<>();
        BabAllocator telling = new BabAllocator() {
            @Override
            public String name() {
                return allocator.name();
            }

            @Override
            public BabMemory open(String owner, long limitBytes, int segmentBytes) throws BabException {
                owners.add(owner);
                atWork.countDown();
                return allocator.open(owner, limitBytes, segmentBytes);
            }
        };
        Rehearsal rehearsal = rehearsalWith(telling);
        Thread thread = new Thread(rehearsal);
        thread.start();
        assertThat(atWork.await(DEADLINE_S, TimeUnit.SECONDS)).isTrue();
        rehearsal.end().get(DEADLINE_S, TimeUnit.SECONDS);
        thread.join(TimeUnit.SECONDS.toMillis(DEADLINE_S));

        assertThat(thread.isAlive()).isFalse();
        assertThat(owners).containsExactlyInAnyOrder("near", "far");
        assertThat(allocator.open()).isZero();
        assertThat(rehearsal.connections()).isLessThan(Rehearsal.CONNECTIONS);
    }

    @Test
    void shouldGiveUpWithoutMemory() {
        Rehearsal rehearsal = rehearsalWith(new FaultlessRefusal());
        rehearsal.run();

        assertThat(rehearsal.connections()).isZero();
        assertThat(rehearsal.end()).isCompleted();
    }

    private static final class FaultlessRefusal implements BabAllocator {
        @Override
        public String name() {
            return "none left";
        }

        @Override
        public BabMemory open(String owner, long limitBytes, int segmentBytes) throws BabException {
            throw new BabException("there is no memory: close something");
        }
    }
}
