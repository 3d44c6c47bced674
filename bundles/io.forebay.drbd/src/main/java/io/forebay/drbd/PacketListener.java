/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import java.nio.ByteBuffer;

/**
 * Is told about the packets of one direction that matter for the connection's state, in stream order, on the thread
 * that scans. Of packets that come in long runs (bitmaps, resync and verify requests) only the first of a run is told.
 */
public interface PacketListener {

    /**
     * One packet, as soon as the part of it that matters has passed.
     *
     * @param type what it is
     * @param volume the header's volume number; 0xFFFF (DRBD 9, bsr) or 0 (8.4) in connection-wide packets
     * @param payloadBytes the length of the whole payload
     * @param head the first bytes of the payload at indices 0 to {@code limit() - 1}, big-endian; the scanner's own
     *     memory, to be read by index and valid during the call only
     */
    void onPacket(PacketType type, int volume, long payloadBytes, ByteBuffer head);

    /**
     * The packets of this direction can no longer be seen; comes at most twice (chunks can become an error).
     *
     * @param reason not {@link OpaqueReason#NONE}
     * @param sentence for operators
     */
    void onOpaque(OpaqueReason reason, String sentence);
}
