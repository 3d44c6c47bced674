/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.drbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Against bytes that were put together from the protocol's description, not from this code. */
class DrbdPacketTest {
    private static final String HEADER_100 = "8620ec200000";

    @Test
    void shouldStartWithTheFirstPacketsOfDrbd() {
        assertThat(hex(to -> DrbdPacket.initial(to, DrbdCommand.INITIAL_DATA))).isEqualTo("83740267fff20000");
        assertThat(hex(to -> DrbdPacket.initial(to, DrbdCommand.INITIAL_META))).isEqualTo("83740267fff10000");
    }

    @Test
    void shouldOfferTheFeaturesOfDrbd84() {
        assertThat(hex(DrbdPacket::features)).isEqualTo("83740267fffe0048000000560000000f00000065" + "00".repeat(60));
    }

    @Test
    void shouldReportParametersAsDrbd84Does() {
        assertThat(hex(DrbdPacket::protocolA))
                .isEqualTo(HEADER_100 + "000b0000001900000000" + "00000001" + "00".repeat(21));
        assertThat(hex(DrbdPacket::syncParam))
                .isEqualTo(HEADER_100 + "00230000009400000000" + "000000fa" + "00".repeat(128)
                        + "000000140000000a0000006400019000");
        assertThat(hex(to -> DrbdPacket.sizes(to, 1L << 30)))
                .isEqualTo(HEADER_100 + "000d0000003800000000" + "0000000000200000" + "0000000000000000"
                        + "0000000000200000" + "0010000000000000" + "00001000000002000000000000001000"
                        + "0000000100000000");
        assertThat(hex(DrbdPacket::uuids))
                .isEqualTo(HEADER_100 + "000c0000003000000000" + "1111111111111110" + "00".repeat(40));
    }

    @Test
    void shouldPackStates() {
        assertThat(hex(to -> DrbdPacket.stateReporting(to, DrbdPacket.ROLE_SECONDARY)))
                .isEqualTo(HEADER_100 + "000e00000004000000000000d092");
        assertThat(hex(to -> DrbdPacket.stateConnected(to, DrbdPacket.ROLE_SECONDARY, DrbdPacket.ROLE_SECONDARY)))
                .isEqualTo(HEADER_100 + "000e0000000400000000000110aa");
        assertThat(DrbdPacket.isConnected(0x000110AA)).isTrue();
        assertThat(DrbdPacket.isConnected(0x0000D092)).isFalse();
    }

    @Test
    void shouldPutWritesAndEpochs() {
        assertThat(hex(to -> DrbdPacket.data(to, 2048, 0x1122334455667788L, 3, 4096)))
                .isEqualTo(HEADER_100 + "0000000010180000000000000000000008001122334455667788" + "0000000300000000");
        assertThat(hex(to -> DrbdPacket.barrierAck(to, Integer.reverseBytes(7), 1)))
                .endsWith(nativeOrderIsLittle() ? "0000000700000001" : "0700000000000001");
        assertThat(hex(to -> DrbdPacket.barrier(to, 7)))
                .isEqualTo(HEADER_100 + "00030000000800000000" + (nativeOrderIsLittle() ? "07000000" : "00000007")
                        + "00000000");
    }

    @Test
    void shouldPutPingsAndTheDisconnect() {
        assertThat(hex(DrbdPacket::ping)).isEqualTo(HEADER_100 + "00130000000000000000");
        assertThat(hex(DrbdPacket::pingAck)).isEqualTo(HEADER_100 + "00140000000000000000");
        assertThat(hex(DrbdPacket::disconnectRequest))
                .isEqualTo(HEADER_100 + "002a0000000800000000" + "000001f000000010");
        assertThat(hex(DrbdPacket::disconnectReply)).isEqualTo(HEADER_100 + "002b0000000400000000" + "00000001");
    }

    private static boolean nativeOrderIsLittle() {
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    }

    private static String hex(Consumer<ByteBuffer> put) {
        ByteBuffer buffer = ByteBuffer.allocate(256);
        put.accept(buffer);
        return HexFormat.of().formatHex(buffer.array(), 0, buffer.position());
    }
}
