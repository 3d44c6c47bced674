/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

/** What was written to a link, in order, until the system has it: a ring of lengths that grows when it must. */
final class WriteQueue {

    /** Stands in place of the control ring's bytes for data records. */
    static final int DATA = -1;

    private int[] bytes = new int[64];
    private int[] ringBytes = new int[64];
    private int head;
    private int size;
    private boolean tookData;

    /** Adds a write; {@code ring} is what it frees in the control ring, or {@link #DATA}. */
    void add(int length, int ring) {
        if (size == bytes.length) {
            grow();
        }
        int at = (head + size) & (bytes.length - 1);
        bytes[at] = length;
        ringBytes[at] = ring;
        size++;
    }

    /** Bytes of the oldest write that are not taken yet. */
    int headBytes() {
        return bytes[head];
    }

    /** Takes bytes of the oldest write; answers what is freed in the control ring: all of it, with its last byte. */
    int take(int count) {
        bytes[head] -= count;
        tookData = ringBytes[head] == DATA;
        if (bytes[head] > 0) {
            return 0;
        }
        int freed = tookData ? 0 : ringBytes[head];
        head = (head + 1) & (bytes.length - 1);
        size--;
        return freed;
    }

    /** Whether the last {@link #take} was of data records. */
    boolean tookData() {
        return tookData;
    }

    private void grow() {
        int[] moreBytes = new int[size * 2];
        int[] moreRingBytes = new int[size * 2];
        for (int i = 0; i < size; i++) {
            int at = (head + i) & (size - 1);
            moreBytes[i] = bytes[at];
            moreRingBytes[i] = ringBytes[at];
        }
        bytes = moreBytes;
        ringBytes = moreRingBytes;
        head = 0;
    }
}
