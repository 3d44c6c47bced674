/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.codec.Compressor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Room for a block in the middle of a buffer, at an odd offset, outside position and limit, little-endian, between guard bytes. */
final class GuardedRoom {

    /** Where the buffers of a block are. */
    public enum Place {
        HEAP {
            @Override
            ByteBuffer allocate(int bytes) {
                // A slice, so that the array's offset is not 0.
                return ByteBuffer.allocate(bytes + 13).slice(13, bytes);
            }
        },
        DIRECT {
            @Override
            ByteBuffer allocate(int bytes) {
                return ByteBuffer.allocateDirect(bytes + 13).slice(13, bytes);
            }
        };

        abstract ByteBuffer allocate(int bytes);
    }

    private static final int GUARD_BYTES = 37;
    private static final byte GUARD = 0x5A;

    final ByteBuffer buffer;
    final int offset = GUARD_BYTES;
    int length;

    GuardedRoom(Place place, int length) {
        this.length = length;
        buffer = place.allocate(length + 2 * GUARD_BYTES);
        for (int i = 0; i < GUARD_BYTES; i++) {
            buffer.put(i, GUARD).put(buffer.capacity() - 1 - i, GUARD);
        }
        buffer.position(3).limit(11).order(ByteOrder.LITTLE_ENDIAN);
    }

    GuardedRoom(Place place, byte[] content) {
        this(place, content.length);
        buffer.limit(buffer.capacity());
        buffer.put(offset, content);
        buffer.limit(11);
    }

    int compress(Compressor compressor, GuardedRoom target) {
        int written = compressor.compress(buffer, offset, length, target.buffer, target.offset, target.length);
        assertUnmoved();
        target.assertUnmoved();
        return written;
    }

    byte[] content() {
        byte[] content = new byte[length];
        buffer.duplicate().clear().get(offset, content);
        return content;
    }

    void assertUnmoved() {
        assertThat(buffer.position()).as("position after the call").isEqualTo(3);
        assertThat(buffer.limit()).as("limit after the call").isEqualTo(11);
        assertThat(buffer.order()).as("byte order after the call").isEqualTo(ByteOrder.LITTLE_ENDIAN);
    }

    void assertGuardsUntouched() {
        ByteBuffer all = buffer.duplicate().clear();
        for (int i = 0; i < GUARD_BYTES; i++) {
            if (all.get(i) != GUARD || all.get(all.capacity() - 1 - i) != GUARD) {
                throw new AssertionError("written outside the room: distance=" + (GUARD_BYTES - i));
            }
        }
    }
}
