/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirstPacketTest {

    private static FirstPacket classify(byte[] bytes, int length) {
        byte[] guarded = new byte[length + 40];
        new Random(7).nextBytes(guarded);
        System.arraycopy(bytes, 0, guarded, 20, length);
        return FirstPacket.classify(ByteBuffer.wrap(guarded), 20, length);
    }

    private static String refusal(byte[] bytes, int length) {
        FirstPacket verdict = classify(bytes, length);
        assertThat(verdict).isInstanceOf(FirstPacket.Refused.class);
        return ((FirstPacket.Refused) verdict).sentence();
    }

    @ParameterizedTest
    @CsvSource({"T01,DATA,false,8", "T02,META,false,8", "T41,DATA,true,16"})
    void shouldAcceptAFirstPacketOnceAllOfItIsThereAndNotBefore(
            String vector, SocketType socket, boolean chunked, int bytes) {
        byte[] stream = Vectors.stream(vector + " T03");
        for (int have = 0; have < bytes; have++) {
            assertThat(classify(stream, have)).as("%d bytes", have).isEqualTo(new FirstPacket.Incomplete());
        }
        FirstPacket accepted = new FirstPacket.Accepted(socket, chunked, bytes);
        assertThat(classify(stream, bytes)).isEqualTo(accepted);
        assertThat(classify(stream, stream.length)).isEqualTo(accepted);
    }

    @Test
    void shouldAcceptTheMetaSocketOfLbTcp() {
        byte[] stream = Vectors.join(Vectors.hex("00 00 00 00 00 00 00 08"), Vectors.of("T02"));
        assertThat(classify(stream, 16)).isEqualTo(new FirstPacket.Accepted(SocketType.META, true, 16));
    }

    @Test
    void shouldAcceptAFirstPacketWithHeader100() {
        byte[] stream = Vectors.hex("86 20 EC 20 00 00 FF F2 00 00 00 00 00 00 00 00");
        assertThat(classify(stream, 15)).isEqualTo(new FirstPacket.Incomplete());
        assertThat(classify(stream, 16)).isEqualTo(new FirstPacket.Accepted(SocketType.DATA, false, 16));
    }

    @ParameterizedTest
    @CsvSource({
        "N1,1,the text \"GET / HT\"",
        "N2,1,TLS instead of DRBD's first packet",
        "N3,6,the DRBD packet P_CONNECTION_FEATURES",
        "N4,8,from the middle of a session",
        "N5,4,the wrong magic 0x83740268",
        "N6,8,with length 1",
    })
    void shouldRefuseWhatIsNotAFirstPacketAsSoonAsItsBytesTell(String vector, int decisive, String sentence) {
        byte[] bytes = Vectors.of(vector);
        assertThat(refusal(bytes, bytes.length)).contains(sentence).endsWith(".");
        assertThat(classify(bytes, decisive - 1)).isEqualTo(new FirstPacket.Incomplete());
        assertThat(classify(bytes, decisive)).isInstanceOf(FirstPacket.Refused.class);
    }

    @Test
    void shouldRefuseALargePacketOfOldDrbdInMidStream() {
        assertThat(refusal(Vectors.of("T29"), 2)).contains("from the middle of a session (83 5A)");
    }

    @Test
    void shouldNameACommandItDoesNotKnow() {
        assertThat(refusal(Vectors.hex("83 74 02 67 02 22"), 6)).contains("the DRBD packet 0x222");
    }

    @Test
    void shouldRefuseZerosBecauseTheyAreNoChunk() {
        assertThat(classify(new byte[16], 7)).isEqualTo(new FirstPacket.Incomplete());
        assertThat(refusal(new byte[16], 8)).contains("lb-tcp").contains("00 00 00 00 00 00 00 00");
    }

    @Test
    void shouldRefuseAChunkThatHoldsSomethingElse() {
        byte[] stream = Vectors.join(Vectors.hex("00 00 00 00 00 00 00 08"), Vectors.of("T10"));
        assertThat(refusal(stream, 16)).contains("from the middle of a session");
    }

    @Test
    void shouldEscapeTextThatIsNotPrintable() {
        assertThat(refusal(Vectors.hex("53 53 48 0D 0A 22 FF"), 7)).contains("\"SSH\\x0D\\x0A\\\"\\xFF\"");
    }

    @Test
    void shouldSayWhatCameWhenTooLittleCameOrTheStreamEnded() {
        assertThat(FirstPacket.late(3, 2000).sentence()).contains("within 2000 ms (3 bytes came)");
        assertThat(FirstPacket.ended(5).sentence()).contains("only 5 bytes of DRBD's first packet");
    }

    @Test
    void shouldAcceptNothingElseAmongRandomBytes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] bytes = new byte[16];
        for (int round = 0; round < 50_000; round++) {
            random.nextBytes(bytes);
            if (round % 2 == 0) {
                System.arraycopy(Vectors.of("T01"), 0, bytes, 0, 1 + random.nextInt(6));
            }
            FirstPacket verdict = classify(bytes, random.nextInt(17));
            if (verdict instanceof FirstPacket.Accepted) {
                assertThat(bytes).as("seed %d", seed).startsWith(0x83, 0x74, 0x02, 0x67, 0xFF);
                assertThat(bytes[6] | bytes[7]).as("seed %d", seed).isZero();
            }
        }
    }
}
