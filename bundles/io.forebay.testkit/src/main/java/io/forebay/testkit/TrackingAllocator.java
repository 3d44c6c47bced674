/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import io.forebay.api.bab.Segment;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An allocator that lends another's memory and knows what never came home. Thread-safe. */
public final class TrackingAllocator implements BabAllocator {

    private final BabAllocator inner;
    private final List<Tracked> opened = new CopyOnWriteArrayList<>();

    public TrackingAllocator(BabAllocator inner) {
        this.inner = inner;
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public BabMemory open(String owner, long limitBytes, int segmentBytes) throws BabException {
        BabMemory memory = inner.open(owner, limitBytes, segmentBytes);
        if (memory == null) {
            return null; // a faulty one is to be found out by whoever asked
        }
        Tracked tracked = new Tracked(memory);
        opened.add(tracked);
        return tracked;
    }

    /** Bytes leased and not released, of all memory ever opened. */
    public long leasedBytes() {
        return opened.stream().mapToLong(BabMemory::leasedBytes).sum();
    }

    /** Memories opened and not closed. */
    public long open() {
        return opened.stream().filter(one -> !one.closed).count();
    }

    private static final class Tracked implements BabMemory {
        private final BabMemory inner;
        private volatile boolean closed;

        Tracked(BabMemory inner) {
            this.inner = inner;
        }

        @Override
        public int segmentBytes() {
            return inner.segmentBytes();
        }

        @Override
        public long limitBytes() {
            return inner.limitBytes();
        }

        @Override
        public long leasedBytes() {
            return inner.leasedBytes();
        }

        @Override
        public Segment lease() {
            return inner.lease();
        }

        @Override
        public void close() {
            closed = true;
            inner.close();
        }
    }
}
