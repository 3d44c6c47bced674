/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

/**
 * How a relay uses its lines.
 *
 * @param sendBufferBytes SO_SNDBUF of its sockets, inside and outside; 0 leaves it to the system
 * @param receiveBufferBytes SO_RCVBUF of its sockets, inside and outside; 0 leaves it to the system
 * @param bwlimitBytesPerS the most that its data channels send over the WAN, in bytes per second as they are on the line,
 *     compressed; meta is never held back; 0 for no limit
 */
public record LineSettings(int sendBufferBytes, int receiveBufferBytes, long bwlimitBytesPerS) {

    /** What holds where nothing is said: all is left to the system, and no limit. */
    public static final LineSettings DEFAULT = new LineSettings(0, 0, 0);

    public LineSettings {
        if (sendBufferBytes < 0 || receiveBufferBytes < 0 || bwlimitBytesPerS < 0) {
            throw new IllegalArgumentException(
                    "less than nothing: sendBufferBytes=%d, receiveBufferBytes=%d, bwlimitBytesPerS=%d"
                            .formatted(sendBufferBytes, receiveBufferBytes, bwlimitBytesPerS));
        }
    }
}
