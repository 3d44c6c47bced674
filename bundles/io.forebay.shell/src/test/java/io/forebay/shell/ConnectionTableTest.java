/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectionTableTest {

    /** Every state of a role, without addresses. */
    private static String all(ChannelRole role) {
        List<ChannelStatus> channels = new ArrayList<>();
        for (ChannelState state : ChannelState.values()) {
            channels.add(Samples.channel(channels.size(), role, ChannelType.UNDEFINED, state));
        }
        return text(channels.toArray(ChannelStatus[]::new));
    }

    private static String text(ChannelStatus... channels) {
        RelayStatus relay = Samples.relay("r0", "", channels);
        return ConnectionTable.text(ConnectionTable.rows(relay));
    }

    @Test
    void shouldTellAtAGlanceWhichConnectionOfAnAcceptorIsMissing() {
        assertThat(all(ChannelRole.ACCEPTOR)).isEqualTo("""
                Name  Type       <local replicator>  State             <local forebay>  State             <remote forebay>
                r0    undefined  (replicator)        -allocating--x    (forebay)        x-allocating--    (remote)
                r0    undefined  (replicator)        ..............    (forebay)        x-bridging----    (remote)
                r0    undefined  (replicator)        ..............    (forebay)        <-bridged-----    (remote)
                r0    undefined  (replicator)        -waiting-----x    (forebay)        <-bridged-----    (remote)
                r0    undefined  (replicator)        -connecting--x    (forebay)        <-bridged-----    (remote)
                r0    undefined  (replicator)        -connected--->    (forebay)        <-bridged-----    (remote)
                r0    undefined  (replicator)        -establishing->   (forebay)        <-bridged-----    (remote)-x
                r0    undefined  (replicator)        -established->    (forebay)        <-bridged-----    (remote)
                r0    undefined  (replicator)        -established->    (forebay)        x-resuming----    (remote)
                r0    undefined  (replicator)        -close_pending-x  (forebay)        x-close_pending-  (remote)
                r0    undefined  (replicator)        -stopping----x    (forebay)        x-stopping----    (remote)
                r0    undefined  (replicator)        -stopped-----x    (forebay)        x-stopped-----    (remote)
                All connections : 12, Established : 1""");
    }

    @Test
    void shouldTellAtAGlanceWhichConnectionOfAConnectorIsMissing() {
        assertThat(all(ChannelRole.CONNECTOR)).isEqualTo("""
                Name  Type       <local replicator>  State             <local forebay>  State             <remote forebay>
                r0    undefined  (replicator)        x-allocating--    (forebay)        -allocating--x    (remote)
                r0    undefined  (replicator)        ..............    (forebay)        -bridging----x    (remote)
                r0    undefined  (replicator)        ..............    (forebay)        -----bridged->    (remote)
                r0    undefined  (replicator)        x-waiting-----    (forebay)        -----bridged->    (remote)
                r0    undefined  (replicator)        x-connecting--    (forebay)        -----bridged->    (remote)
                r0    undefined  (replicator)        <-connected---    (forebay)        -----bridged->    (remote)
                r0    undefined  (replicator)        <-establishing-   (forebay)        -----bridged->    (remote)
                r0    undefined  (replicator)        <-established-    (forebay)        -----bridged->    (remote)
                r0    undefined  (replicator)        <-established-    (forebay)        -resuming----x    (remote)
                r0    undefined  (replicator)        x-close_pending-  (forebay)        -close_pending-x  (remote)
                r0    undefined  (replicator)        x-stopping----    (forebay)        -stopping----x    (remote)
                r0    undefined  (replicator)        x-stopped-----    (forebay)        -stopped-----x    (remote)
                All connections : 12, Established : 1""");
    }

    @Test
    void shouldTellByTheAddressesWhichEndWentAwayFromAClosingChannel() {
        assertThat(text(
                        Samples.channel(
                                1, ChannelRole.ACCEPTOR, ChannelType.DATA, ChannelState.CLOSE_PENDING, "a:1", ""),
                        Samples.channel(
                                2, ChannelRole.ACCEPTOR, ChannelType.DATA, ChannelState.CLOSE_PENDING, "", "b:1"),
                        Samples.channel(3, ChannelRole.CONNECTOR, ChannelType.META, ChannelState.STOPPED, "", "b:1")))
                .isEqualTo("""
                Name  Type  <local replicator>  State             <local forebay>  State             <remote forebay>
                r0    data  (replicator)        -close_pending->  (forebay)        x-close_pending-  (remote)
                r0    data  (replicator)        -close_pending-x  (forebay)        <-bridged-----    (remote)
                r0    meta  (replicator)        x-stopped-----    (forebay)        -----bridged->    (remote)
                All connections : 3, Established : 0""");
    }
}
