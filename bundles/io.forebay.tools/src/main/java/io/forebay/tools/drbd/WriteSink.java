/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.drbd;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where the writes go that a node takes. */
public interface WriteSink {
    /**
     * Takes one write, before it is acknowledged.
     *
     * @param position on the device, in bytes
     * @param blockId what its sender called it: its {@link BlockChecksum} if the sender is a stand-in
     * @param block its bytes, from position to limit; only valid during the call
     */
    void take(long position, long blockId, ByteBuffer block) throws IOException;
}
