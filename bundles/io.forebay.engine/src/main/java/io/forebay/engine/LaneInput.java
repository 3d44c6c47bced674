/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * What one of several links has brought: records that may have to wait until those before them have come over another.
 * Owned by one loop.
 */
final class LaneInput implements Link.Sink {

    /** Where control records go. */
    interface Control {
        void onControl(ByteBuffer memory, int offset) throws PeerViolation;
    }

    /** How far a link may be ahead of the others before it is not read. */
    static final int BYTES = 1 << 20;

    private final Link link;
    private final LaneMerge merge;
    private final Control control;
    private final CRC32C crc = new CRC32C();
    private ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
    private int head;
    private int filled;

    /** How much of the first record the chain has already. */
    private int handed;

    LaneInput(Link link, LaneMerge merge, Control control) {
        this.link = link;
        this.merge = merge;
        this.control = control;
    }

    Link link() {
        return link;
    }

    @Override
    public ByteBuffer target() {
        if (head == filled || merge.hasEnded()) {
            head = 0;
            filled = 0;
        } else if (filled == buffer.capacity() || !holdsFirst()) {
            makeRoom();
        }
        return filled == buffer.capacity()
                ? null
                : buffer.limit(buffer.capacity()).position(filled);
    }

    /** Whether the first record fits behind where it begins. */
    private boolean holdsFirst() {
        return filled - head < RecordLayout.HEADER_BYTES
                || head + RecordLayout.recordBytes(buffer, head) <= buffer.capacity();
    }

    private void makeRoom() {
        int needed = filled - head < RecordLayout.HEADER_BYTES ? 0 : RecordLayout.recordBytes(buffer, head);
        ByteBuffer to = needed <= buffer.capacity() ? buffer : ByteBuffer.allocateDirect(needed);
        buffer.limit(filled).position(head);
        if (to == buffer) {
            buffer.compact();
        } else {
            to.put(0, buffer, head, filled - head);
        }
        buffer = to;
        filled -= head;
        head = 0;
    }

    @Override
    public void onRead(int bytes) {
        filled += bytes;
        if (!merge.hasEnded()) {
            merge.run();
        }
    }

    /** Hands on its first records as far as it is their turn; whether there were any. */
    boolean advance() throws PeerViolation {
        boolean moved = false;
        while (!merge.hasEnded() && filled - head >= RecordLayout.HEADER_BYTES) {
            if (handed == 0) {
                RecordLayout.check(buffer, head, RecordLayout.DATA_BYTES_MAX, crc);
            }
            int record = RecordLayout.recordBytes(buffer, head);
            if (filled - head < record || !take(record)) {
                break;
            }
            head += record;
            moved = true;
        }
        return moved;
    }

    private boolean take(int record) throws PeerViolation {
        RecordType type = RecordLayout.type(buffer, head);
        if (type != RecordType.DATA && type != RecordType.CLOSE) {
            RecordLayout.checkPayload(buffer, head, buffer, head + RecordLayout.HEADER_BYTES, crc);
            control.onControl(buffer, head);
            return true;
        }
        ReceiveChain chain = merge.chain();
        if (handed == 0
                && (RecordLayout.position(buffer, head) > chain.receivedPosition()
                        || !merge.knows(RecordLayout.codec(buffer, head)))) {
            return false;
        }
        while (handed < record) {
            ByteBuffer target = chain.target();
            if (target == null) {
                return false;
            }
            int part = Math.min(target.remaining(), record - handed);
            target.put(target.position(), buffer, head + handed, part);
            handed += part;
            chain.onRead(part);
        }
        handed = 0;
        return true;
    }

    /** Reads on if there is room again. */
    void resume() {
        if (head == filled || head > 0 || filled < buffer.capacity()) {
            link.resume();
        }
    }
}
