/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.api.relay.DialMode;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelType;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Records and hellos byte by byte; the vectors are those of docs/wire-protocol.md. */
class RecordLayoutTest {

    /** DATA, position 8, the 16 bytes of a ping of DRBD 8.4, raw. */
    private static final String PING_RECORD =
            "464241590104000000000010000000100000000000000008faa455963ee531c98620ec20000000130000000000000000";

    private static final byte[] PING = HexFormat.of().parseHex("8620ec20000000130000000000000000");

    private final CRC32C crc = new CRC32C();

    private ByteBuffer record(
            RecordType type, int codec, int flags, byte[] stored, int raw, long position, byte[] plain) {
        ByteBuffer bytes = ByteBuffer.allocate(RecordLayout.HEADER_BYTES + stored.length);
        bytes.put(RecordLayout.HEADER_BYTES, stored);
        int payloadCrc = RecordLayout.crc(ByteBuffer.wrap(plain), 0, plain.length, crc);
        RecordLayout.writeHeader(bytes, 0, type, codec, flags, stored.length, raw, position, payloadCrc, crc);
        return bytes;
    }

    @Test
    void shouldWriteTheDocumentedVectors() {
        ByteBuffer bytes = record(RecordType.DATA, 0, 0, PING, PING.length, 8, PING);
        assertThat(HexFormat.of().formatHex(bytes.array())).isEqualTo(PING_RECORD);
        byte[] answerWanted = {Payloads.PING_ANSWER};
        ByteBuffer heartbeat = record(RecordType.PING, 0, 0, answerWanted, 1, 1_000_000_000, answerWanted);
        assertThat(HexFormat.of().formatHex(heartbeat.array()))
                .isEqualTo("46424159010a00000000000100000001000000003b9aca00a016d052503eb35c01");
    }

    @Test
    void shouldFindEveryFlippedBitOfAHeaderAndOfAPayload() throws PeerViolation {
        byte[] good = HexFormat.of().parseHex(PING_RECORD);
        RecordLayout.check(ByteBuffer.wrap(good), 0, 1024, crc);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            ByteBuffer bytes = ByteBuffer.wrap(bad);
            int flipped = bit;
            assertThatThrownBy(() -> {
                        RecordLayout.check(bytes, 0, 1024, crc);
                        RecordLayout.checkPayload(bytes, 0, bytes, RecordLayout.HEADER_BYTES, crc);
                    })
                    .as("bit %d", flipped)
                    .isInstanceOf(PeerViolation.class);
        }
    }

    @Test
    void shouldRefuseWhatIsLargerThanTheLimit() {
        byte[] big = new byte[2048];
        assertThatThrownBy(() -> RecordLayout.check(record(RecordType.DATA, 0, 0, big, 2048, 0, big), 0, 2047, crc))
                .hasMessage("record too large: type=DATA, stored=2048, raw=2048 (expected: at most 2047)");
        byte[] control = new byte[RecordLayout.CONTROL_BYTES_MAX + 1];
        assertThatThrownBy(() -> RecordLayout.check(
                        record(RecordType.CLOSE, 0, 0, control, control.length, 0, control), 0, 1 << 20, crc))
                .hasMessageStartingWith("record too large: type=CLOSE");
        assertThatThrownBy(() -> RecordLayout.check(
                        record(RecordType.DATA, 1, 0, new byte[8], Integer.MAX_VALUE, 0, new byte[0]), 0, 1 << 20, crc))
                .hasMessageStartingWith("record too large");
        assertThatThrownBy(() -> RecordLayout.check(
                        record(RecordType.DATA, 1, 0, new byte[8], -1, 0, new byte[0]), 0, 1 << 20, crc))
                .hasMessageStartingWith("record too large");
    }

    @Test
    void shouldRefuseLengthsCodecsAndFlagsThatContradictTheType() {
        byte[] eight = new byte[8];
        assertThatThrownBy(() -> RecordLayout.check(record(RecordType.DATA, 0, 0, eight, 9, 0, eight), 0, 1024, crc))
                .hasMessageStartingWith("record lengths contradict each other");
        assertThatThrownBy(
                        () -> RecordLayout.check(record(RecordType.DATA, 1, 0, new byte[0], 9, 0, eight), 0, 1024, crc))
                .hasMessageStartingWith("record lengths contradict each other");
        assertThatThrownBy(() -> RecordLayout.check(record(RecordType.CLOSE, 1, 0, eight, 8, 0, eight), 0, 1024, crc))
                .hasMessageStartingWith("record with a codec or flag");
        assertThatThrownBy(() -> RecordLayout.check(record(RecordType.DATA, 0, 1, eight, 8, 0, eight), 0, 1024, crc))
                .hasMessageStartingWith("record with a codec or flag");
        assertThatThrownBy(() -> RecordLayout.check(record(RecordType.DATA, 1, 8, eight, 8, 0, eight), 0, 1024, crc))
                .hasMessageStartingWith("record with a codec or flag");
        assertThatThrownBy(() -> RecordLayout.check(record(RecordType.CLOSE, 0, 4, eight, 8, 0, eight), 0, 1024, crc))
                .hasMessageStartingWith("record with a codec or flag");
    }

    @Test
    void shouldTakeThatARecordIsAwaitedWithAndWithoutACodec() throws PeerViolation {
        byte[] eight = new byte[8];
        for (int codec = 0; codec <= 1; codec++) {
            ByteBuffer awaited = record(RecordType.DATA, codec, RecordLayout.FLAG_AWAITED, eight, 8, 0, eight);
            RecordLayout.check(awaited, 0, 1024, crc);
            assertThat(RecordLayout.isAwaited(awaited, 0)).isTrue();
            assertThat(RecordLayout.history(awaited, 0)).isFalse();
            ByteBuffer other = record(RecordType.DATA, codec, 0, eight, 8, 0, eight);
            assertThat(RecordLayout.isAwaited(other, 0)).isFalse();
        }
    }

    @Test
    void shouldReadTheHelloItWrote() throws PeerViolation {
        Hello hello = hello();
        ByteBuffer bytes = Payloads.hello(hello);
        assertThat(Hello.read(bytes)).isEqualTo(hello);
    }

    @Test
    void shouldNeverReadBeyondATruncatedOrDamagedHello() {
        long seed = 7;
        Random random = new Random(seed);
        ByteBuffer good = Payloads.hello(hello());
        for (int length = 0; length < good.limit(); length++) {
            ByteBuffer cut = good.duplicate().limit(length);
            assertThatThrownBy(() -> Hello.read(cut)).as("length %d", length).isInstanceOf(PeerViolation.class);
        }
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = new byte[good.limit()];
            good.get(0, bad);
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            try {
                Hello.read(ByteBuffer.wrap(bad));
            } catch (PeerViolation expected) {
                assertThat(expected.getMessage()).as("seed %d", seed).isNotBlank();
            }
        }
    }

    private static Hello hello() {
        return new Hello(
                0,
                new UUID(1, 2),
                ChannelRole.CONNECTOR,
                ChannelType.META,
                DialMode.OUTBOUND,
                0,
                2,
                4,
                3,
                4,
                2048,
                32 << 10,
                "r0",
                "alpha",
                "bravo",
                "10.0.0.1:7789",
                "10.0.0.2:7788",
                List.of("zstd", "lz4", "zlib"));
    }
}
