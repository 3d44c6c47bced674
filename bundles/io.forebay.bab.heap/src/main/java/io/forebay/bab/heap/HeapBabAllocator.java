/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.bab.heap;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import java.util.Locale;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * BAB memory in arrays of the Java heap, made as they are needed.
 *
 * <p>Simple and portable. The garbage collector scans and may move it, and with G1 an array of half a region or more
 * takes whole regions: keep segments well below 1 MiB on small heaps.
 */
@Component(service = BabAllocator.class, property = "name=heap")
public final class HeapBabAllocator implements BabAllocator {

    private final long heapBytesMax;
    private long promisedBytes;

    @Activate
    public HeapBabAllocator() {
        this(Runtime.getRuntime().maxMemory());
    }

    HeapBabAllocator(long heapBytesMax) {
        this.heapBytesMax = heapBytesMax;
    }

    @Override
    public String name() {
        return "heap";
    }

    @Override
    public BabMemory open(String owner, long limitBytes, int segmentBytes) throws BabException {
        HeapBabMemory memory = new HeapBabMemory(this, owner, limitBytes, segmentBytes);
        promise(owner, memory.limitBytes());
        return memory;
    }

    /** What open memories may still take, in bytes. */
    synchronized long promisedBytes() {
        return promisedBytes;
    }

    /** An eighth of the heap stays free: for everything else, and because a collector needs room to move things. */
    private synchronized void promise(String owner, long limitBytes) throws BabException {
        long roomBytes = heapBytesMax - heapBytesMax / 8 - promisedBytes;
        if (limitBytes > roomBytes) {
            throw new BabException(String.format(
                    Locale.ROOT,
                    "Relay %s wants %d MiB of heap for its BAB, but of the JVM's %d MiB only %d MiB are left for it"
                            + " (%d MiB are promised to other relays, an eighth stays free): raise -Xmx, lower the relay's memlimit, or use"
                            + " the allocator \"mapped\".",
                    owner,
                    limitBytes >> 20,
                    heapBytesMax >> 20,
                    Math.max(0, roomBytes) >> 20,
                    promisedBytes >> 20));
        }
        promisedBytes += limitBytes;
    }

    synchronized void takeBack(long limitBytes) {
        promisedBytes -= limitBytes;
    }
}
