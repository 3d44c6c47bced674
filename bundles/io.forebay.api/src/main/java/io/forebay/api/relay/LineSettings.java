/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import java.util.Objects;

/**
 * How a relay uses its lines.
 *
 * @param sendBufferBytes SO_SNDBUF of its sockets, inside and outside; 0 leaves it to the system
 * @param receiveBufferBytes SO_RCVBUF of its sockets, inside and outside; 0 leaves it to the system
 * @param bwlimit the most that its data channels send over the WAN together, in bytes per second as they are on the line,
 *     compressed; meta is never held back
 * @param dial which site dials the WAN
 * @param congestion TCP's congestion control on its links, by the system's name, for example {@code bbr}; empty leaves it to
 *     the system
 * @param links over how many links a data channel is spread
 */
public record LineSettings(
        int sendBufferBytes,
        int receiveBufferBytes,
        BandwidthSchedule bwlimit,
        DialMode dial,
        String congestion,
        WanLinks links) {

    /** What holds where nothing is said: all is left to the system, no limit, and both sites dial one link. */
    public static final LineSettings DEFAULT = new LineSettings(0, 0, 0);

    public LineSettings {
        Objects.requireNonNull(bwlimit);
        Objects.requireNonNull(dial);
        Objects.requireNonNull(congestion);
        Objects.requireNonNull(links);
        if (sendBufferBytes < 0 || receiveBufferBytes < 0) {
            throw new IllegalArgumentException("less than nothing: sendBufferBytes=%d, receiveBufferBytes=%d"
                    .formatted(sendBufferBytes, receiveBufferBytes));
        }
    }

    /** The limit outside the windows of its schedule; 0 for none. */
    public long bwlimitBytesPerS() {
        return bwlimit.otherwiseBytesPerS();
    }

    /** Of lines that both sites dial, one link each, with the same limit at all times, 0 for none. */
    public LineSettings(int sendBufferBytes, int receiveBufferBytes, long bwlimitBytesPerS) {
        this(sendBufferBytes, receiveBufferBytes, bwlimitBytesPerS, DialMode.BOTH);
    }

    /** With the same limit at all times, 0 for none, the system's congestion control, and one link for each channel. */
    public LineSettings(int sendBufferBytes, int receiveBufferBytes, long bwlimitBytesPerS, DialMode dial) {
        this(sendBufferBytes, receiveBufferBytes, BandwidthSchedule.always(bwlimitBytesPerS), dial, "", WanLinks.ONE);
    }
}
