/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FrameScannerTest {
    private static final String S1 = "T01 T03 T15 T17 T18 T20 T21 T22";
    private static final String S5 = "T01 T04 T13 T14 T16 T24 T17 T19 T23";
    /** The packets of vectors that stop after the sub-header, and how much data follows them. */
    private static final Map<String, Integer> DATA_BYTES = Map.of("T28", 512, "T29", 65536, "T30", 4096, "T35", 32768);

    /** All packets of the vectors, with bodies, as streams by socket. */
    private record Case(String name, SocketType socket, byte[] stream, int packets) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static byte[] withData(String vector, byte fill) {
        byte[] data = new byte[DATA_BYTES.getOrDefault(vector, 0)];
        java.util.Arrays.fill(data, fill);
        return Vectors.join(Vectors.of(vector), data);
    }

    static Stream<Arguments> cases() {
        byte[] lots = Vectors.join(
                Vectors.stream(S5),
                withData("T28", (byte) 0x86),
                withData("T29", (byte) 0x83),
                withData("T30", (byte) 0),
                withData("T35", (byte) -1),
                Vectors.stream("T26 T27 T32 T34 T36 T37 T38 T40"));
        byte[] meta = Vectors.stream("T02 T08 T09 T10 T11 T12 T25 T31 T33 T39 T06");
        return Stream.of(
                        new Case("S1", SocketType.DATA, Vectors.stream(S1), 8),
                        new Case("S2", SocketType.DATA, Vectors.stream(S1.substring(4)), 7),
                        new Case("S3", SocketType.META, Vectors.stream("T02 T10"), 2),
                        new Case("S4", SocketType.META, Vectors.stream("T02 T08 T11"), 3),
                        new Case("S5", SocketType.DATA, Vectors.stream(S5), 9),
                        new Case("S6 data", SocketType.DATA, Vectors.stream("T01 T05 T07"), 3),
                        new Case("S6 meta", SocketType.META, Vectors.stream("T02 T06"), 2),
                        new Case("S8", SocketType.DATA, magics(), 2),
                        new Case("all data", SocketType.DATA, lots, 21),
                        new Case("all meta", SocketType.META, meta, 11))
                .map(Arguments::of);
    }

    private static byte[] magics() {
        byte[] data = new byte[4096];
        for (int i = 0; i < data.length; i += 8) {
            System.arraycopy(Vectors.hex("86 20 EC 20 83 74 02 67"), 0, data, i, 8);
        }
        return Vectors.join(Vectors.of("T30"), data, Vectors.of("T37"));
    }

    /** All that a scanner may answer, for comparison; told packets with the head they came with. */
    private record Outcome(
            List<PacketCount> counts,
            long bytes,
            OpaqueReason opaque,
            long chunks,
            long warnings,
            long resynced,
            List<String> told,
            boolean between) {}

    private static final class Recorder implements PacketListener {
        final List<String> told = new ArrayList<>();

        @Override
        public void onPacket(PacketType type, int volume, long payloadBytes, ByteBuffer head) {
            told.add(type + "/" + volume + "/" + payloadBytes + "/" + BigEndian.hex(head, 0, head.limit()));
        }

        @Override
        public void onOpaque(OpaqueReason reason, String sentence) {
            told.add(reason.label());
        }
    }

    private static Outcome scan(SocketType socket, boolean fromDialler, byte[] stream, int piece, Random random) {
        Recorder recorder = new Recorder();
        FrameScanner scanner = new FrameScanner(socket, fromDialler, FrameScanner.BULK_BYTES_MAX_DEFAULT, recorder);
        for (int at = 0; at < stream.length; ) {
            int size = Math.min(stream.length - at, piece > 0 ? piece : random.nextInt(70));
            Vectors.feed(scanner, stream, at, size, random);
            at += size;
        }
        return new Outcome(
                scanner.counts(),
                scanner.bytes(),
                scanner.opaque(),
                scanner.chunks(),
                scanner.warnings(),
                scanner.resyncedBytes(),
                recorder.told,
                scanner.isBetweenPackets());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldCountEveryPacketAndByte(Case each) {
        Outcome outcome = scan(each.socket, true, each.stream, each.stream.length, new Random(1));
        assertThat(outcome.opaque).isEqualTo(OpaqueReason.NONE);
        assertThat(outcome.warnings).isZero();
        assertThat(outcome.bytes).isEqualTo(each.stream.length);
        assertThat(outcome.counts.stream().mapToLong(PacketCount::packets).sum())
                .isEqualTo(each.packets);
        assertThat(outcome.counts.stream().mapToLong(PacketCount::bytes).sum()).isEqualTo(each.stream.length);
        assertThat(outcome.between).isTrue();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldCountTheSameHoweverTheStreamIsCut(Case each) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Outcome whole = scan(each.socket, true, each.stream, each.stream.length, random);
        for (int piece : new int[] {1, 7, 8, 15, 16, 17, 4096}) {
            assertThat(scan(each.socket, true, each.stream, piece, random))
                    .as("piece %d", piece)
                    .isEqualTo(whole);
        }
        for (int round = 0; round < 20; round++) {
            assertThat(scan(each.socket, true, each.stream, 0, random))
                    .as("seed %d", seed)
                    .isEqualTo(whole);
        }
    }

    @Test
    void shouldCountTheSameWhereverAHandshakeIsCutInTwo() {
        byte[] stream = Vectors.stream(S1);
        Outcome whole = scan(SocketType.DATA, true, stream, stream.length, new Random(1));
        for (int cut = 1; cut < stream.length; cut++) {
            FrameScanner scanner = new FrameScanner(SocketType.DATA, true);
            Vectors.feed(scanner, stream, 0, cut, new Random(cut));
            Vectors.feed(scanner, stream, cut, stream.length - cut, new Random(cut));
            assertThat(scanner.counts()).as("cut at %d", cut).isEqualTo(whole.counts);
        }
    }

    @Test
    void shouldHaveTheSizesOfTheKnownStreams() {
        assertThat(Vectors.stream(S1)).hasSize(445);
        assertThat(Vectors.stream(S5)).hasSize(557);
        FrameScanner scanner = new FrameScanner(SocketType.DATA, true);
        Vectors.feed(scanner, S1);
        assertThat(scanner.counts())
                .contains(
                        new PacketCount(PacketType.P_STATE, 2, 40),
                        new PacketCount(PacketType.P_INITIAL_DATA, 1, 8),
                        new PacketCount(PacketType.P_CONNECTION_FEATURES, 1, 80));
    }

    @Test
    void shouldCountResyncedBytesWithoutTheDigest() {
        FrameScanner data = new FrameScanner(SocketType.DATA, false);
        Vectors.feed(data, withData("T35", (byte) 1));
        Vectors.feed(data, Vectors.hex("86 20 EC 20 00 00 00 02 00 00 02 2C 00 00 00 00"));
        Vectors.feed(data, new byte[0x22C]);
        Vectors.feed(
                data,
                Vectors.hex("86 20 EC 20 00 00 00 33 00 00 00 10 00 00 00 00"
                        + "00 00 00 00 00 00 00 08 00 01 00 00 00 00 00 00"));
        assertThat(data.resyncedBytes()).isEqualTo(32768 + 512 + 65536);
        FrameScanner meta = new FrameScanner(SocketType.META, false);
        byte[] inSync = Vectors.of("T31");
        inSync[7] = 0x22;
        Vectors.feed(meta, inSync);
        assertThat(meta.resyncedBytes()).isEqualTo(4096);
    }

    @Test
    void shouldTellOnlyTheFirstOfARunOfEachVolume() {
        Recorder recorder = new Recorder();
        FrameScanner scanner = new FrameScanner(SocketType.DATA, false, 1 << 20, recorder);
        byte[] other = Vectors.of("T34");
        other[5] = 1;
        for (int i = 0; i < 5; i++) {
            Vectors.feed(scanner, Vectors.of("T34"));
            Vectors.feed(scanner, other);
        }
        assertThat(recorder.told).containsExactly("P_RS_DATA_REQUEST/0/24/", "P_RS_DATA_REQUEST/1/24/");
        Vectors.feed(scanner, "T22 T34");
        assertThat(recorder.told).hasSize(4);
        assertThat(scanner.packets(PacketType.P_RS_DATA_REQUEST)).isEqualTo(11);
    }

    @Test
    void shouldBecomeOpaqueButNotFailWhenTlsFollowsTheFirstPacket() {
        byte[] stream = Vectors.stream("T01 TLS");
        for (int piece : new int[] {1, 7, 8, 9, 19}) {
            Outcome outcome = scan(SocketType.DATA, true, stream, piece, new Random(1));
            assertThat(outcome.opaque).isEqualTo(OpaqueReason.TLS);
            assertThat(outcome.bytes).isEqualTo(19);
            assertThat(outcome.counts).containsExactly(new PacketCount(PacketType.P_INITIAL_DATA, 1, 8));
        }
        assertThat(scan(SocketType.DATA, false, Vectors.of("TLS"), 1, new Random(1)).opaque)
                .isEqualTo(OpaqueReason.TLS);
        assertThat(scan(SocketType.DATA, true, Vectors.stream("T01 T03 TLS"), 1, new Random(1)).opaque)
                .isEqualTo(OpaqueReason.ERROR);
    }

    @Test
    void shouldFollowTheChunksOfLbTcp() {
        byte[] stream =
                Vectors.join(Vectors.stream("T41 T42"), new byte[72], Vectors.hex("00 00 00 02 00 00 00 03 AA BB CC"));
        for (int piece : new int[] {1, 7, 8, 15, 16, 17, 4096}) {
            Outcome outcome = scan(SocketType.DATA, true, stream, piece, new Random(1));
            assertThat(outcome.opaque).as("piece %d", piece).isEqualTo(OpaqueReason.LB_TCP);
            assertThat(outcome.chunks).as("piece %d", piece).isEqualTo(3);
            assertThat(outcome.counts).isEmpty();
        }
        byte[] back = Vectors.join(Vectors.of("T42"), new byte[72]);
        for (int piece : new int[] {1, 8, 4096}) {
            Outcome outcome = scan(SocketType.DATA, false, back, piece, new Random(1));
            assertThat(outcome.opaque).isEqualTo(OpaqueReason.LB_TCP);
            assertThat(outcome.chunks).isEqualTo(1);
        }
    }

    @Test
    void shouldNotTakeZerosOrHugeChunksForLbTcp() {
        assertThat(scan(SocketType.DATA, true, new byte[64], 5, new Random(1)).opaque)
                .isEqualTo(OpaqueReason.ERROR);
        assertThat(scan(SocketType.DATA, false, new byte[64], 64, new Random(1)).opaque)
                .isEqualTo(OpaqueReason.ERROR);
        byte[] huge = Vectors.join(Vectors.of("T41"), Vectors.hex("00 00 00 01 7F FF FF FF"));
        assertThat(scan(SocketType.DATA, true, huge, 3, new Random(1)).opaque).isEqualTo(OpaqueReason.ERROR);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of("N7", SocketType.META, "padding that is not zero"),
                Arguments.of("N8", SocketType.META, "is a P_WRITE_ACK, which must have 24 bytes, but has 23"),
                Arguments.of("N9", SocketType.DATA, "is a P_DATA whose length 2147483647 is outside the limits"),
                Arguments.of("N1", SocketType.DATA, "does not begin like a DRBD packet"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void shouldSayWhatIsWrongAndGoOnCountingBytes(String vector, SocketType socket, String fault) {
        byte[] stream = Vectors.join(Vectors.stream("T01 T37"), Vectors.of(vector), new byte[1000]);
        if (socket == SocketType.META) {
            stream = Vectors.join(Vectors.stream("T02 T12"), Vectors.of(vector), new byte[1000]);
        }
        for (int piece : new int[] {1, 16, 17, 4096}) {
            FrameScanner scanner = new FrameScanner(socket, true);
            for (int at = 0; at < stream.length; at += piece) {
                Vectors.feed(scanner, stream, at, Math.min(piece, stream.length - at), new Random(1));
            }
            assertThat(scanner.opaque()).isEqualTo(OpaqueReason.ERROR);
            assertThat(scanner.opaqueSentence().orElseThrow())
                    .contains(fault)
                    .contains("at byte 24 of the " + socket.label() + " socket (");
            assertThat(scanner.bytes()).isEqualTo(stream.length);
            assertThat(scanner.counts().stream().mapToLong(PacketCount::packets).sum())
                    .isEqualTo(2);
        }
    }

    @Test
    void shouldPassAnUnknownCommandWithOneWarning() {
        FrameScanner scanner = new FrameScanner(SocketType.DATA, false);
        Vectors.feed(scanner, "N10 N10 T37");
        assertThat(scanner.counts())
                .containsExactly(
                        new PacketCount(PacketType.P_UNPLUG_REMOTE, 1, 16), new PacketCount(PacketType.UNKNOWN, 2, 40));
        assertThat(scanner.warnings()).isEqualTo(2);
        assertThat(scanner.firstWarning().orElseThrow()).contains("unknown command 0x222 at byte 0");
        assertThat(scanner.opaque()).isEqualTo(OpaqueReason.NONE);
    }

    @Test
    void shouldPassAPacketOnTheWrongSocketWithAWarning() {
        FrameScanner data = new FrameScanner(SocketType.DATA, false);
        Vectors.feed(data, "T37 T12");
        assertThat(data.firstWarning().orElseThrow()).contains("data socket carries P_PING_ACK at byte 16");
        assertThat(data.packets(PacketType.P_PING_ACK)).isEqualTo(1);
        FrameScanner meta = new FrameScanner(SocketType.META, false);
        Vectors.feed(meta, withData("T30", (byte) 0));
        assertThat(meta.warnings()).isEqualTo(1);
        assertThat(meta.bytes(PacketType.P_DATA)).isEqualTo(40 + 4096);
    }

    @Test
    void shouldNeverThrowWhateverTheBytes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<byte[]> vectors = List.copyOf(Vectors.all().values());
        for (int round = 0; round < 3_000; round++) {
            byte[] stream = new byte[random.nextInt(400)];
            random.nextBytes(stream);
            if (round % 2 == 0) {
                byte[] one = vectors.get(random.nextInt(vectors.size())).clone();
                one[random.nextInt(one.length)] ^= (byte) (1 << random.nextInt(8));
                stream = Vectors.join(Vectors.of("T01"), one, stream);
            }
            SessionObserver observer = new SessionObserver(System::nanoTime);
            for (SocketType socket : SocketType.values()) {
                FrameScanner scanner = observer.scanner(socket, Node.LOCAL, Node.LOCAL, 1 << 20);
                for (int at = 0; at < stream.length; ) {
                    int size = Math.min(stream.length - at, 1 + random.nextInt(40));
                    Vectors.feed(scanner, stream, at, size, random);
                    at += size;
                }
                assertThat(scanner.bytes()).as("seed %d", seed).isEqualTo(stream.length);
            }
            assertThat(observer.describe()).as("seed %d", seed).isNotEmpty();
        }
    }

    @Test
    void shouldLeaveTheBufferAsItIsAndRefuseARangeBeyondItsLimit() {
        FrameScanner scanner = new FrameScanner(SocketType.DATA, true);
        ByteBuffer memory = ByteBuffer.wrap(Vectors.stream(S1)).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        memory.position(3).limit(444);
        scanner.scan(memory, 0, 444);
        assertThat(memory.position()).isEqualTo(3);
        assertThat(memory.limit()).isEqualTo(444);
        assertThat(scanner.packets(PacketType.P_STATE)).isEqualTo(2);
        assertThatThrownBy(() -> scanner.scan(memory, 0, 445)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
