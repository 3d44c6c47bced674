/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.bab;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;

/** One leased piece of BAB memory. Not thread-safe: one holder at a time. */
@ConsumerType
public interface Segment {

    /**
     * The memory, from index 0 to the segment's size; always the same buffer object until release. When leased it is
     * big-endian, its position 0, its limit the size. The holder may move and change these freely. It is either direct or backed by an accessible array.
     */
    ByteBuffer memory();

    /**
     * Takes the segment back to where it was leased from. Must be called exactly once; the buffer is dead after it.
     *
     * @throws IllegalStateException if it was released before; the message names the owner, as {@code owner=NAME}
     */
    void release();
}
