/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.bab;

import org.osgi.annotation.versioning.ConsumerType;

/** A source of BAB memory of one kind, for example heap arrays or mapped files. */
@ConsumerType
public interface BabAllocator {

    /**
     * The name by which a relay's configuration asks for this allocator, for example {@code mapped}. Always the same; lower
     * case letters, digits, dots and hyphens, a letter first.
     */
    String name();

    /**
     * Obtains memory for one owner. May take as long as the memory needs, within reason.
     *
     * @param owner the relay it is for; appears in names of files and in messages
     * @param limitBytes the most that may ever be leased at once, which is rounded down to whole segments; at least
     *     {@code segmentBytes}, and maybe more than any machine has
     * @param segmentBytes the size of each segment: a power of two, 4 KiB to 1 MiB
     * @throws BabException if the memory cannot be had; its message is a sentence for the operator. Anything else that is
     *     thrown counts as misbehaviour
     */
    BabMemory open(String owner, long limitBytes, int segmentBytes) throws BabException;
}
