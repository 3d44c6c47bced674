/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Which of the two sites dials the WAN, as one of them says it. */
public enum DialMode {
    /** Each site dials for its connectors, and is dialled for its acceptors; or as the peer needs it. */
    BOTH,
    /** This site dials for all its channels and is never dialled. */
    OUTBOUND,
    /** This site never dials. */
    INBOUND;

    /** As configurations spell it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The mode that is spelled so; empty if none is. */
    public static Optional<DialMode> of(String word) {
        return Arrays.stream(values()).filter(mode -> mode.word().equals(word)).findFirst();
    }

    /**
     * Who dials when this site says this and the peer says another.
     *
     * @param peer what the peer says; {@code BOTH} while that is not known
     * @return {@code OUTBOUND} if it is this site alone, {@code INBOUND} if the peer alone, {@code BOTH} if each for its own
     */
    public DialMode with(DialMode peer) {
        if (this != BOTH) {
            return this;
        }
        return switch (peer) {
            case BOTH -> BOTH;
            case OUTBOUND -> INBOUND;
            case INBOUND -> OUTBOUND;
        };
    }
}
