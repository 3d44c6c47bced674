/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.codec;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** A codec with its options settled. Immutable and thread-safe. */
@ConsumerType
public interface CodecProfile {

    /** The profile in words that {@link Codec#profile} takes again, defaults included, for example {@code level 3}. */
    String words();

    /**
     * Whether blocks refer to earlier blocks of the same stream (a long window). Then one compressor serves one stream
     * from its start, its blocks are made and decompressed in order, and none is left out.
     */
    boolean history();

    /**
     * The profiles that may take this one's place while a channel is at work, from the one that costs least time to the one
     * that saves most bytes: which one is in force follows from what is scarcer at the moment, CPU or line. At most 64, all
     * with the same {@link #history}; a history ends where another one takes over. This one alone if there is nothing to
     * choose.
     *
     * @since 1.1
     */
    default List<CodecProfile> steps() {
        return List.of(this);
    }

    /**
     * The same with a {@link #history} of at most 1 MiB, for small blocks, which alone would compress badly: a relay may
     * take it for some of its blocks, beside this one for others; what it makes refers to blocks that were made with it only.
     * Empty if there is none, or if this one has a history.
     *
     * @since 1.1
     */
    default Optional<CodecProfile> linked() {
        return Optional.empty();
    }

    /** Makes a compressor. */
    Compressor compressor();
}
