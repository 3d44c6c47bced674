/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.bab;

import org.osgi.annotation.versioning.ConsumerType;

/** The memory of one owner: equal segments, lent and taken back, never more at once than its limit. Thread-safe. */
@ConsumerType
public interface BabMemory extends AutoCloseable {

    /** Size of every segment in bytes. */
    int segmentBytes();

    /** The most that may be leased at once, in bytes, rounded down to whole segments. */
    long limitBytes();

    /** What is leased now, in bytes: whole segments, however little of them is used. */
    long leasedBytes();

    /**
     * Lends a segment, its content undefined; {@code null} if the limit is reached, or if this memory is closed. To lend nothing
     * below the limit breaks the promise of {@link BabAllocator#open}: the relay takes another allocator then. Once warm it
     * should allocate nothing.
     */
    Segment lease();

    /**
     * Gives the memory back. Segments still out stay usable; their memory is freed when they are released. Closing
     * again has no effect.
     */
    @Override
    void close();
}
