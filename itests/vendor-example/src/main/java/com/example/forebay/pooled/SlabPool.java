/* SPDX-License-Identifier: Apache-2.0 */
package com.example.forebay.pooled;

import io.forebay.api.bab.BabException;
import io.forebay.api.bab.NativeMemory;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Makes slabs, and keeps those that no memory uses now. Thread-safe. */
final class SlabPool {

    private final int slabBytes;
    private final ArrayDeque<ByteBuffer> spare = new ArrayDeque<>();
    private int spareMax;
    private int made;

    SlabPool(int slabBytes, int spareMax) {
        this.slabBytes = slabBytes;
        this.spareMax = spareMax;
    }

    int slabBytes() {
        return slabBytes;
    }

    /** What all slabs take, in use or spare. */
    synchronized long heldBytes() {
        return (long) made * slabBytes;
    }

    /** Takes so many slabs, all or none, however many are asked for. May block. */
    List<ByteBuffer> take(String owner, long count) throws BabException {
        List<ByteBuffer> slabs = new ArrayList<>();
        try {
            while (slabs.size() < count) {
                slabs.add(one());
            }
            return slabs;
        } catch (OutOfMemoryError noRoom) {
            slabs.forEach(this::giveBack);
            throw new BabException(
                    "Relay " + owner + " wants " + count + " slabs of " + (slabBytes >> 20) + " MiB for its BAB, but"
                            + " the JVM has only " + slabs.size() + ": raise -XX:MaxDirectMemorySize or lower the"
                            + " relay's memlimit.",
                    noRoom);
        }
    }

    private ByteBuffer one() {
        synchronized (this) {
            ByteBuffer slab = spare.poll();
            if (slab != null) {
                return slab;
            }
        }
        ByteBuffer slab = ByteBuffer.allocateDirect(slabBytes);
        synchronized (this) {
            made++;
        }
        return slab;
    }

    synchronized void giveBack(ByteBuffer slab) {
        if (spare.size() < spareMax) {
            spare.push(slab);
        } else {
            free(slab);
        }
    }

    private void free(ByteBuffer slab) {
        made--;
        NativeMemory.free(slab);
    }

    /** Frees all spare slabs, and from now on each that is given back. */
    synchronized void close() {
        spareMax = 0;
        spare.forEach(this::free);
        spare.clear();
    }
}
