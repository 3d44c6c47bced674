/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/** The DRBD connections of a relay, and which of their channels cross: both DRBDs may dial at the same time. Thread-safe. */
final class DrbdSessions {

    private final LongSupplier clockNs;
    private final List<DrbdSession> sessions = new ArrayList<>();
    private final Set<Channel> typed = new LinkedHashSet<>();

    DrbdSessions(LongSupplier clockNs) {
        this.clockNs = clockNs;
    }

    /** The session whose parts are a data and a meta channel; a new one if there is none that lacks this type. */
    synchronized DrbdSession join(Channel channel, ChannelType type) {
        sessions.removeIf(DrbdSession::isOver);
        for (DrbdSession session : sessions) {
            if (session.join(channel, type)) {
                return session;
            }
        }
        DrbdSession session = new DrbdSession(clockNs);
        session.join(channel, type);
        sessions.add(session);
        return session;
    }

    /**
     * The connection that the other DRBD dialled with the same role while the nodes have not begun to talk to each other;
     * {@code null} if there is none.
     */
    synchronized Channel crossing(Channel channel) {
        Channel rival = typed.stream()
                .filter(other -> isCrossing(channel, other))
                .findFirst()
                .orElse(null);
        if (rival == null || channel.role() == ChannelRole.CONNECTOR) {
            typed.add(channel);
        }
        return rival;
    }

    private static boolean isCrossing(Channel channel, Channel other) {
        DrbdSession session = other.drbdSession();
        return other.type() == channel.type()
                && other.role() != channel.role()
                && !other.isEnding()
                && (session == null || !session.isNegotiating());
    }

    /** The channel has stopped for good. */
    synchronized void remove(Channel channel) {
        typed.remove(channel);
    }
}
