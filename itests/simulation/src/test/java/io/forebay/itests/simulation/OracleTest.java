/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.api.state.ChannelType;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The oracle finds what a relay can do wrong; a relay that does nothing wrong passes. */
class OracleTest {

    private static final long SECOND = 1_000_000_000L;
    private static final int RECORD_BYTES = 2048;

    private final Random random = new Random(20261121);
    private long nowNs;
    private final Oracle oracle = new Oracle(() -> nowNs, 10 * SECOND);

    /** Two ends that a relay has joined. */
    private final class Tunnel {
        final StreamEnd near;
        final StreamEnd far;
        private int carried;

        Tunnel(ChannelType type) {
            near = oracle.open(0, true, type);
            oracle.onSent(near, Packets.first(type));
            far = oracle.open(1, false, ChannelType.UNDEFINED);
            carry(Packets.FIRST_BYTES);
            for (StreamEnd end : new StreamEnd[] {near, far}) {
                oracle.onSent(end, type == ChannelType.DATA ? Packets.features(end.id) : Packets.recvAck(end.id, 1));
            }
            carry(near.sentBytes - carried);
            oracle.onReceived(near, far.sent, far.sentBytes);
        }

        void write(int packets) {
            for (int i = 0; i < packets; i++) {
                oracle.onSent(near, Packets.data(i, RECORD_BYTES, random));
            }
        }

        /** The relay delivers so many bytes more, as it should. */
        void carry(int bytes) {
            deliver(carried, bytes);
        }

        /** The relay delivers what stands at a position of the near end's stream. */
        void deliver(int from, int bytes) {
            oracle.onReceived(far, Arrays.copyOfRange(near.sent, from, from + bytes), bytes);
            carried = from + bytes;
        }

        int left() {
            return near.sentBytes - carried;
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ChannelType.class,
            names = {"DATA", "META"})
    void shouldPassARelayThatDeliversAllAndThenTheEnd(ChannelType type) {
        Tunnel tunnel = new Tunnel(type);
        tunnel.write(5);
        tunnel.carry(3);
        tunnel.carry(tunnel.left());
        oracle.onGone(tunnel.near);
        oracle.onFin(tunnel.far);
        oracle.onGone(tunnel.far);
        nowNs += 60 * SECOND;
        oracle.checkVisibility();
        assertThat(oracle.failure()).isNull();
    }

    @Test
    void shouldFindASkippedByte() {
        Tunnel tunnel = new Tunnel(ChannelType.DATA);
        tunnel.write(3);
        tunnel.carry(1000);
        assertThatThrownBy(() -> tunnel.deliver(tunnel.carried + 1, 1000)).hasMessageStartingWith(Oracle.ORDER);
        assertThat(oracle.failure()).isNotNull();
    }

    @Test
    void shouldFindASkippedRecordAtTheEnd() {
        Tunnel tunnel = new Tunnel(ChannelType.DATA);
        tunnel.write(3);
        tunnel.carry(tunnel.left() - RECORD_BYTES);
        oracle.onGone(tunnel.near);
        assertThatThrownBy(() -> oracle.onFin(tunnel.far))
                .hasMessageStartingWith(Oracle.HONEST_END)
                .hasMessageContaining("but end 1 (data, dialled at site A) sent");
    }

    @Test
    void shouldFindADoubledRecord() {
        Tunnel tunnel = new Tunnel(ChannelType.DATA);
        tunnel.write(3);
        tunnel.carry(2 * RECORD_BYTES);
        assertThatThrownBy(() -> tunnel.deliver(tunnel.carried - RECORD_BYTES, RECORD_BYTES))
                .hasMessageStartingWith(Oracle.ORDER);
    }

    @Test
    void shouldFindADoubledRecordAtTheEnd() {
        Tunnel tunnel = new Tunnel(ChannelType.DATA);
        tunnel.write(3);
        tunnel.carry(tunnel.left());
        assertThatThrownBy(() -> tunnel.deliver(tunnel.carried - RECORD_BYTES, RECORD_BYTES))
                .hasMessageContaining("sent only");
    }

    @Test
    void shouldFindAChangedBit() {
        Tunnel tunnel = new Tunnel(ChannelType.DATA);
        tunnel.write(3);
        byte[] bytes = Arrays.copyOfRange(tunnel.near.sent, tunnel.carried, tunnel.carried + 500);
        bytes[499] ^= 1;
        assertThatThrownBy(() -> oracle.onReceived(tunnel.far, bytes, bytes.length))
                .hasMessageStartingWith(Oracle.ORDER);
    }

    @Test
    void shouldFindBytesOfAnotherSession() {
        Tunnel old = new Tunnel(ChannelType.DATA);
        old.write(1);
        Tunnel tunnel = new Tunnel(ChannelType.DATA);
        assertThatThrownBy(() -> oracle.onReceived(
                        tunnel.far, Arrays.copyOfRange(old.near.sent, old.carried, old.carried + 100), 100))
                .isInstanceOf(BrokenPromise.class);
    }

    @Test
    void shouldFindAnEndThatIsJoinedASecondTime() {
        Tunnel old = new Tunnel(ChannelType.DATA);
        StreamEnd other = oracle.open(1, false, ChannelType.UNDEFINED);
        assertThatThrownBy(() -> oracle.onReceived(other, old.near.sent, old.near.sentBytes))
                .hasMessageStartingWith(Oracle.ONE_SESSION);
    }

    @Test
    void shouldFindDataJoinedWithMeta() {
        Tunnel meta = new Tunnel(ChannelType.META);
        StreamEnd data = oracle.open(0, true, ChannelType.DATA);
        assertThatThrownBy(() -> oracle.onReceived(data, meta.far.sent, meta.far.sentBytes))
                .hasMessageStartingWith(Oracle.ONE_SESSION);
    }

    @Test
    void shouldFindTwoDialledEndsJoined() {
        StreamEnd one = oracle.open(0, true, ChannelType.DATA);
        oracle.onSent(one, Packets.first(ChannelType.DATA));
        StreamEnd other = oracle.open(1, true, ChannelType.DATA);
        assertThatThrownBy(() -> oracle.onReceived(other, one.sent, one.sentBytes))
                .hasMessageStartingWith(Oracle.ONE_SESSION);
    }

    @Test
    void shouldFindAFinThatNobodySent() {
        Tunnel tunnel = new Tunnel(ChannelType.DATA);
        assertThatThrownBy(() -> oracle.onFin(tunnel.far)).hasMessageContaining("did not close");
    }

    @Test
    void shouldFindAFinBeforeTheLastByte() {
        Tunnel tunnel = new Tunnel(ChannelType.META);
        tunnel.write(1);
        tunnel.carry(tunnel.left() - 1);
        oracle.onGone(tunnel.near);
        assertThatThrownBy(() -> oracle.onFin(tunnel.far)).hasMessageStartingWith(Oracle.HONEST_END);
    }

    @Test
    void shouldPassOneEarlyEndForEachLossThatWasNamed() {
        Tunnel first = new Tunnel(ChannelType.DATA);
        Tunnel second = new Tunnel(ChannelType.DATA);
        oracle.onLoss(1, false, ChannelType.DATA);
        oracle.onReset(first.far);
        assertThatThrownBy(() -> oracle.onReset(second.far)).hasMessageStartingWith(Oracle.HONEST_END);
    }

    @Test
    void shouldNotTakeALossAtTheOtherSiteOrOfTheOtherTypeForAReason() {
        Tunnel tunnel = new Tunnel(ChannelType.DATA);
        oracle.onLoss(0, true, ChannelType.DATA);
        oracle.onLoss(1, true, ChannelType.DATA);
        oracle.onLoss(1, false, ChannelType.META);
        assertThatThrownBy(() -> oracle.onReset(tunnel.far)).hasMessageStartingWith(Oracle.HONEST_END);
    }

    @Test
    void shouldFindAFinAfterALoss() {
        Tunnel tunnel = new Tunnel(ChannelType.DATA);
        oracle.onLoss(1, false, ChannelType.DATA);
        assertThatThrownBy(() -> oracle.onFin(tunnel.far)).hasMessageStartingWith(Oracle.HONEST_END);
    }

    @Test
    void shouldFindAResetThatNobodyCaused() {
        Tunnel tunnel = new Tunnel(ChannelType.DATA);
        assertThatThrownBy(() -> oracle.onReset(tunnel.far)).hasMessageStartingWith(Oracle.HONEST_END);
    }

    @Test
    void shouldFindALossThatIsHidden() {
        Tunnel tunnel = new Tunnel(ChannelType.DATA);
        oracle.onGone(tunnel.near);
        nowNs += 10 * SECOND;
        oracle.checkVisibility();
        nowNs += 1;
        assertThatThrownBy(oracle::checkVisibility).hasMessageStartingWith(Oracle.VISIBLE_LOSS);
    }
}
