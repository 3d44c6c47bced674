/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.codec;

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

    /** Makes a compressor. */
    Compressor compressor();
}
