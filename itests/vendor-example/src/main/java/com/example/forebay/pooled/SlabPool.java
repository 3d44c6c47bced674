/* SPDX-License-Identifier: Apache-2.0 */
package com.example.forebay.pooled;

import io.forebay.api.bab.BabException;
import io.forebay.api.bab.NativeMemory;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

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

    /** Takes so many slabs, all or none. May block. */
    ByteBuffer[] take(String owner, int count) throws BabException {
        ByteBuffer[] slabs = new ByteBuffer[count];
        for (int i = 0; i < count; i++) {
            try {
                slabs[i] = one();
            } catch (OutOfMemoryError noRoom) {
                for (int taken = 0; taken < i; taken++) {
                    giveBack(slabs[taken]);
                }
                throw new BabException(
                        "Relay " + owner + " wants " + count + " slabs of " + (slabBytes >> 20)
                                + " MiB for its BAB, but"
                                + " the JVM has only " + i + ": raise -XX:MaxDirectMemorySize or lower the relay's"
                                + " memlimit.",
                        noRoom);
            }
        }
        return slabs;
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
