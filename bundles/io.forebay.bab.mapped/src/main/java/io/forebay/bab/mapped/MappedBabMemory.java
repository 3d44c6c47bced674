/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.bab.mapped;

import io.forebay.api.bab.BabMemory;
import io.forebay.api.bab.Segment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The files of one owner, cut into segments. Every field is guarded by this object's lock. The segment returned last is
 * lent first, so that a BAB that is mostly empty touches few pages.
 */
final class MappedBabMemory implements BabMemory {

    private final BabFolder folder;
    private final List<MappedFile> files;
    private final String owner;
    private final long limitBytes;
    private final int segmentBytes;

    private MappedSegment free;
    private int file;
    private int fileCutBytes;
    private long leasedBytes;
    private boolean closed;

    MappedBabMemory(BabFolder folder, List<MappedFile> files, String owner, long limitBytes, int segmentBytes) {
        this.folder = folder;
        this.files = files;
        this.owner = owner;
        this.limitBytes = limitBytes;
        this.segmentBytes = segmentBytes;
    }

    @Override
    public int segmentBytes() {
        return segmentBytes;
    }

    @Override
    public long limitBytes() {
        return limitBytes;
    }

    @Override
    public synchronized long leasedBytes() {
        return leasedBytes;
    }

    @Override
    public synchronized Segment lease() {
        if (closed || leasedBytes == limitBytes) {
            return null;
        }
        MappedSegment segment = free;
        if (segment != null) {
            free = segment.next;
            segment.next = null;
        } else {
            segment = cut();
        }
        leasedBytes += segmentBytes;
        segment.lend();
        return segment;
    }

    /** All files are whole segments, so none straddles two. */
    private MappedSegment cut() {
        if (fileCutBytes == files.get(file).bytes()) {
            file++;
            fileCutBytes = 0;
        }
        MappedSegment segment = new MappedSegment(files.get(file).slice(fileCutBytes, segmentBytes));
        fileCutBytes += segmentBytes;
        return segment;
    }

    private void giveBack(MappedSegment segment) {
        boolean last;
        synchronized (this) {
            if (!segment.lent) {
                throw new IllegalStateException("segment released twice: owner=" + owner + " (expected: leased)");
            }
            segment.lent = false;
            segment.next = free;
            free = segment;
            leasedBytes -= segmentBytes;
            last = closed && leasedBytes == 0;
        }
        if (last) {
            remove();
        }
    }

    @Override
    public void close() {
        boolean last;
        synchronized (this) {
            last = !closed && leasedBytes == 0;
            closed = true;
        }
        if (last) {
            remove();
        }
    }

    private void remove() {
        files.forEach(MappedFile::remove);
        folder.onRemoved();
    }

    private final class MappedSegment implements Segment {

        private final ByteBuffer buffer;
        private MappedSegment next;
        private boolean lent;

        MappedSegment(ByteBuffer buffer) {
            this.buffer = buffer;
        }

        void lend() {
            lent = true;
            // Big-endian again too, whatever the last holder set.
            buffer.clear().order(ByteOrder.BIG_ENDIAN);
        }

        @Override
        public ByteBuffer memory() {
            return buffer;
        }

        @Override
        public void release() {
            giveBack(this);
        }
    }
}
