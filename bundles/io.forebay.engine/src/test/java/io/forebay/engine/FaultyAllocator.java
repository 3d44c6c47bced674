/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import io.forebay.api.bab.Segment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A good allocator that does one thing that it must not, from some moment on. */
final class FaultyAllocator implements BabAllocator {

    /** What it does wrong, and the words for it. */
    enum Fault {
        OPEN_THROWS("threw java.lang.IllegalStateException: spoiled in open()"),
        OPEN_LACKS_A_CLASS("threw java.lang.NoClassDefFoundError: spoiled in open()"),
        OPEN_GIVES_NULL("gave null for memory in open()"),
        OPEN_GIVES_OTHER_SEGMENTS("in segments of 524288 (expected: at least 67108864, in segments of 1048576)"),
        OPEN_GIVES_TOO_LITTLE("opened memory of 1048576 bytes in segments of 1048576 (expected: at least 67108864"),
        OPEN_HANGS("has not returned from open() for more than 12 s"),
        LEASE_THROWS("threw java.lang.IllegalStateException: spoiled in lease()"),
        LEASE_RUNS_OUT_OF_MEMORY("threw java.lang.OutOfMemoryError: spoiled in lease()"),
        LEASE_LEAKS("lent nothing, although only"),
        LEASE_HANGS("has not returned from lease() for more than 1 s"),
        SEGMENT_WITHOUT_MEMORY("lent a segment without memory"),
        SEGMENT_READ_ONLY("lent a segment that is read-only"),
        SEGMENT_TOO_SMALL("lent a segment of 4096 bytes (expected: 131072)"),
        SEGMENT_LITTLE_ENDIAN("lent a segment that is little-endian"),
        SEGMENT_TWICE("lent a segment that is out already"),
        BUFFER_TWICE("lent a segment that is out already"),
        RELEASE_THROWS("threw java.lang.IllegalStateException: spoiled in release()"),
        RELEASE_HANGS("has not returned from release() for more than 1 s"),
        CLOSE_THROWS("threw java.lang.IllegalStateException: spoiled in close()"),
        CLOSE_HANGS("has not returned from close() for more than 10 s");

        final String words;

        Fault(String words) {
            this.words = words;
        }

        boolean isOfOpen() {
            return name().startsWith("OPEN");
        }

        /** Whether it shows only when memory goes back. */
        boolean isOfReturn() {
            return name().startsWith("RELEASE") || name().startsWith("CLOSE");
        }
    }

    private final BabAllocator inner;
    private final Fault fault;
    private final Runnable aLongTime;
    private Segment last;
    boolean spoiled;

    /** With {@code aLongTime}, which lets the rest of the world go on while a call hangs. */
    FaultyAllocator(BabAllocator inner, Fault fault, Runnable aLongTime) {
        this.inner = inner;
        this.fault = fault;
        this.aLongTime = aLongTime;
    }

    @Override
    public String name() {
        return inner.name();
    }

    private boolean is(Fault one) {
        return spoiled && fault == one;
    }

    private void throwIf(Fault one) {
        if (is(one)) {
            throw new IllegalStateException("spoiled");
        }
    }

    private void hangIf(Fault one) {
        if (is(one)) {
            spoiled = false; // it hangs once
            aLongTime.run();
        }
    }

    @Override
    public BabMemory open(String owner, long limitBytes, int segmentBytes) throws BabException {
        throwIf(Fault.OPEN_THROWS);
        hangIf(Fault.OPEN_HANGS);
        if (is(Fault.OPEN_LACKS_A_CLASS)) {
            throw new NoClassDefFoundError("spoiled");
        }
        if (is(Fault.OPEN_GIVES_NULL)) {
            return null;
        }
        int segment = is(Fault.OPEN_GIVES_OTHER_SEGMENTS) ? segmentBytes / 2 : segmentBytes;
        return new Faulty(inner.open(owner, is(Fault.OPEN_GIVES_TOO_LITTLE) ? segment : limitBytes, segment));
    }

    private final class Faulty implements BabMemory {
        private final BabMemory memory;

        Faulty(BabMemory memory) {
            this.memory = memory;
        }

        @Override
        public int segmentBytes() {
            return memory.segmentBytes();
        }

        @Override
        public long limitBytes() {
            return memory.limitBytes();
        }

        @Override
        public long leasedBytes() {
            return memory.leasedBytes();
        }

        @Override
        public Segment lease() {
            throwIf(Fault.LEASE_THROWS);
            hangIf(Fault.LEASE_HANGS);
            if (is(Fault.LEASE_RUNS_OUT_OF_MEMORY)) {
                throw new OutOfMemoryError("spoiled");
            }
            if (is(Fault.LEASE_LEAKS)) {
                return null;
            }
            if (is(Fault.SEGMENT_TWICE)) {
                return last;
            }
            Segment segment = memory.lease();
            ByteBuffer buffer = is(Fault.BUFFER_TWICE) ? last.memory() : bufferOf(segment);
            Segment lent = new Lent(segment, buffer);
            last = lent;
            return lent;
        }

        private ByteBuffer bufferOf(Segment segment) {
            if (is(Fault.SEGMENT_WITHOUT_MEMORY)) {
                return null;
            }
            if (is(Fault.SEGMENT_READ_ONLY)) {
                return segment.memory().asReadOnlyBuffer();
            }
            if (is(Fault.SEGMENT_TOO_SMALL)) {
                return segment.memory().slice(0, 4096);
            }
            return is(Fault.SEGMENT_LITTLE_ENDIAN)
                    ? segment.memory().duplicate().order(ByteOrder.LITTLE_ENDIAN)
                    : segment.memory();
        }

        @Override
        public void close() {
            memory.close();
            throwIf(Fault.CLOSE_THROWS);
            hangIf(Fault.CLOSE_HANGS);
        }
    }

    private final class Lent implements Segment {
        private final Segment segment;
        private final ByteBuffer buffer;

        Lent(Segment segment, ByteBuffer buffer) {
            this.segment = segment;
            this.buffer = buffer;
        }

        @Override
        public ByteBuffer memory() {
            return buffer;
        }

        @Override
        public void release() {
            segment.release();
            throwIf(Fault.RELEASE_THROWS);
            hangIf(Fault.RELEASE_HANGS);
        }
    }
}
