/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import io.forebay.config.SocketAddressText;
import io.forebay.config.ValueRefusedException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An address as it stands in the file: {@code [ipv4] A.B.C.D:PORT} or {@code ipv6 [X]:PORT}. It is understood only when it is
 * asked for, so that no address of a resource without relays can be an obstacle.
 *
 * @param tokens all of it
 * @param place of its keyword
 */
record DrbdConfAddress(List<DrbdConfToken> tokens, DrbdConfPlace place) {

    /** Longer than any IPv6 address with its interface and port. */
    private static final int LENGTH_MAX = 128;

    private static final Set<String> FAMILIES = Set.of("ipv4", "ipv6", "sci", "ssocks", "sdp");

    DrbdConfAddress {
        tokens = List.copyOf(tokens);
    }

    /** The same IP with another port. */
    DrbdConfAddress withPort(DrbdConfToken port) {
        List<DrbdConfToken> changed = new ArrayList<>(tokens.subList(0, Math.max(0, tokens.size() - 1)));
        changed.add(port);
        return new DrbdConfAddress(changed, port.place());
    }

    /** Without asking a name server. */
    InetSocketAddress socket() throws DrbdConfException {
        StringBuilder text = new StringBuilder();
        boolean family = !tokens.isEmpty() && FAMILIES.contains(tokens.get(0).text());
        tokens.stream().skip(family ? 1 : 0).forEach(token -> text.append(token.text()));
        if (text.length() > LENGTH_MAX) {
            throw new DrbdConfException(
                    place, "the address that stands here is no IP and port: write for example 10.0.0.1:7788.");
        }
        boolean bracketed = text.indexOf("[") == 0;
        if (bracketed != (family && tokens.get(0).is("ipv6"))) {
            throw new DrbdConfException(
                    place,
                    "the address " + text
                            + " and its family do not fit, because drbdadm wants ipv6 in front of brackets"
                            + " and only there: write for example ipv6 [fd00::1]:7788, or 10.0.0.1:7788.");
        }
        try {
            return SocketAddressText.local(text.toString());
        } catch (ValueRefusedException e) {
            throw new DrbdConfException(place, "the address " + text + " " + e.getMessage() + ".");
        }
    }
}
