/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.drbd;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The block id of a stand-in's write. DRBD never looks into the peer's block ids, it only returns them; so there is room for a
 * checksum of the block and its place, by which a receiver finds out what was damaged, moved or mixed up without knowing what
 * was sent.
 *
 * <pre>
 *  bits 63..32  46 42 73 6D ("FBsm")
 *  bits 31..0   CRC-32C of the position (u64, big-endian) and the block
 * </pre>
 */
public final class BlockChecksum {
    private static final long TAG = 0x4642_736DL << 32;

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer place = ByteBuffer.allocate(Long.BYTES);

    /** Not thread-safe; the buffer's position and limit stay as they are. */
    public long of(long position, ByteBuffer block) {
        crc.reset();
        crc.update(place.clear().putLong(position).flip());
        crc.update(block.duplicate());
        return TAG | crc.getValue();
    }
}
