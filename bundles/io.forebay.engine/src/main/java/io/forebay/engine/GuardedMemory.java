/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import io.forebay.api.bab.Segment;
import io.forebay.api.transport.Loop;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * A plug-in's memory, and the only one who calls it. Everything it does is looked at; what its contract forbids is reported,
 * and from then on it is not asked for more. Used by one task at a time, which may block; never on a loop.
 */
final class GuardedMemory {

    /** Neither lending nor taking back may block. */
    private static final long CALL_NS = 1_000_000_000L;

    /** To unmap and delete large files takes its time. */
    private static final long CLOSE_NS = 10_000_000_000L;

    private final BabMemory memory;
    private final PlugIn<BabAllocator> allocator;
    private final int segmentBytes;
    private final long limitBytes;
    private final BabLoans.Loan loan;
    private final PlugInJudge judge;
    private final CallWatch watch;

    /** Segments and their buffers: what one of them is in cannot be lent again. A set that allocates only when it grows. */
    private final Set<Object> out = Collections.newSetFromMap(new IdentityHashMap<>());

    private volatile boolean trusted = true;

    private GuardedMemory(
            BabMemory memory, PlugIn<BabAllocator> allocator, BabLoans.Loan loan, Loop timers, PlugInJudge judge) {
        this.memory = memory;
        this.allocator = allocator;
        this.segmentBytes = memory.segmentBytes();
        this.limitBytes = memory.limitBytes();
        this.loan = loan;
        this.judge = judge;
        this.watch = new CallWatch(timers, this::blame);
    }

    /**
     * Has an allocator open memory; may take long.
     *
     * @param loan ends when the memory is closed; ended already if this throws
     * @throws BabException if it cannot give it
     * @throws PlugInFault if it does what it must not
     */
    static GuardedMemory open(
            PlugIn<BabAllocator> allocator,
            String owner,
            MemoryPlan plan,
            BabLoans.Loan loan,
            Loop timers,
            PlugInJudge judge)
            throws BabException, PlugInFault {
        BabMemory memory = null;
        try {
            memory = allocator.service().open(owner, plan.capacityBytes(), plan.segmentBytes());
            if (memory == null) {
                throw new PlugInFault("gave null for memory in open()");
            }
            GuardedMemory guarded = new GuardedMemory(memory, allocator, loan, timers, judge);
            guarded.check(plan);
            return guarded;
        } catch (BabException | PlugInFault e) {
            closeQuietly(memory);
            loan.end();
            throw e;
        } catch (Throwable e) {
            closeQuietly(memory);
            loan.end();
            throw PlugInFault.thrown(e, "open()");
        }
    }

    private void check(MemoryPlan plan) throws PlugInFault {
        if (segmentBytes != plan.segmentBytes() || !plan.isMetBy(segmentBytes, limitBytes)) {
            throw new PlugInFault(
                    "opened memory of %d bytes in segments of %d (expected: at least %d, in segments of %d)"
                            .formatted(limitBytes, segmentBytes, plan.capacityBytes(), plan.segmentBytes()));
        }
    }

    private static void closeQuietly(BabMemory memory) {
        try {
            if (memory != null) {
                memory.close();
            }
        } catch (Throwable e) {
            // It is being reported for something else already.
        }
    }

    PlugIn<BabAllocator> allocator() {
        return allocator;
    }

    int segmentBytes() {
        return segmentBytes;
    }

    long limitBytes() {
        return limitBytes;
    }

    /** Whether it has done nothing yet that it must not. Any thread. */
    boolean isTrusted() {
        return trusted;
    }

    /** A segment; less than the limit must be out. {@code null} if there is none, which is reported. */
    Piece lease() {
        Segment segment = null;
        ByteBuffer buffer = null;
        watch.begin("lease()", CALL_NS);
        try {
            segment = memory.lease();
            buffer = segment == null ? null : segment.memory();
        } catch (Throwable e) {
            blame(PlugInFault.thrown(e, "lease()").getMessage());
            return null;
        } finally {
            watch.end();
        }
        if (segment == null) {
            blame("lent nothing, although only %d of %d bytes are out".formatted(outBytes(), limitBytes));
            return null;
        }
        if (out.contains(segment) || buffer != null && out.contains(buffer)) {
            blame("lent a segment that is out already");
            return null;
        }
        String fault = faultOf(buffer);
        out.add(segment);
        out.add(buffer);
        Piece piece = new Piece(segment, buffer);
        if (fault != null) {
            blame(fault);
            giveBack(piece);
            return null;
        }
        loan.out(out.size() / 2, segmentBytes);
        return piece;
    }

    private String faultOf(ByteBuffer buffer) {
        if (buffer == null) {
            return "lent a segment without memory";
        }
        if (buffer.capacity() != segmentBytes) {
            return "lent a segment of %d bytes (expected: %d)".formatted(buffer.capacity(), segmentBytes);
        }
        if (buffer.isReadOnly()) {
            return "lent a segment that is read-only";
        }
        if (!buffer.isDirect() && !buffer.hasArray()) {
            return "lent a segment that is neither direct nor an array";
        }
        return buffer.order() == ByteOrder.BIG_ENDIAN ? null : "lent a segment that is little-endian";
    }

    private long outBytes() {
        return out.size() / 2L * segmentBytes;
    }

    /** Takes a segment back to the plug-in. */
    void giveBack(Piece piece) {
        Segment segment = piece.segment();
        out.remove(segment);
        out.remove(piece.memory);
        piece.leave();
        loan.out(out.size() / 2, segmentBytes);
        watch.begin("release()", CALL_NS);
        try {
            segment.release();
        } catch (Throwable e) {
            blame(PlugInFault.thrown(e, "release()").getMessage());
        } finally {
            watch.end();
        }
    }

    /** Closes it; all segments are home. */
    void close() {
        watch.begin("close()", CLOSE_NS);
        try {
            memory.close();
        } catch (Throwable e) {
            blame(PlugInFault.thrown(e, "close()").getMessage());
        } finally {
            watch.close();
            loan.end();
        }
    }

    private void blame(String what) {
        boolean first = trusted;
        trusted = false;
        if (first) {
            judge.onMisbehaviour(allocator, what);
        }
    }
}
