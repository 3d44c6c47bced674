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
 * @param allocator the name of the BAB allocator
 * @param codec the compression of what it sends
 * @param drainTimeoutMs how long a backlog is still delivered after its DRBD has gone, in milliseconds
 * @param resumeTimeoutMs how long DRBD's connections are kept while a broken bridge is rebuilt, in milliseconds; 0 ends them
 *     at once
 * @param source where this comes from, for messages: a file's name, for example
 */
public record RelaySettings(
        String name,
        String resource,
        RelayAddresses addresses,
        long memlimitBytes,
        String allocator,
        CodecChoice codec,
        int drainTimeoutMs,
        int resumeTimeoutMs,
        String source) {

    /** The smallest memlimit: 1 MiB. */
    public static final long MEMLIMIT_MIN_BYTES = 1 << 20;

    /** The memlimit of DRBD Proxy and LINSTOR where none is given: 16 MiB. */
    public static final long MEMLIMIT_DEFAULT_BYTES = 16 << 20;

    /** The drain timeout where none is given. */
    public static final int DRAIN_TIMEOUT_DEFAULT_MS = 10_000;

    /**
     * The resume timeout where none is given: a little less than the 42 s ({@code timeout} times {@code ko-count}) after which
     * DRBD gives up a peer that does not answer a write.
     */
    public static final int RESUME_TIMEOUT_DEFAULT_MS = 30_000;

    public RelaySettings {
        Objects.requireNonNull(name);
        Objects.requireNonNull(resource);
        Objects.requireNonNull(addresses);
        Objects.requireNonNull(allocator);
        Objects.requireNonNull(codec);
        Objects.requireNonNull(source);
        if (memlimitBytes < MEMLIMIT_MIN_BYTES) {
            throw new IllegalArgumentException("memlimit too small: memlimit=" + memlimitBytes + " (expected: at least "
                    + MEMLIMIT_MIN_BYTES + " bytes)");
        }
    }
}
