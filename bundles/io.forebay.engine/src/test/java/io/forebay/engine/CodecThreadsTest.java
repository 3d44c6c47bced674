/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecThreadsTest {

    private static final int COUNT = 2;

    private final CountDownLatch released = new CountDownLatch(1);
    private final CodecThreads threads = new CodecThreads("test-codec", COUNT);

    @AfterEach
    void close() {
        released.countDown();
        threads.close();
    }

    private void hang() {
        try {
            released.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(30, TimeUnit.SECONDS)).as("done within 30 s").isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, COUNT, 3 * COUNT})
    void shouldDoAllWorkWhateverHangs(int hanging) throws InterruptedException {
        int tasks = 1000;
        CountDownLatch done = new CountDownLatch(tasks);
        for (int i = 0; i < hanging; i++) {
            threads.execute(this::hang);
        }
        for (int i = 0; i < tasks; i++) {
            threads.execute(done::countDown);
        }
        await(done);
    }

    @Test
    void shouldNoticeWorkThatComesLongAfterThreadsHang() throws InterruptedException {
        for (int round = 0; round < 3; round++) {
            CountDownLatch hangs = new CountDownLatch(COUNT);
            for (int i = 0; i < COUNT; i++) {
                threads.execute(() -> {
                    hangs.countDown();
                    hang();
                });
            }
            await(hangs);
        }
    }

    @Test
    void shouldGoOnAfterATaskThatThrowsOrInterrupts() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(COUNT);
        AtomicBoolean interrupted = new AtomicBoolean();
        for (int i = 0; i < COUNT; i++) {
            threads.execute(() -> {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("meant");
            });
        }
        for (int i = 0; i < COUNT; i++) {
            threads.execute(() -> {
                interrupted.compareAndSet(false, Thread.currentThread().isInterrupted());
                done.countDown();
            });
        }
        await(done);
        assertThat(interrupted).isFalse();
    }

    @Test
    void shouldStillDoWhatComesAfterItWasClosed() throws InterruptedException {
        CountDownLatch before = new CountDownLatch(1);
        threads.execute(before::countDown);
        await(before);
        threads.close();
        CountDownLatch after = new CountDownLatch(10);
        for (int i = 0; i < 10; i++) {
            threads.execute(after::countDown);
        }
        await(after);
    }
}
