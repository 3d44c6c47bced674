/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.state;

import java.time.Instant;

/**
 * A channel changed its state, or the reason for it.
 *
 * @param relay the relay's name
 * @param channel the channel's number, unique in this Forebay's lifetime
 * @param role its role
 * @param type its type, as far as it is known
 * @param from the state before
 * @param to the state after; the same one if only the reason changed
 * @param event what happened
 * @param at when, by the wall clock
 */
public record Transition(
        String relay,
        long channel,
        ChannelRole role,
        ChannelType type,
        ChannelState from,
        ChannelState to,
        ChannelEvent event,
        Instant at) {

    /** Why, in the words that the state will show. */
    public String reason() {
        return event.reason();
    }
}
