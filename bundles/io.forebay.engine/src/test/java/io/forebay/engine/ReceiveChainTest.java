/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.codec.CodecException;
import io.forebay.api.state.ChannelType;
import io.forebay.engine.RelayMemory.Account;
import io.forebay.engine.RelayMemory.Use;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records become what the far DRBD wrote, in order, whatever workers and codecs do. */
class ReceiveChainTest {

    private static final long SECOND = TwoSites.SECOND;
    private static final String WHO = "pretend (bundle a.vendor 1.2.3)";

    private final ReceiveRig rig = new ReceiveRig();
    private final Random random = new Random(20261121);

    @AfterEach
    void shouldHoldNothing() {
        rig.closeAndProveEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldKeepOrderWhenWorkersFinishInAnyOrder(long seed) {
        Random dice = new Random(seed);
        for (int record = 0; record < 1500; record++) {
            int pairs = 1 + dice.nextInt(dice.nextBoolean() ? 100 : ReceiveRig.BLOCK / 2);
            byte[] raw = ReceiveRig.block(dice, 2 * pairs);
            switch (dice.nextInt(6)) {
                case 0 -> rig.sendRaw(raw);
                case 1 -> rig.sendControl(RecordType.CONFIRM);
                case 2 -> rig.sendHistory(raw, dice.nextInt(20) == 0);
                default -> rig.sendCompressed(raw);
            }
            while (rig.account.heldBytes(Use.RECEIVE) > 8 * ReceiveRig.PIECE || dice.nextInt(3) == 0) {
                step(dice);
            }
        }
        rig.drain();
        assertThat(rig.violations).isEmpty();
        assertThat(rig.misdeeds).isEmpty();
        assertThat(rig.taken.toByteArray()).isEqualTo(rig.sent.toByteArray());
        assertThat(rig.chain.allDelivered()).isTrue();
    }

    private void step(Random dice) {
        assertThat(rig.violations).isEmpty();
        if (!rig.pending.isEmpty() && dice.nextBoolean()) {
            rig.work(dice);
        } else if (rig.socketBytes() > 0) {
            rig.take(1 + dice.nextInt(rig.socketBytes()));
        }
    }

    @Test
    void shouldKnowThatThePeerWaitsForAConfirmationOnceAllThatItHasSentSoIsDelivered() {
        rig.sendRaw(new byte[100]);
        rig.take(100);
        assertThat(rig.chain.isAwaited(0)).as("nothing awaited").isFalse();
        rig.sendAwaited(new byte[100]);
        rig.sendAwaited(new byte[100]);
        rig.take(199);
        assertThat(rig.chain.isAwaited(0)).as("one of two delivered").isFalse();
        rig.sendRaw(new byte[100]);
        rig.take(1);
        assertThat(rig.chain.isAwaited(0)).isTrue();
        assertThat(rig.chain.isAwaited(299)).as("the second not confirmed").isTrue();
        assertThat(rig.chain.isAwaited(300)).as("both confirmed").isFalse();
        rig.take(100);
        assertThat(rig.chain.isAwaited(300)).as("what follows can wait").isFalse();
    }

    @Test
    void shouldDecompressBlocksThatStandAloneSideBySide() {
        for (int block = 0; block < 10; block++) {
            rig.sendCompressed(ReceiveRig.block(random, ReceiveRig.BLOCK));
        }
        assertThat(rig.pending).hasSize(4); // 3 workers and 1 that waits
        rig.drain();
        assertThat(rig.taken.toByteArray()).isEqualTo(rig.sent.toByteArray());
        assertThat(rig.codec.made()).as("decompressors made").isEqualTo(1);
    }

    @Test
    void shouldDecompressBlocksWithAHistoryOneAfterTheOther() {
        for (int block = 0; block < 10; block++) {
            rig.sendHistory(ReceiveRig.block(random, ReceiveRig.BLOCK), false);
            assertThat(rig.pending).hasSize(1);
        }
        rig.drain();
        assertThat(rig.taken.toByteArray()).isEqualTo(rig.sent.toByteArray());
    }

    @Test
    void shouldGiveSmallBlocksThatWaitToAWorkerTogether() {
        for (int block = 0; block < 4; block++) {
            rig.sendCompressed(ReceiveRig.block(random, ReceiveRig.BLOCK));
        }
        for (int block = 0; block < 20; block++) {
            rig.sendCompressed(ReceiveRig.block(random, 100));
        }
        rig.workAll();
        rig.take(rig.socketBytes());
        assertThat(rig.pending).as("16 blocks, and 4").hasSize(2);
        rig.drain();
        assertThat(rig.taken.toByteArray()).isEqualTo(rig.sent.toByteArray());
    }

    @Test
    void shouldNotGiveRawBytesAndTheEndBeforeABlockThatIsBeingDecompressed() {
        rig.sendRaw(ReceiveRig.block(random, 10));
        rig.sendCompressed(ReceiveRig.block(random, 20));
        rig.sendRaw(ReceiveRig.block(random, 40));
        rig.sendControl(RecordType.CLOSE);
        assertThat(rig.socketBytes()).isEqualTo(10);
        assertThat(rig.ends).isZero();
        rig.workAll();
        assertThat(rig.socketBytes()).isEqualTo(70);
        assertThat(rig.ends).as("position of the end").isEqualTo(70);
        rig.drain();
        assertThat(rig.taken.toByteArray()).isEqualTo(rig.sent.toByteArray());
    }

    @Test
    void shouldKeepWaitingBlocksCompressedWhileDrbdTakesNothing() {
        for (int block = 0; block < 60; block++) {
            rig.sendCompressed(ReceiveRig.block(random, ReceiveRig.BLOCK / 2));
            rig.workAll();
        }
        assertThat(rig.socketBytes()).isBetween(ReceiveRig.PIECE, 4 * ReceiveRig.PIECE);
        assertThat(rig.account.heldBytes(Use.PLAIN)).isBetween(1L, 5L * ReceiveRig.PIECE);
        rig.drain();
        assertThat(rig.taken.toByteArray()).isEqualTo(rig.sent.toByteArray());
        assertThat(rig.account.heldBytes(Use.PLAIN)).isZero();
    }

    @Test
    void shouldMakeDoWithTheSegmentThatIsKeptBack() {
        Account other = rig.memory.open(ChannelType.DATA, rig.loop, () -> {});
        List<Piece> taken = new ArrayList<>();
        for (Piece piece = other.lease(Use.RECORD); piece != null; piece = other.lease(Use.RECORD)) {
            taken.add(piece);
        }
        for (int block = 0; block < 10; block++) {
            rig.sendCompressed(ReceiveRig.block(random, ReceiveRig.BLOCK));
            assertThat(rig.account.heldBytes(Use.PLAIN)).isEqualTo(ReceiveRig.PIECE);
        }
        rig.drain();
        assertThat(rig.taken.toByteArray()).isEqualTo(rig.sent.toByteArray());
        taken.forEach(other::release);
        other.close();
        rig.runLoop();
    }

    @Test
    void shouldReturnMemoryOnlyWhenNoWorkerIsAtIt() {
        for (int block = 0; block < 10; block++) {
            rig.sendCompressed(ReceiveRig.block(random, ReceiveRig.BLOCK));
        }
        rig.work(random);
        int before = rig.socketBytes();
        rig.chain.close();
        assertThat(rig.chain.isIdle()).isFalse();
        rig.take(before);
        while (!rig.pending.isEmpty()) {
            assertThat(rig.chain.isIdle()).isFalse();
            rig.progress = 0;
            rig.work(random);
        }
        assertThat(rig.chain.isIdle()).isTrue();
        assertThat(rig.progress).as("told of the last").isPositive();
        assertThat(rig.socketBytes()).as("delivered after the end").isZero();
    }

    @Test
    void shouldCloseDecompressorsOfACodecThatLeftWhileTheyWorked() {
        rig.sendCompressed(ReceiveRig.block(random, 100));
        rig.removeCodec();
        rig.workAll();
        assertThat(rig.codec.made()).isEqualTo(1);
        assertThat(rig.codec.open()).isZero();
        rig.sendCompressed(ReceiveRig.block(random, 100));
        assertThat(rig.violations).singleElement().asString().contains("no such codec here: number=1, name=pretend");
    }

    // ---- codecs that misbehave

    /** What a decompressor may do, and what is said of it. */
    private enum Misdeed {
        RUNTIME_EXCEPTION("threw java.lang.IllegalStateException: gone", (target, offset, length) -> {
            throw new IllegalStateException("gone");
        }),
        LINKAGE_ERROR("threw java.lang.NoClassDefFoundError: gone", (target, offset, length) -> {
            throw new NoClassDefFoundError("gone");
        }),
        EXCEPTION_THAT_THROWS(
                "threw %s$Nasty".formatted(ReceiveChainTest.class.getName()), (target, offset, length) -> {
                    throw new Nasty();
                }),
        WRITES_BEHIND(
                "wrote outside the room for a block",
                (target, offset, length) -> target.put(offset + length, (byte) 0)),
        WRITES_BEFORE(
                "wrote outside the room for a block", (target, offset, length) -> target.put(offset - 1, (byte) 0)),
        WRITES_BEHIND_AND_REFUSES("wrote outside the room for a block", (target, offset, length) -> {
            target.put(offset + length, (byte) 0);
            throw new CodecException("no block");
        });

        private final String words;
        private final PretendCodec.Deed deed;

        Misdeed(String words, PretendCodec.Deed deed) {
            this.words = words;
            this.deed = deed;
        }
    }

    private static final class Nasty extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("even this");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldNameACodecThatBreaksItsContractAndDeliverNothingOfIt(Misdeed misdeed) {
        rig.sendRaw(ReceiveRig.block(random, 6));
        rig.sendCompressed(ReceiveRig.block(random, 100));
        rig.workAll();
        rig.codec.deed = misdeed.deed;
        rig.sendCompressed(ReceiveRig.block(random, 200));
        rig.workAll();
        rig.codec.deed = PretendCodec.GOOD;
        rig.sendCompressed(ReceiveRig.block(random, 400));
        rig.drain();
        assertThat(rig.misdeeds).containsExactly(WHO + " " + misdeed.words);
        assertThat(rig.violations)
                .singleElement()
                .extracting(Unreadable::sentence)
                .isEqualTo("codec at fault here: block cannot be decompressed: position=106, stored=100, raw=200: "
                        + WHO + " " + misdeed.words);
        assertThat(rig.taken.size()).isEqualTo(106);
        assertThat(rig.codec.open()).as("the one that failed is closed").isZero();
    }

    @Test
    void shouldLeaveOpenWhoIsWrongIfABlockIsRefused() {
        rig.codec.deed = (target, offset, length) -> {
            throw new CodecException("no block of mine");
        };
        rig.sendCompressed(ReceiveRig.block(random, 200));
        rig.workAll();
        assertThat(rig.misdeeds).isEmpty();
        assertThat(rig.suspicions)
                .containsExactly(WHO + " could not decompress a block, or what the peer made was wrong");
        assertThat(rig.violations).singleElement().asString().contains(WHO, "no block of mine", "blame=EITHER");
        assertThat(rig.codec.open()).isZero();
    }

    @Test
    void shouldLeaveOpenWhoIsWrongIfABlockIsNotWhatItWas() {
        rig.codec.deed =
                (target, offset, length) -> target.put(offset + length - 1, (byte) ~target.get(offset + length - 1));
        rig.sendCompressed(ReceiveRig.block(random, 200));
        rig.workAll();
        assertThat(rig.misdeeds).isEmpty();
        assertThat(rig.suspicions)
                .containsExactly(WHO + " could not decompress a block, or what the peer made was wrong");
        assertThat(rig.violations).singleElement().asString().contains(WHO, "payload damaged", "blame=EITHER");
        assertThat(rig.codec.open()).isZero();
    }

    @Test
    void shouldNotMindADecompressorThatMovesPositions() {
        rig.codec.deed =
                (target, offset, length) -> target.limit(offset + length).position(offset + length);
        for (int block = 0; block < 10; block++) {
            rig.sendCompressed(ReceiveRig.block(random, 200));
        }
        rig.drain();
        assertThat(rig.violations).isEmpty();
        assertThat(rig.taken.toByteArray()).isEqualTo(rig.sent.toByteArray());
    }

    @Test
    void shouldNotMindADecompressorThatCannotBeClosed() {
        rig.sendHistory(ReceiveRig.block(random, 200), true);
        rig.sendHistory(ReceiveRig.block(random, 200), true);
        rig.codec.onClose = () -> {
            throw new IllegalStateException("cannot");
        };
        rig.sendCompressed(ReceiveRig.block(random, 200));
        rig.drain();
        assertThat(rig.violations).isEmpty();
        assertThat(rig.taken.toByteArray()).isEqualTo(rig.sent.toByteArray());
    }

    @Test
    void shouldEndWithACodecThatHangsButKeepItsMemoryUntilItIsBack() throws InterruptedException {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        rig.codec.deed = (target, offset, length) -> {
            hangs.countDown();
            awaitQuietly(released);
        };
        rig.sendCompressed(ReceiveRig.block(random, 200));
        rig.loop.runFor(5 * SECOND);
        assertThat(rig.misdeeds).as("while no worker has begun").isEmpty();
        Thread worker = new Thread(rig.pending.remove(0));
        worker.start();
        assertThat(hangs.await(30, TimeUnit.SECONDS)).isTrue();
        rig.loop.runFor(SECOND * 9 / 10);
        assertThat(rig.misdeeds).as("before 1 s").isEmpty();
        rig.loop.runFor(5 * SECOND);
        assertThat(rig.misdeeds).containsExactly(WHO + " did not decompress a block within 1 s");
        assertThat(rig.violations).singleElement().asString().contains(WHO, "position=0");
        assertThat(rig.chain.isIdle()).isFalse();
        released.countDown();
        worker.join();
        rig.runLoop();
        assertThat(rig.chain.isIdle()).isTrue();
        assertThat(rig.socketBytes()).isZero();
    }

    @Test
    void shouldLeaveToACodecThatIsGivenUpWhatItIsAtAndNothingElse() throws InterruptedException {
        rig.sendHistory(ReceiveRig.block(random, ReceiveRig.BLOCK), false);
        rig.drain();
        for (int i = 0; i < 20; i++) {
            rig.sendRaw(ReceiveRig.block(random, ReceiveRig.BLOCK));
        }
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        rig.codec.deed = (target, offset, length) -> {
            hangs.countDown();
            awaitQuietly(released);
        };
        rig.drain();
        rig.sendHistory(ReceiveRig.block(random, ReceiveRig.BLOCK), false);
        Thread worker = new Thread(rig.pending.remove(0));
        worker.start();
        assertThat(hangs.await(30, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 20; i++) {
            rig.sendRaw(ReceiveRig.block(random, ReceiveRig.BLOCK));
        }
        rig.loop.runFor(2 * SECOND);
        rig.chain.close();
        assertThat(rig.chain.isIdle()).isFalse();
        assertThat(rig.chain.busy()).extracting(PlugIn::toString).containsExactly(WHO);
        rig.chain.giveUp();
        assertThat(rig.chain.isIdle()).isTrue();
        assertThat(rig.memory.heldBytes()).isGreaterThan(4L * ReceiveRig.PIECE);
        rig.chain.clear();
        rig.chain.forget(rig.plugIn);
        rig.account.close();
        assertThat(rig.pending)
                .as("nobody closes a decompressor that is in use")
                .isEmpty();
        assertThat(rig.account.heldBytes(Use.RECEIVE) + rig.account.heldBytes(Use.PLAIN))
                .as("one piece to read from, one to write to")
                .isEqualTo(2L * ReceiveRig.PIECE);
        assertThat(rig.memory.heldBytes()).as("slices of one segment").isEqualTo(4L * ReceiveRig.PIECE);
        assertThat(rig.memory.vacate())
                .as("what is out keeps the memory from being exchanged")
                .isNull();
        released.countDown();
        worker.join();
        rig.runLoop();
        rig.workAll();
        assertThat(rig.memory.heldBytes()).isZero();
        rig.removeCodec();
        assertThat(rig.codec.open()).as("decompressors open").isZero();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
