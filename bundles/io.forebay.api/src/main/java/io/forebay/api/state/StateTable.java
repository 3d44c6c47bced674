/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.state;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** The legal transitions of a channel, as a pure function. Thread-safe. */
@ConsumerType
public interface StateTable {

    /**
     * The state that follows.
     *
     * @return empty if the event is not legal in that state; the caller's mistake, never the network's
     */
    Optional<ChannelState> next(ChannelRole role, ChannelType type, ChannelState state, ChannelEvent event);
}
