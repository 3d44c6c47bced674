/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import java.util.Objects;

/**
 * How a relay uses its lines.
 *
 * @param sendBufferBytes SO_SNDBUF of its sockets, inside and outside; 0 leaves it to the system
 * @param receiveBufferBytes SO_RCVBUF of its sockets, inside and outside; 0 leaves it to the system
 * @param bwlimitBytesPerS the most that its data channels send over the WAN, in bytes per second as they are on the line,
 *     compressed; meta is never held back; 0 for no limit
 * @param dial which site dials the WAN
 */
public record LineSettings(int sendBufferBytes, int receiveBufferBytes, long bwlimitBytesPerS, DialMode dial) {

    /** What holds where nothing is said: all is left to the system, no limit, and both sites dial. */
    public static final LineSettings DEFAULT = new LineSettings(0, 0, 0, DialMode.BOTH);

    /** Of lines that both sites dial. */
    public LineSettings(int sendBufferBytes, int receiveBufferBytes, long bwlimitBytesPerS) {
        this(sendBufferBytes, receiveBufferBytes, bwlimitBytesPerS, DialMode.BOTH);
    }

    public LineSettings {
        Objects.requireNonNull(dial);
        if (sendBufferBytes < 0 || receiveBufferBytes < 0 || bwlimitBytesPerS < 0) {
            throw new IllegalArgumentException(
                    "less than nothing: sendBufferBytes=%d, receiveBufferBytes=%d, bwlimitBytesPerS=%d"
                            .formatted(sendBufferBytes, receiveBufferBytes, bwlimitBytesPerS));
        }
    }
}
