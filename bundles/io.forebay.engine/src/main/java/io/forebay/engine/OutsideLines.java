/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.transport.Transport;

/** How peers are reached: with TLS or without, as their relays are configured. Thread-safe. */
final class OutsideLines {

    private final Transport transport;

    OutsideLines(Transport transport) {
        this.transport = transport;
    }

    /**
     * What links between these addresses are made by. In clear only if that is what is asked for.
     *
     * @throws IllegalStateException with a sentence, if the transport cannot do what is asked for
     */
    Transport of(RelayAddresses addresses) {
        if (!addresses.tls()) {
            return transport;
        }
        return transport.secured().orElseThrow(() -> new IllegalStateException(noTls()));
    }

    private String noTls() {
        return "the transport %s has no TLS: choose another, or write tls off and let a VPN encrypt the line"
                .formatted(transport.name());
    }

    /** What keeps links between these addresses from being made, or soon will, a sentence; empty if nothing does. */
    String problem(RelayAddresses addresses) {
        if (!addresses.tls()) {
            return "";
        }
        return transport.secured().map(Transport::problem).orElseGet(this::noTls);
    }
}
