/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.state;

import static io.forebay.api.state.ChannelState.*;

import io.forebay.api.state.ChannelEvent;
import io.forebay.api.state.ChannelEvent.*;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.api.state.StateTable;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import org.osgi.service.component.annotations.Component;

/** The transitions of a channel as data: the first rule that fits gives the next state. */
@Component
public final class TransitionTable implements StateTable {

    private static final Set<ChannelRole> BOTH = EnumSet.allOf(ChannelRole.class);
    private static final Set<ChannelRole> ACCEPTOR = EnumSet.of(ChannelRole.ACCEPTOR);
    private static final Set<ChannelRole> CONNECTOR = EnumSet.of(ChannelRole.CONNECTOR);
    private static final Set<ChannelState> HAS_NO_SESSION = EnumSet.of(BRIDGED, WAITING, CONNECTING);
    private static final Set<ChannelState> HAS_SESSION =
            EnumSet.of(CONNECTED, CONNECTING, ESTABLISHING, ESTABLISHED, RESUMING);
    private static final BiPredicate<ChannelType, ChannelEvent> ALWAYS = (type, event) -> true;

    /** What a data channel with a backlog does when an end of it closes: deliver first. Meta has nothing worth that. */
    private static final BiPredicate<ChannelType, ChannelEvent> WORTH_DRAINING =
            (type, event) -> type == ChannelType.DATA && event instanceof Closing closing && closing.backlogBytes() > 0;

    private record Rule(
            Set<ChannelState> from,
            Set<ChannelRole> roles,
            Class<? extends ChannelEvent> event,
            BiPredicate<ChannelType, ChannelEvent> condition,
            ChannelState to) {}

    private static final List<Rule> RULES = List.of(
            rule(EnumSet.of(ALLOCATING), BOTH, MemoryObtained.class, BRIDGING),
            rule(EnumSet.of(BRIDGING), BOTH, BridgeFailed.class, BRIDGING),
            rule(EnumSet.of(BRIDGING), BOTH, BridgeUp.class, BRIDGED),
            rule(EnumSet.of(BRIDGED), ACCEPTOR, Ready.class, WAITING),
            rule(EnumSet.of(BRIDGED), CONNECTOR, Ready.class, CONNECTING),
            rule(HAS_NO_SESSION, BOTH, BridgeLost.class, BRIDGING),
            rule(EnumSet.of(WAITING), ACCEPTOR, DrbdAccepted.class, CONNECTED),
            rule(EnumSet.of(CONNECTED), ACCEPTOR, TypeKnown.class, ESTABLISHING),
            rule(EnumSet.of(CONNECTING), CONNECTOR, TypeKnown.class, CONNECTING),
            rule(EnumSet.of(CONNECTING), CONNECTOR, DrbdReached.class, ESTABLISHING),
            rule(EnumSet.of(ESTABLISHING), BOTH, Established.class, ESTABLISHED),
            rule(EnumSet.of(ESTABLISHED), BOTH, BridgeLost.class, RESUMING),
            rule(EnumSet.of(RESUMING), BOTH, BridgeFailed.class, RESUMING),
            rule(EnumSet.of(RESUMING), BOTH, Resumed.class, ESTABLISHED),
            new Rule(HAS_SESSION, BOTH, Closing.class, WORTH_DRAINING, CLOSE_PENDING),
            rule(HAS_SESSION, BOTH, Closing.class, STOPPING),
            rule(EnumSet.of(CLOSE_PENDING), BOTH, Drained.class, STOPPING),
            rule(EnumSet.of(CLOSE_PENDING, STOPPING), BOTH, Closing.class, STOPPING),
            rule(EnumSet.of(CLOSE_PENDING), BOTH, BridgeLost.class, CLOSE_PENDING),
            rule(EnumSet.of(CLOSE_PENDING), BOTH, BridgeFailed.class, CLOSE_PENDING),
            rule(EnumSet.of(CLOSE_PENDING), BOTH, Resumed.class, CLOSE_PENDING),
            rule(EnumSet.of(CONNECTED, ESTABLISHING), BOTH, BridgeLost.class, STOPPING),
            rule(EnumSet.complementOf(EnumSet.of(STOPPED)), BOTH, Stop.class, STOPPING),
            rule(EnumSet.of(STOPPING), BOTH, Closed.class, STOPPED),
            rule(EnumSet.of(STOPPED), BOTH, Restart.class, BRIDGING));

    private static Rule rule(
            Set<ChannelState> from, Set<ChannelRole> roles, Class<? extends ChannelEvent> event, ChannelState to) {
        return new Rule(from, roles, event, ALWAYS, to);
    }

    @Override
    public Optional<ChannelState> next(ChannelRole role, ChannelType type, ChannelState state, ChannelEvent event) {
        for (Rule rule : RULES) {
            if (rule.from.contains(state)
                    && rule.roles.contains(role)
                    && rule.event.isInstance(event)
                    && rule.condition.test(type, event)) {
                return Optional.of(rule.to);
            }
        }
        return Optional.empty();
    }
}
