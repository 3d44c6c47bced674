/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Over how many links a data channel is spread, and from where this site dials them.
 *
 * @param count 1 to {@link #COUNT_MAX}; of what both sites say the larger counts
 * @param from local addresses to dial from, each in turn; empty to leave it to the system
 */
public record WanLinks(int count, List<InetAddress> from) {

    public static final int COUNT_MAX = 16;

    /** One link, from wherever the system dials. */
    public static final WanLinks ONE = new WanLinks(1, List.of());

    public WanLinks {
        from = List.copyOf(from);
        if (count < 1 || count > COUNT_MAX) {
            throw new IllegalArgumentException(
                    "impossible number of links: count=" + count + " (expected: 1 to " + COUNT_MAX + ")");
        }
    }

    /** As configurations spell it. */
    @Override
    public String toString() {
        return from.isEmpty()
                ? Integer.toString(count)
                : from.stream().map(InetAddress::getHostAddress).collect(Collectors.joining(",", count + " from ", ""));
    }
}
