/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.drbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A receiver that lets a broken stream pass would prove nothing about the relay in between. */
@Timeout(30)
class StandInReceiverTest {
    private static final long PATIENCE_NS = 20_000_000_000L;
    private static final int DEVICE_BYTES = 8192;

    private StandInPeer sender;
    private StandInReceiver receiver;
    private CompletableFuture<Long> receiving;

    private final List<Long> positions = new CopyOnWriteArrayList<>();

    @BeforeEach
    void connect() throws IOException {
        List<InetSocketAddress> free = free();
        InetSocketAddress a = free.get(0);
        InetSocketAddress b = free.get(1);
        sender = new StandInPeer(new StandInPeer.Addresses(a, b), DrbdCommand.INITIAL_DATA, 0);
        receiver = new StandInReceiver(
                new StandInPeer(new StandInPeer.Addresses(b, a), DrbdCommand.INITIAL_META, 0),
                (position, blockId, block) -> positions.add(position),
                new LatencyHistogram());
        receiving = CompletableFuture.supplyAsync(() -> {
            try {
                return receiver.run(DEVICE_BYTES, PATIENCE_NS, () -> {});
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
        assertThat(sender.connect(DrbdPacket.ROLE_PRIMARY, DEVICE_BYTES, PATIENCE_NS))
                .isEqualTo(DEVICE_BYTES);
    }

    private static List<InetSocketAddress> free() throws IOException {
        try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return List.of((InetSocketAddress) first.getLocalSocketAddress(), (InetSocketAddress)
                    second.getLocalSocketAddress());
        }
    }

    @AfterEach
    void close() {
        sender.close();
        receiver.close();
    }

    @Test
    void shouldTakeWritesUpToTheLastSector() throws IOException {
        write(15, 1, 512);
        sender.data().send(to -> DrbdPacket.barrier(to, 1));
        sender.data().send(DrbdPacket::disconnectRequest);
        sender.data().finish();
        sender.meta().finish();
        assertThat(receiving.join()).isEqualTo(512);
        assertThat(positions).containsExactly(15L * 512);
    }

    @Test
    void shouldRefuseAWriteBeyondTheDevice() throws IOException {
        write(15, 1, 1024);
        assertRefusal("beyond the device: sector=15");
    }

    @Test
    void shouldRefuseAWriteOutOfOrder() throws IOException {
        write(0, 2, 512);
        assertRefusal("out of order: sequence=2 (expected: 1)");
    }

    @Test
    void shouldRefuseAWriteOfHalfASector() throws IOException {
        write(0, 1, 256);
        assertRefusal("wrong length: blockBytes=256");
    }

    @Test
    void shouldRefuseAWrongMagic() throws IOException {
        spoiled(0, 0x8620EC21);
        assertRefusal("framing broken: value=0x8620ec21");
    }

    @Test
    void shouldRefuseAnotherVolume() throws IOException {
        spoiled(4, 0x0001_0003);
        assertRefusal("expected: volume 0");
    }

    @Test
    void shouldRefuseAnUnknownCommand() throws IOException {
        spoiled(4, 0x0000_0222);
        assertRefusal("value=0x222");
    }

    @Test
    void shouldRefuseAWrongLength() throws IOException {
        spoiled(8, 7);
        assertRefusal("expected: the length of BARRIER");
    }

    @Test
    void shouldRefusePaddingThatIsNotZero() throws IOException {
        spoiled(12, 1);
        assertRefusal("expected: zero padding");
    }

    @Test
    void shouldRefuseAPacketOfTheMetaSocket() throws IOException {
        sender.data().send(DrbdPacket::ping);
        assertRefusal("command=PING");
    }

    @Test
    void shouldRefuseAnEndWithoutDisconnect() throws IOException {
        write(0, 1, 512);
        sender.data().finish();
        assertRefusal("ended early: writtenBytes=512");
    }

    @Test
    void shouldRefuseADisconnectInsideAnEpoch() throws IOException {
        write(0, 1, 512);
        sender.data().send(DrbdPacket::disconnectRequest);
        sender.data().finish();
        assertRefusal("open epoch: writes=1");
    }

    private void write(long sector, int sequence, int blockBytes) throws IOException {
        byte[] packet = new byte[DrbdPacket.HEADER_100_BYTES + DrbdPacket.DATA_SUB_HEADER_BYTES + blockBytes];
        DrbdPacket.data(ByteBuffer.wrap(packet), sector, 1, sequence, blockBytes);
        sender.data().send(packet, packet.length);
    }

    private void spoiled(int offset, int value) throws IOException {
        Consumer<ByteBuffer> barrier = to -> {
            DrbdPacket.barrier(to, 1);
            to.putInt(offset, value);
        };
        sender.data().send(barrier);
    }

    private void assertRefusal(String sentence) {
        assertThatThrownBy(() -> receiving.join())
                .hasCauseInstanceOf(IOException.class)
                .hasMessageContaining(sentence);
    }
}
