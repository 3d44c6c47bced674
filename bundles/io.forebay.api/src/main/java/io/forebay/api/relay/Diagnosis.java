/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import io.forebay.api.state.ChannelState;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What the states of a relay's acceptor and connector, together with its faults, mean: which of the six connections is
 * missing, and why.
 *
 * @param acceptor the acceptor's state in the pair that is explained; {@code established}, too, where one node dialled both
 *     of DRBD's connections, so that the other role carries them all
 * @param connector the connector's state in that pair, likewise
 * @param healthy whether both of DRBD's connections are relayed
 * @param leg the missing connection, the nearest one if several are; empty if none is, or if it cannot be told
 * @param from who dials that connection: a Forebay by its IP, a DRBD by its own {@code ip:port}; empty without a leg, or if
 *     the peer has never said it
 * @param to which {@code ip:port} is dialled; empty likewise
 * @param since since when it is so
 * @param error the last error; may be empty
 * @param sentence one or two sentences for an operator, to be read behind the relay's name: what is missing between which
 *     addresses, since when, the last error
 * @param check what to look at, to be read behind "Check:"; empty if healthy
 */
public record Diagnosis(
        ChannelState acceptor,
        ChannelState connector,
        boolean healthy,
        Optional<Leg> leg,
        String from,
        String to,
        Instant since,
        String error,
        String sentence,
        String check) {

    public Diagnosis {
        Objects.requireNonNull(acceptor);
        Objects.requireNonNull(connector);
        Objects.requireNonNull(leg);
        Objects.requireNonNull(from);
        Objects.requireNonNull(to);
        Objects.requireNonNull(since);
        Objects.requireNonNull(error);
        Objects.requireNonNull(sentence);
        Objects.requireNonNull(check);
    }
}
