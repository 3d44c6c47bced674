/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import io.forebay.tools.drbd.BlockChecksum;
import io.forebay.tools.drbd.DrbdPacket;
import io.forebay.tools.drbd.WriteSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Checks every write: that it comes where it is due, that it is what its sender made (by the checksum it carries), and, if this
 * side knows the content, each of its bytes. For the receiver's thread; any thread may read.
 */
final class VerifyingSink implements WriteSink {
    private final Content expected;
    private final byte[] block = new byte[DrbdPacket.WRITE_BYTES_MAX];
    private final BlockChecksum checksum = new BlockChecksum();
    private boolean connectionBegins;
    private volatile long endPosition;
    private volatile long takenBytes;
    private volatile long firstNs;
    private volatile long lastNs;

    /** @param expected the content, or {@code null} if only checksums are to be compared */
    VerifyingSink(Content expected) {
        this.expected = expected;
    }

    /** A connection begins: what had not been acknowledged comes again, and nothing may be missing. */
    void onConnected() {
        connectionBegins = true;
    }

    @Override
    public void take(long position, long blockId, ByteBuffer write) throws IOException {
        int count = write.remaining();
        boolean due = connectionBegins ? position <= endPosition : position == endPosition;
        if (!due) {
            throw new WrongBytesException(
                    endPosition, "a write at offset %d came where offset %d was due".formatted(position, endPosition));
        }
        connectionBegins = false;
        boolean asSent = checksum.of(position, write) == blockId;
        requireExpected(position, write, asSent);
        if (!asSent) {
            throw new WrongBytesException(
                    position,
                    "wrong bytes in the write at offset %d, %d bytes long: its checksum is not the one it was sent with"
                            .formatted(position, count));
        }
        endPosition = position + count;
        takenBytes += count;
        lastNs = System.nanoTime();
        firstNs = firstNs == 0 ? lastNs : firstNs;
    }

    private void requireExpected(long position, ByteBuffer write, boolean asSent) throws IOException {
        if (expected == null) {
            return;
        }
        int count = write.remaining();
        int from = write.arrayOffset() + write.position();
        expected.fill(position, block, 0, count);
        int wrong = Arrays.mismatch(block, 0, count, write.array(), from, from + count);
        if (wrong >= 0) {
            String sentence = "wrong byte at offset %d: 0x%02x (expected: 0x%02x)"
                    .formatted(position + wrong, write.array()[from + wrong], block[wrong]);
            throw new WrongBytesException(
                    position + wrong,
                    asSent
                            ? sentence + "; it is as its sender made it, so give both sides the same --data, --seed,"
                                    + " --ratio and --file"
                            : sentence);
        }
    }

    /** Bytes that came and were right, those that came twice after a lost connection included. */
    long takenBytes() {
        return takenBytes;
    }

    /** All before it has come, and was right. */
    long endPosition() {
        return endPosition;
    }

    /** From the first write to the last; 0 without any. */
    double seconds() {
        return (lastNs - firstNs) / 1e9;
    }
}
