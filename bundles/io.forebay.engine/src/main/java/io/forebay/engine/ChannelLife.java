/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelEvent;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.api.state.Transition;
import java.time.Instant;

/**
 * Where a channel is in its life, since when and why, and the one door through which that changes. Changed on the channel's
 * loop; state and type may be read on any thread.
 */
final class ChannelLife {

    private final long id;
    private final ChannelRole role;
    private final ChannelHome home;
    private volatile ChannelState state;
    private volatile ChannelType type = ChannelType.UNDEFINED;
    private String reason;
    private Instant since;
    private boolean established;

    ChannelLife(long id, ChannelRole role, ChannelState initial, ChannelHome home) {
        this.id = id;
        this.role = role;
        this.home = home;
        this.state = initial;
        this.reason = initial == ChannelState.ALLOCATING ? "memory is being obtained" : "";
        this.since = home.surroundings().clock().instant();
    }

    /** Changes the state as the table says, and reports it. */
    void on(ChannelEvent event) {
        ChannelState from = state;
        state = home.states()
                .next(role, type, from, event)
                .orElseThrow(
                        () -> new IllegalStateException("illegal transition: channel=%d, role=%s, state=%s, event=%s"
                                .formatted(id, role, from, event)));
        Instant now = home.surroundings().clock().instant();
        if (state != from) {
            since = now;
        }
        established |= state == ChannelState.ESTABLISHED;
        reason = event.reason();
        home.surroundings()
                .events()
                .onTransition(new Transition(home.settings().name(), id, role, type, from, state, event, now));
    }

    ChannelRole role() {
        return role;
    }

    ChannelState state() {
        return state;
    }

    boolean isIn(ChannelState... states) {
        for (ChannelState one : states) {
            if (state == one) {
                return true;
            }
        }
        return false;
    }

    ChannelType type() {
        return type;
    }

    /** DRBD's first packet has told the type. */
    void type(ChannelType known) {
        type = known;
    }

    /** Why it is in its state. */
    String reason() {
        return reason;
    }

    /** It is still in its state, for another reason. */
    void reason(String other) {
        reason = other;
    }

    /** Since when it has been in its state. */
    Instant since() {
        return since;
    }

    /** Whether it relays, or ever did. */
    boolean wasEstablished() {
        return established;
    }
}
