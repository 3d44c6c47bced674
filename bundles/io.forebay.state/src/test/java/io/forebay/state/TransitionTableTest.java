/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.state.ChannelEvent;
import io.forebay.api.state.ChannelEvent.*;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TransitionTableTest {

    private static final List<ChannelEvent> EVENTS = List.of(
            new MemoryObtained(""),
            new BridgeFailed("refused"),
            new BridgeUp(""),
            new Ready(""),
            new DrbdAccepted(""),
            new TypeKnown(ChannelType.DATA, ""),
            new DrbdReached(""),
            new Established(""),
            new BridgeLost(""),
            new Resumed(""),
            new Closing(0, ""),
            new Drained(""),
            new Stop(""),
            new Closed(""),
            new Restart(""));

    /** Every legal step of a data channel; what is not here must be refused. */
    private static final Map<String, String> ACCEPTOR_STEPS = steps("""
            allocating MemoryObtained bridging, allocating Stop stopping,
            bridging BridgeFailed bridging, bridging BridgeUp bridged, bridging Stop stopping,
            bridged Ready waiting, bridged BridgeLost bridging, bridged Stop stopping,
            waiting DrbdAccepted connected, waiting BridgeLost bridging, waiting Stop stopping,
            connecting BridgeLost bridging, connecting Closing stopping, connecting Stop stopping,
            connected TypeKnown establishing, connected BridgeLost stopping, connected Closing stopping,
            connected Stop stopping,
            establishing Established established, establishing BridgeLost stopping, establishing Closing stopping,
            establishing Stop stopping,
            established BridgeLost resuming, established Closing stopping, established Stop stopping,
            resuming BridgeFailed resuming, resuming Resumed established, resuming Closing stopping,
            resuming Stop stopping,
            close_pending Drained stopping, close_pending Closing stopping, close_pending BridgeLost close_pending,
            close_pending BridgeFailed close_pending, close_pending Resumed close_pending,
            close_pending Stop stopping,
            stopping Closing stopping, stopping Stop stopping, stopping Closed stopped,
            stopped Restart bridging""");

    private static Map<String, String> steps(String text) {
        Map<String, String> steps = new TreeMap<>();
        for (String step : text.split(",")) {
            String[] word = step.strip().split("\\s+");
            steps.put(word[0] + " " + word[1], word[2]);
        }
        return steps;
    }

    private final TransitionTable table = new TransitionTable();

    private Map<String, String> legalSteps(ChannelRole role) {
        Map<String, String> found = new TreeMap<>();
        for (ChannelState state : ChannelState.values()) {
            for (ChannelEvent event : EVENTS) {
                table.next(role, ChannelType.DATA, state, event)
                        .ifPresent(next ->
                                found.put(state.label() + " " + event.getClass().getSimpleName(), next.label()));
            }
        }
        return found;
    }

    @Test
    void shouldAnswerEveryEventInEveryStateOfAnAcceptorAsWritten() {
        assertThat(legalSteps(ChannelRole.ACCEPTOR)).isEqualTo(ACCEPTOR_STEPS);
    }

    @Test
    void shouldDifferForAConnectorOnlyInHowItMeetsItsDrbd() {
        Map<String, String> expected = new TreeMap<>(ACCEPTOR_STEPS);
        expected.put("bridged Ready", "connecting");
        expected.remove("waiting DrbdAccepted");
        expected.remove("connected TypeKnown");
        expected.put("connecting TypeKnown", "connecting");
        expected.put("connecting DrbdReached", "establishing");
        assertThat(legalSteps(ChannelRole.CONNECTOR)).isEqualTo(expected);
    }

    @Test
    void shouldDrainOnlyADataChannelThatHasABacklog() {
        ChannelEvent closing = new Closing(1, "");
        for (ChannelRole role : ChannelRole.values()) {
            assertThat(table.next(role, ChannelType.DATA, ChannelState.ESTABLISHED, closing))
                    .contains(ChannelState.CLOSE_PENDING);
            assertThat(table.next(role, ChannelType.META, ChannelState.ESTABLISHED, closing))
                    .contains(ChannelState.STOPPING);
        }
    }

    @Test
    void shouldReachStoppedFromEveryState() {
        for (ChannelRole role : ChannelRole.values()) {
            for (ChannelState state : Set.of(ChannelState.values())) {
                List<ChannelState> way = new ArrayList<>(List.of(state));
                if (state != ChannelState.STOPPED && state != ChannelState.STOPPING) {
                    way.add(table.next(role, ChannelType.DATA, state, new Stop(""))
                            .orElseThrow());
                }
                if (state != ChannelState.STOPPED) {
                    way.add(table.next(role, ChannelType.DATA, ChannelState.STOPPING, new Closed(""))
                            .orElseThrow());
                }
                assertThat(way).endsWith(ChannelState.STOPPED);
            }
        }
    }
}
