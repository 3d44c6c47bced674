/* SPDX-License-Identifier: Apache-2.0 */
package com.example.forebay.pooled;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;

/**
 * BAB memory in slabs outside the Java heap, all of it obtained when a relay starts, so that it cannot be missing later; slabs
 * that one relay gives back serve the next.
 */
@Component(service = BabAllocator.class, configurationPid = "com.example.forebay.pooled")
@Designate(ocd = PooledConfig.class)
public final class PooledBabAllocator implements BabAllocator {

    private final SlabPool pool;

    @Activate
    public PooledBabAllocator(PooledConfig config) {
        this(config.slab_mebibytes(), config.spare_slabs());
    }

    /** For tests. */
    PooledBabAllocator(int slabMebibytes, int spareSlabs) {
        if (slabMebibytes < 1 || slabMebibytes > 1024 || spareSlabs < 0) {
            throw new IllegalArgumentException("pool cannot be made: slab.mebibytes=" + slabMebibytes + ", spare.slabs="
                    + spareSlabs + " (expected: 1 to 1024, and 0 or more)");
        }
        pool = new SlabPool(slabMebibytes << 20, spareSlabs);
    }

    @Override
    public String name() {
        return "pooled";
    }

    @Override
    public BabMemory open(String owner, long limitBytes, int segmentBytes) throws BabException {
        return new PooledBabMemory(pool, owner, limitBytes, segmentBytes);
    }

    /** What all slabs take, in use or spare. */
    long heldBytes() {
        return pool.heldBytes();
    }

    /** Frees what no relay uses; the rest is freed when it comes home. */
    @Deactivate
    void close() {
        pool.close();
    }
}
