/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.bab.mapped;

import io.forebay.api.bab.BabAllocator;
import java.nio.file.Path;

/** Opens to benchmarks what is closed to other packages: an allocator in a folder, without a configuration. */
public final class MappedAllocatorSource {

    private MappedAllocatorSource() {}

    /** The folder need not exist. */
    public static BabAllocator in(Path folder) {
        return new MappedBabAllocator(folder);
    }
}
