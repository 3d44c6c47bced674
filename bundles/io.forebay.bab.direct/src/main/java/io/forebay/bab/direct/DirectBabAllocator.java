/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.bab.direct;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * BAB memory outside the Java heap, obtained as it is needed and given back to the operating system when closed.
 *
 * <p>Chunks of 1 MiB: the JVM clears a chunk when it makes it, so a chunk is resident from its first segment on.
 */
@Component(service = BabAllocator.class, property = "name=direct")
public final class DirectBabAllocator implements BabAllocator {

    private final long directBytesMax;
    private final BufferPoolMXBean pool;
    private long promisedBytes;
    private long chunkBytes;

    @Activate
    public DirectBabAllocator() {
        this(directBytesMax());
    }

    DirectBabAllocator(long directBytesMax) {
        this.directBytesMax = directBytesMax;
        this.pool = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(candidate -> candidate.getName().equals("direct"))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public String name() {
        return "direct";
    }

    @Override
    public BabMemory open(String owner, long limitBytes, int segmentBytes) throws BabException {
        DirectBabMemory memory = new DirectBabMemory(this, owner, limitBytes, segmentBytes);
        promise(owner, memory.chunkBytesMax());
        return memory;
    }

    /** What open memories may still take, in bytes. */
    synchronized long promisedBytes() {
        return promisedBytes;
    }

    private synchronized void promise(String owner, long bytes) throws BabException {
        // What others (the transport, the JDK) use now is theirs; what our chunks use is part of what we promised.
        long othersBytes = Math.max(0, pool.getMemoryUsed() - chunkBytes);
        long roomBytes = directBytesMax - othersBytes - promisedBytes;
        if (bytes > roomBytes) {
            throw new BabException(String.format(
                    Locale.ROOT,
                    "Relay %s wants %d MiB of direct memory for its BAB, but of the JVM's %d MiB only %d MiB are left"
                            + " for it (%d MiB are promised to other relays): raise -XX:MaxDirectMemorySize (or -Xmx,"
                            + " which it follows if unset), lower the relay's memlimit, or use the allocator"
                            + " \"mapped\".",
                    owner,
                    bytes >> 20,
                    directBytesMax >> 20,
                    Math.max(0, roomBytes) >> 20,
                    promisedBytes >> 20));
        }
        promisedBytes += bytes;
    }

    /**
     * Counts a chunk about to be made. False if the JVM's limit leaves no room for it, because others took more since
     * {@code open}; asking the JVM then would collect garbage and sleep on the caller's thread before it failed.
     */
    synchronized boolean reserve(long bytes) {
        if (pool.getMemoryUsed() + bytes > directBytesMax) {
            return false;
        }
        chunkBytes += bytes;
        return true;
    }

    synchronized void onFreed(long bytes) {
        chunkBytes -= bytes;
    }

    synchronized void takeBack(long bytes) {
        promisedBytes -= bytes;
    }

    /** {@code -XX:MaxDirectMemorySize}, or the heap's maximum if it is not set, as the JVM itself decides. */
    private static long directBytesMax() {
        HotSpotDiagnosticMXBean diagnostic = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        long option = diagnostic == null
                ? 0
                : Long.parseLong(diagnostic.getVMOption("MaxDirectMemorySize").getValue());
        return option > 0 ? option : Runtime.getRuntime().maxMemory();
    }
}
