/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PacketTypeTest {

    @ParameterizedTest
    @EnumSource
    void shouldFindEveryTypeByItsCommandSocketAndLength(PacketType type) {
        for (SocketType socket : SocketType.values()) {
            if (type.belongsOn(socket)) {
                assertThat(PacketType.of(type.command() & 0xFFFFF, socket, type.payloadBytesMin()))
                        .isEqualTo(type);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0x49,META,24,P_CONFIRM_STABLE",
        "0x49,DATA,8,P_BM_EXCHANGE_STATE",
        "0x50,DATA,52,P_OV_DAGTAG_REPLY",
        "0x50,META,0,P_UUID_ACK",
        "0x51,META,24,P_WRITE_ACK_IN_SYNC",
        "0x51,META,28,P_RS_WRITE116_ACK",
        "0x05,DATA,8,UNKNOWN",
        "0x25,DATA,0,UNKNOWN",
        "0x5A,DATA,0,UNKNOWN",
        "0x100,DATA,0,UNKNOWN",
        "0xFFF0,META,0,UNKNOWN",
    })
    void shouldTellTheMeaningsOfANumberApart(String command, SocketType socket, long bytes, PacketType type) {
        assertThat(PacketType.of(Integer.decode(command), socket, bytes)).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource({"97,0,DRBD_8_4", "101,15,DRBD_8_4", "118,15,DRBD_9", "118,31,DRBD_9", "124,1023,DRBD_9"})
    void shouldReadTheDialectFromFeatures(int protocolMax, int flags, Dialect dialect) {
        assertThat(Dialect.ofFeatures(protocolMax, flags)).isEqualTo(dialect);
    }

    @Test
    void shouldBoundBulkPacketsByTheScannersLimitOnly() {
        assertThat(PacketType.P_DATA.payloadBytesMax(5_000)).isEqualTo(5_000);
        assertThat(PacketType.P_WRITE_ACK.payloadBytesMax(5_000)).isEqualTo(24);
    }
}
