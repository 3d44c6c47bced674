/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import java.util.Objects;

/**
 * A relay as it is configured.
 *
 * @param name unique in this Forebay
 * @param resource what both sites call the relay in their hellos; unique among the relays that share an outside address
 * @param addresses where it listens and what it dials
 * @param memlimitBytes the most memory that its BABs hold, all channels and directions together;
 *     {@link #MEMLIMIT_MIN_BYTES} or more
 * @param reserveBytes what of that is taken from the allocator as soon as there is any, and kept while the relay is there, in
 *     whole segments; from 0 to {@code memlimitBytes}
 * @param allocator the name of the BAB allocator
 * @param codec the compression of what it sends
 * @param targets which of several plug-ins of those names it takes
 * @param timeouts how long it is patient
 * @param line how it uses its lines
 * @param source where this comes from, for messages: a file's name, for example
 */
public record RelaySettings(
        String name,
        String resource,
        RelayAddresses addresses,
        long memlimitBytes,
        long reserveBytes,
        String allocator,
        CodecChoice codec,
        PlugInTargets targets,
        RelayTimeouts timeouts,
        LineSettings line,
        String source) {

    /** The smallest memlimit: 1 MiB. */
    public static final long MEMLIMIT_MIN_BYTES = 1 << 20;

    /** The memlimit of DRBD Proxy and LINSTOR where none is given: 16 MiB. */
    public static final long MEMLIMIT_DEFAULT_BYTES = 16 << 20;

    public RelaySettings {
        Objects.requireNonNull(name);
        Objects.requireNonNull(resource);
        Objects.requireNonNull(addresses);
        Objects.requireNonNull(allocator);
        Objects.requireNonNull(codec);
        Objects.requireNonNull(targets);
        Objects.requireNonNull(timeouts);
        Objects.requireNonNull(line);
        Objects.requireNonNull(source);
        if (memlimitBytes < MEMLIMIT_MIN_BYTES) {
            throw new IllegalArgumentException("memlimit too small: memlimit=" + memlimitBytes + " (expected: at least "
                    + MEMLIMIT_MIN_BYTES + " bytes)");
        }
        if (reserveBytes < 0 || reserveBytes > memlimitBytes) {
            throw new IllegalArgumentException("reserve is no part of memlimit: reserve=" + reserveBytes
                    + " (expected: 0 to " + memlimitBytes + " bytes)");
        }
    }

    /** Without a reserve. */
    public RelaySettings(
            String name,
            String resource,
            RelayAddresses addresses,
            long memlimitBytes,
            String allocator,
            CodecChoice codec,
            PlugInTargets targets,
            RelayTimeouts timeouts,
            LineSettings line,
            String source) {
        this(name, resource, addresses, memlimitBytes, 0, allocator, codec, targets, timeouts, line, source);
    }
}
