/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.Fault;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What an error says about its cause, as far as what to check depends on it; the first kind whose phrase occurs. */
enum FaultKind {
    /** The peer Forebay is there and does not want this relay. */
    REFUSED_BY_PEER("refused by the peer"),
    /** TLS: one end does not trust the other, or does not speak it. */
    TLS("tls: "),
    /** No room in the relay's memory, at the end that should have dialled. */
    NO_MEMORY("memlimit"),
    /** The machine is there and nothing listens. */
    REFUSED("refused"),
    /** Nothing answers. */
    TIMED_OUT("timed out", "silent", "no route", "unreachable"),
    /** Anything else. */
    OTHER(""),
    /** There is no fault. */
    NONE;

    private final List<String> phrases;

    FaultKind(String... phrases) {
        this.phrases = List.of(phrases);
    }

    static FaultKind of(Optional<Fault> fault) {
        if (fault.isEmpty()) {
            return NONE;
        }
        String error = fault.get().error().toLowerCase(Locale.ROOT);
        for (FaultKind kind : values()) {
            if (kind.phrases.stream().anyMatch(error::contains)) {
                return kind;
            }
        }
        return OTHER;
    }
}
