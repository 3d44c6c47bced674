/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.drbd;

import java.io.IOException;

/** What the node with the writes writes, block by block, to consecutive places of its device. */
public interface WriteSource {
    /**
     * Puts the next block's bytes into a buffer; may wait until they are due.
     *
     * @param position of the block on the device, in bytes
     * @param into takes the bytes from {@code offset} on
     * @param blockBytes the most to put
     * @return how many were put; 0 at the end. Fewer than {@code blockBytes} only in the last block.
     */
    int next(long position, byte[] into, int offset, int blockBytes) throws IOException, InterruptedException;
}
