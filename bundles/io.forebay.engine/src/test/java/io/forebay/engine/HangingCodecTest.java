/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Decompressor;
import io.forebay.bab.direct.DirectBabAllocator;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.codec.zstd.ZstdCodec;
import io.forebay.engine.PretendDrbd.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A codec's call that does not return: its channel ends all the same, and what the call is at is nobody else's until it does. */
@Timeout(120)
class HangingCodecTest {

    private static final long SEED = 20261127;
    private static final long SECOND = TwoSites.SECOND;
    private static final String GIVEN_UP =
            "; given up: zstd (bundle a.vendor 1.0.0) did not come back from a block, and keeps its memory until it does";

    private final Random random = new Random(SEED);
    private final TwoSites sites = new TwoSites(SEED, new HeapBabAllocator(), new DirectBabAllocator());
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile boolean hangs;
    private volatile boolean hung;

    @AfterEach
    void release() throws InterruptedException {
        released.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Waits until the thread has done it, or hangs: so one thread at a time is at work. */
    private void onThread(Runnable task) {
        hung = false;
        Thread thread = new Thread(task);
        threads.add(thread);
        thread.start();
        while (thread.isAlive() && !hung) {
            Thread.onSpinWait();
        }
    }

    private void hangIfTold() {
        if (hangs) {
            hung = true;
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** A codec whose calls hang when they are told to. */
    private Codec hanging(Codec codec) {
        return new Codec() {
            @Override
            public String name() {
                return codec.name();
            }

            @Override
            public CodecProfile profile(Map<String, String> options) {
                return new FaultyCodec(
                                codec,
                                (source, at, target, max, length) -> {
                                    hangIfTold();
                                    return length;
                                },
                                0)
                        .profile(options);
            }

            @Override
            public Decompressor decompressor(boolean history) {
                Decompressor inner = codec.decompressor(history);
                return new Decompressor() {
                    @Override
                    public void decompress(ByteBuffer from, int at, int length, ByteBuffer to, int toAt, int toLength)
                            throws CodecException {
                        hangIfTold();
                        inner.decompress(from, at, length, to, toAt, toLength);
                    }

                    @Override
                    public void close() {
                        inner.close();
                    }
                };
            }
        };
    }

    private Socket start(TwoSites.Site at, String codec) {
        sites.start(4 << 20, codec);
        at.engine.addCodec(new PlugIn<>(hanging(new ZstdCodec()), "zstd", "a.vendor 1.0.0", 99, 1, Map.of()));
        at.worker = this::onThread;
        Socket data = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("the far DRBD", () -> !sites.b.drbd.accepted().isEmpty());
        byte[] good = RelayingTest.writes(random, 10, 32 << 10);
        data.send(good);
        Socket far = sites.b.drbd.accepted().get(0);
        sites.await("delivery", () -> far.receivedBytes() == good.length + 8);
        return data;
    }

    private void assertStoppedWithAReason() {
        sites.await("the end of the channel", () -> sites.events.stream().anyMatch(one -> one.contains(GIVEN_UP)));
    }

    private void assertThatAllIsWellOnceItIsBack(TwoSites.Site at) throws InterruptedException {
        hangs = false;
        int before = sites.b.drbd.accepted().size();
        Socket again = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("another session", () -> sites.b.drbd.accepted().size() > before);
        byte[] more = RelayingTest.writes(random, 100, 32 << 10);
        again.send(more);
        Socket far = sites.b.drbd.accepted().get(before);
        sites.await("delivery", () -> far.receivedBytes() == more.length + 8);
        assertThat(far.received()).endsWith(more);
        again.close();
        sites.await(
                "its end",
                () -> at.status().channels().stream()
                        .noneMatch(one -> !one.drbdAddress().isEmpty()));
        sites.loop.runFor(20 * SECOND);
        assertThat(at.status().bab().heldBytes()).as("what hangs keeps").isPositive();
        release();
        sites.loop.runFor(SECOND);
        assertThat(at.status().bab().heldBytes()).as("what is back keeps").isZero();
        sites.closeAndProveEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"zstd level 1", "zstd level 1 long 20"})
    void shouldEndAChannelWhoseDecompressorHangs(String codec) throws InterruptedException {
        Socket data = start(sites.b, codec);
        hangs = true;
        data.send(RelayingTest.writes(random, 10, 32 << 10));
        sites.await("the end of the session", () -> data.closed);
        assertThat(sites.events)
                .anyMatch(one -> one.contains("codec at fault here: ") && one.contains("has been at it for 1 s"));
        assertStoppedWithAReason();
        assertThatAllIsWellOnceItIsBack(sites.b);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zstd level 1", "zstd level 1 long 20"})
    void shouldEndAChannelWhoseCompressorHangs(String codec) throws InterruptedException {
        Socket data = start(sites.a, codec);
        hangs = true;
        data.send(RelayingTest.writes(random, 10, 32 << 10));
        sites.loop.runFor(SECOND);
        data.close();
        assertStoppedWithAReason();
        assertThatAllIsWellOnceItIsBack(sites.a);
    }

    @Test
    void shouldTakeDownARelayThatHasMemoryWithACodecThatHangs() throws InterruptedException {
        Socket data = start(sites.b, "zstd level 1");
        hangs = true;
        data.send(RelayingTest.writes(random, 10, 32 << 10));
        assertStoppedWithAReason();
        sites.loop.execute(() -> sites.b.engine.remove("r0"));
        sites.loop.runFor(20 * SECOND);
        assertThat(sites.b.allocator.open()).as("memories open while it hangs").isOne();
        release();
        sites.closeAndProveEmpty();
    }
}
