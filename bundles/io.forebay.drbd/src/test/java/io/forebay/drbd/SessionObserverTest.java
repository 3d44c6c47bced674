/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionObserverTest {
    private static final int CONN_SHIFT = 4;

    private long nowNs = 1_000;
    private final SessionObserver observer = new SessionObserver(() -> nowNs);
    /** As usual, the local node dialled data and the far node meta. */
    private final FrameScanner localData = scanner(SocketType.DATA, Node.LOCAL, Node.LOCAL);

    private final FrameScanner farData = scanner(SocketType.DATA, Node.FAR, Node.LOCAL);
    private final FrameScanner localMeta = scanner(SocketType.META, Node.LOCAL, Node.FAR);
    private final FrameScanner farMeta = scanner(SocketType.META, Node.FAR, Node.FAR);

    private FrameScanner scanner(SocketType socket, Node sender, Node dialler) {
        return observer.scanner(socket, sender, dialler, 1 << 20);
    }

    private static byte[] state(int word) {
        byte[] packet = Vectors.of("T22");
        for (int i = 0; i < 4; i++) {
            packet[16 + i] = (byte) (word >>> 24 - 8 * i);
        }
        return packet;
    }

    /** An 8.4 state word. */
    private static byte[] state(int role, int connection, int disk, int peerDisk) {
        return state(role | 2 << 2 | connection << CONN_SHIFT | disk << 9 | peerDisk << 13);
    }

    /** Crosswise to T04: node 1 to node 0. */
    private static byte[] featuresOfNodeOne(String vector) {
        byte[] packet = Vectors.of(vector);
        packet[23] = 1;
        packet[27] = 0;
        return packet;
    }

    private void pair() {
        Vectors.feed(localData, "T01");
        Vectors.feed(farMeta, "T02");
    }

    private void connect84() {
        pair();
        Vectors.feed(localData, "T03 T15 T17 T18 T20 T21");
        Vectors.feed(farData, "T03 T15 T17 T18 T20 T21");
    }

    @Test
    void shouldFollowAnEightFourHandshakeToConnected() {
        assertThat(observer.phase()).isEqualTo(SessionPhase.OPENING);
        Vectors.feed(localData, "T01");
        assertThat(observer.phase()).isEqualTo(SessionPhase.IDENTIFIED);
        Vectors.feed(farMeta, "T02");
        assertThat(observer.phase()).isEqualTo(SessionPhase.PAIRED);
        Vectors.feed(localData, "T03");
        assertThat(observer.phase()).isEqualTo(SessionPhase.FEATURES);
        assertThat(observer.featuresSeen(Node.LOCAL)).isTrue();
        assertThat(observer.featuresSeenBothWays()).isFalse();
        Vectors.feed(farData, "T03");
        assertThat(observer.featuresSeenBothWays()).isTrue();
        Vectors.feed(localData, "T15 T17 T18 T20 T21");
        Vectors.feed(farData, "T15 T17 T18 T20 T21");
        assertThat(observer.phase()).isEqualTo(SessionPhase.REPORT_PARAMS);
        Vectors.feed(localData, state(1, 10, 8, 8));
        assertThat(observer.phase()).isEqualTo(SessionPhase.REPORT_PARAMS);
        Vectors.feed(farData, "T22");
        assertThat(observer.phase()).isEqualTo(SessionPhase.CONNECTED);
        assertThat(observer.describe())
                .isEqualTo("Connected (8.4, protocol 101, C) Primary/Secondary UpToDate/UpToDate");
        assertThat(observer.snapshot().localNodeId()).isEqualTo(-1);
    }

    @Test
    void shouldFollowAnEightFourResyncWithDirectionAndProgress() {
        pair();
        byte[] uuids = Vectors.of("T20");
        uuids[16 + 39] = 16; // 16 dirty bits of 4 KiB
        Vectors.feed(localData, Vectors.join(Vectors.stream("T03 T15 T17 T18"), uuids, Vectors.of("T21")));
        Vectors.feed(farData, "T03 T15 T17 T18 T20 T21");
        Vectors.feed(localData, state(1, 13, 8, 7));
        Vectors.feed(farData, state(2, 14, 5, 8));
        assertThat(observer.phase()).isEqualTo(SessionPhase.BITMAP);
        assertThat(observer.snapshot().sync()).isEqualTo(SyncDirection.TO_FAR);
        Vectors.feed(localData, "T26 T27");
        assertThat(observer.phase()).isEqualTo(SessionPhase.SYNC);
        Vectors.feed(localData, state(1, 16, 8, 4));
        Vectors.feed(farData, Vectors.join(state(2, 17, 4, 8), Vectors.of("T34")));
        Vectors.feed(localData, Vectors.join(Vectors.of("T35"), new byte[32768]));
        SessionSnapshot half = observer.snapshot();
        assertThat(half.syncDoneBytes()).isEqualTo(32768);
        assertThat(half.syncTotalBytes()).isEqualTo(65536);
        assertThat(observer.describe())
                .isEqualTo("Sync (8.4, protocol 101, C) Primary/Secondary UpToDate/Inconsistent, to far 50 %");
        Vectors.feed(localData, state(1, 20, 8, 4));
        Vectors.feed(farData, state(2, 21, 4, 8));
        assertThat(observer.phase()).isEqualTo(SessionPhase.PAUSED);
        Vectors.feed(localData, state(1, 10, 8, 8));
        Vectors.feed(farData, state(2, 10, 8, 8));
        assertThat(observer.phase()).isEqualTo(SessionPhase.CONNECTED);
        assertThat(observer.snapshot().sync()).isEqualTo(SyncDirection.NONE);
    }

    @Test
    void shouldInferAResyncFromItsPacketsWhenNoNodeTellsIt() {
        connect84();
        Vectors.feed(farData, "T26");
        assertThat(observer.phase()).isEqualTo(SessionPhase.BITMAP);
        assertThat(observer.snapshot().sync()).isEqualTo(SyncDirection.FROM_FAR);
        Vectors.feed(localData, "T26 T34");
        assertThat(observer.phase()).isEqualTo(SessionPhase.SYNC);
        assertThat(observer.snapshot().sync()).isEqualTo(SyncDirection.FROM_FAR);
        Vectors.feed(localData, state(2, 10, 8, 8));
        assertThat(observer.phase()).isEqualTo(SessionPhase.CONNECTED);
    }

    @Test
    void shouldFollowVerifyAndAhead() {
        connect84();
        Vectors.feed(localData, state(1, 10, 8, 8));
        Vectors.feed(farData, state(2, 10, 8, 8));
        byte[] verify = Vectors.of("T34");
        verify[7] = 0x1E;
        Vectors.feed(localData, verify);
        assertThat(observer.phase()).isEqualTo(SessionPhase.VERIFY);
        Vectors.feed(localData, state(1, 10, 8, 8));
        assertThat(observer.phase()).isEqualTo(SessionPhase.CONNECTED);
        Vectors.feed(localData, state(1, 22, 8, 8));
        assertThat(observer.phase()).isEqualTo(SessionPhase.AHEAD);
        assertThat(observer.snapshot().volumes().get(0).local().connection()).isEqualTo("Ahead");
    }

    @Test
    void shouldFollowADrbdNineConnectWithAuthenticationAndTwoPhaseCommit() {
        pair();
        Vectors.feed(localData, "T04");
        Vectors.feed(farData, featuresOfNodeOne("T04"));
        Vectors.feed(localData, "T13");
        assertThat(observer.phase()).isEqualTo(SessionPhase.AUTH);
        Vectors.feed(localData, "T14 T16 T24 T17 T19");
        assertThat(observer.phase()).isEqualTo(SessionPhase.REPORT_PARAMS);
        Vectors.feed(localData, state(0x00013291)); // Primary, conn 9, UpToDate
        Vectors.feed(farData, Vectors.join(Vectors.of("T16"), state(0x00013292)));
        assertThat(observer.phase()).isEqualTo(SessionPhase.REPORT_PARAMS);
        byte[] commit = Vectors.of("T24");
        commit[7] = 0x47;
        Vectors.feed(localData, commit);
        assertThat(observer.describe()).isEqualTo("Connected (9, protocol 124, A) Primary/Secondary UpToDate/UpToDate");
        assertThat(observer.snapshot().localNodeId()).isZero();
        assertThat(observer.snapshot().farNodeId()).isEqualTo(1);
        byte[] demote = Vectors.of("T24");
        demote[50] = 0;
        demote[16 + 31] = 3;
        demote[16 + 30] = 0;
        demote[16 + 35] = 2;
        byte[] demoted = demote.clone();
        demoted[7] = 0x47;
        Vectors.feed(localData, Vectors.join(demote, demoted));
        assertThat(observer.describe()).contains("Secondary/Secondary");
    }

    @Test
    void shouldMeasurePingsEachWay() {
        Vectors.feed(localMeta, "T10");
        nowNs += 30_000;
        Vectors.feed(localMeta, "T10");
        Vectors.feed(farMeta, "T02 T10");
        nowNs += 70_000;
        Vectors.feed(farMeta, "T12");
        assertThat(observer.snapshot().localPingNs()).isEqualTo(100_000);
        Vectors.feed(farMeta, "T12");
        assertThat(observer.snapshot().localPingNs()).isEqualTo(70_000);
        assertThat(observer.snapshot().farPingNs()).isEqualTo(-1);
        Vectors.feed(localMeta, "T12");
        assertThat(observer.snapshot().farPingNs()).isEqualTo(70_000);
    }

    @Test
    void shouldRecogniseBsrByWhatOnlyItSends() {
        pair();
        Vectors.feed(localData, "T05");
        Vectors.feed(farData, featuresOfNodeOne("T05"));
        assertThat(observer.snapshot().dialect()).isEqualTo(Dialect.DRBD_9);
        Vectors.feed(farMeta, "T06");
        assertThat(observer.snapshot().dialect()).isEqualTo(Dialect.BSR);
        Vectors.feed(localData, "T07");
        assertThat(observer.describe()).isEqualTo("Features (bsr, protocol 118)");
    }

    @Test
    void shouldRecogniseBsrByAnAckItNeverLooksInto() {
        pair();
        Vectors.feed(localData, "T05");
        Vectors.feed(farData, featuresOfNodeOne("T05"));
        Vectors.feed(localMeta, Vectors.hex("86 20 EC 20 00 00 00 51 00 00 00 1C 00 00 00 00"));
        assertThat(observer.snapshot().dialect()).isEqualTo(Dialect.BSR);
    }

    @Test
    void shouldExplainAnAnnouncedDisconnect() {
        connect84();
        Vectors.feed(localData, "T38");
        assertThat(observer.phase()).isEqualTo(SessionPhase.CLOSING);
        Vectors.feed(farMeta, "T39");
        observer.onEnd(Node.LOCAL, SocketType.DATA);
        assertThat(observer.snapshot().notice()).contains("orderly disconnect");
    }

    @Test
    void shouldTakeBackADisconnectThatWasRefused() {
        connect84();
        Vectors.feed(localData, "T38");
        byte[] refused = Vectors.of("T39");
        refused[16] = -1;
        Vectors.feed(farMeta, refused);
        assertThat(observer.phase()).isEqualTo(SessionPhase.REPORT_PARAMS);
    }

    @Test
    void shouldExplainAProtocolThatNewerDrbdRefuses() {
        pair();
        byte[] old = featuresOfNodeOne("T05");
        old[11] = 110;
        old[19] = 117;
        Vectors.feed(localData, "T04");
        Vectors.feed(farData, old);
        observer.onEnd(Node.LOCAL, SocketType.DATA);
        observer.onEnd(Node.FAR, SocketType.META);
        assertThat(observer.snapshot().notice()).contains("protocol 117").contains("newer DRBD 9 refuses");
    }

    @Test
    void shouldExplainNodeIdsThatDoNotMatchAndRangesThatDoNotMeet() {
        Vectors.feed(localData, "T01 T04");
        Vectors.feed(farData, "T04");
        observer.onEnd(Node.FAR, SocketType.DATA);
        assertThat(observer.snapshot().notice()).contains("node ids do not match");

        SessionObserver second = new SessionObserver(() -> nowNs);
        byte[] high = Vectors.of("T04");
        high[11] = 118;
        Vectors.feed(second.scanner(SocketType.DATA, Node.LOCAL, Node.LOCAL, 1 << 20), high);
        Vectors.feed(second.scanner(SocketType.DATA, Node.FAR, Node.LOCAL, 1 << 20), "T03");
        second.onEnd(Node.FAR, SocketType.DATA);
        assertThat(second.snapshot().notice()).contains("ranges do not meet (local offers 118-124, far offers 86-101)");
    }

    @Test
    void shouldExplainAnEndWithoutAnnouncement() {
        connect84();
        Vectors.feed(localData, "T22");
        Vectors.feed(farData, "T22");
        observer.onEnd(Node.FAR, SocketType.META);
        assertThat(observer.snapshot().notice()).contains("far DRBD ended the meta socket without announcing");
        assertThat(observer.phase()).isEqualTo(SessionPhase.CLOSING);
    }

    @Test
    void shouldSaySoWhenNoFeaturesComeForTenSeconds() {
        Vectors.feed(localData, "T01");
        nowNs += 9_999_999_999L;
        assertThat(observer.idleSentence()).isEmpty();
        nowNs++;
        assertThat(observer.idleSentence().orElseThrow()).contains("no features were seen in the 10 s");
        Vectors.feed(localData, "T03");
        assertThat(observer.idleSentence()).isEmpty();
    }

    @Test
    void shouldSayThatItCannotSeeEncryptedOrDamagedStreams() {
        Vectors.feed(localData, "T01 TLS");
        assertThat(observer.describe()).isEqualTo("Opaque (TLS)");
        Vectors.feed(farMeta, "N8");
        assertThat(observer.phase()).isEqualTo(SessionPhase.ERROR);
        assertThat(observer.snapshot().notice()).contains("P_WRITE_ACK");
    }

    @Test
    void shouldKeepVolumesApart() {
        connect84();
        byte[] second = state(2, 17, 4, 8);
        second[5] = 1;
        Vectors.feed(localData, state(1, 10, 8, 8));
        Vectors.feed(farData, Vectors.join(state(2, 10, 8, 8), second));
        assertThat(observer.snapshot().volumes()).hasSize(2);
        assertThat(observer.phase()).isEqualTo(SessionPhase.SYNC);
        assertThat(observer.describe()).contains("0:UpToDate/UpToDate 1:?/Inconsistent, to far");
    }

    @Test
    void shouldStayConsistentWhenAllFourDirectionsReportAtOnce() throws InterruptedException {
        connect84();
        List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
        byte[] primary = state(1, 10, 8, 8);
        List<Thread> threads = List.of(
                repeating(localData, primary, thrown),
                repeating(farData, Vectors.of("T22"), thrown),
                repeating(localMeta, Vectors.stream("T10 T12"), thrown),
                repeating(farMeta, Vectors.stream("T10 T12"), thrown));
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                assertThat(observer.describe()).contains("(8.4, protocol 101, C)");
                thread.join(1);
            }
        }
        assertThat(thrown).isEmpty();
        assertThat(observer.phase()).isEqualTo(SessionPhase.CONNECTED);
        assertThat(farMeta.packets(PacketType.P_PING_ACK)).isEqualTo(5_000);
    }

    private static Thread repeating(FrameScanner scanner, byte[] packets, List<Throwable> thrown) {
        Thread thread = new Thread(() -> {
            for (int i = 0; i < 5_000; i++) {
                Vectors.feed(scanner, packets);
            }
        });
        thread.setUncaughtExceptionHandler((unused, failure) -> thrown.add(failure));
        return thread;
    }
}
