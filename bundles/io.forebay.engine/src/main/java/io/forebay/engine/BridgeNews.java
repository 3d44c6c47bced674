/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelEvent.BridgeFailed;
import io.forebay.api.state.ChannelEvent.BridgeLost;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.api.state.Transition;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.event.Level;

/**
 * Which transitions are news to an operator. A channel in session always is, once it is established. Of the channels that stand by,
 * which come, go and dial again by the second, only these are: the first bridge of a relay that stands, the last that is lost, and
 * a fault, once until it is another or over. Each direction of dialling counts for itself, because a firewall may stop
 * one and let the other through. Thread-safe.
 */
final class BridgeNews {

    private static final Set<ChannelState> HAS_BRIDGE = EnumSet.range(ChannelState.BRIDGED, ChannelState.ESTABLISHED);

    /**
     * How to log a transition.
     *
     * @param level debug if it is no news
     * @param failures how often in a row the channel failed to get its bridge, while it does and when it got it; else 0
     */
    record Note(Level level, long failures) {}

    private record Direction(String relay, ChannelRole role) {}

    private record Failing(String reason, long failures) {}

    /** The bridges of one direction, by channel. */
    private static final class Bridges {
        final Set<Long> standing = new HashSet<>();
        final Map<Long, Failing> failing = new HashMap<>();

        boolean areForgotten() {
            return standing.isEmpty() && failing.isEmpty();
        }
    }

    private final Map<Direction, Bridges> directions = new HashMap<>();

    synchronized Note note(Transition transition) {
        Direction direction = new Direction(transition.relay(), transition.role());
        Bridges bridges = directions.computeIfAbsent(direction, none -> new Bridges());
        Note note =
                transition.event() instanceof BridgeFailed ? failed(bridges, transition) : changed(bridges, transition);
        if (bridges.areForgotten()) {
            directions.remove(direction);
        }
        return note;
    }

    /** All channels of a direction dial the same peer, so what fails for one of them is no news from another. */
    private static Note failed(Bridges bridges, Transition transition) {
        boolean known = bridges.failing.values().stream()
                .anyMatch(failing -> failing.reason().equals(transition.reason()));
        Failing before = bridges.failing.get(transition.channel());
        long failures = before == null ? 1 : before.failures() + 1;
        bridges.failing.put(transition.channel(), new Failing(transition.reason(), failures));
        return new Note(known ? Level.DEBUG : Level.WARN, failures);
    }

    /** Whatever happens to a channel that failed to get its bridge, other than failing again, ends the fault. */
    private static Note changed(Bridges bridges, Transition transition) {
        boolean stood = !bridges.standing.isEmpty();
        if (HAS_BRIDGE.contains(transition.to())) {
            bridges.standing.add(transition.channel());
        } else {
            bridges.standing.remove(transition.channel());
        }
        boolean turned = stood == bridges.standing.isEmpty();
        Failing over = bridges.failing.remove(transition.channel());
        boolean isStep = transition.type() == ChannelType.UNDEFINED || transition.to() == ChannelState.ESTABLISHING;
        if (isStep && !turned && over == null) {
            return new Note(Level.DEBUG, 0);
        }
        return new Note(
                transition.event() instanceof BridgeLost ? Level.WARN : Level.INFO, over == null ? 0 : over.failures());
    }
}
