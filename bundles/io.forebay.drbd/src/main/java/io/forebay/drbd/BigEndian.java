/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads the wire's integers by absolute index, whatever byte order a buffer is set to. */
final class BigEndian {
    private static final VarHandle U16 = MethodHandles.byteBufferViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle U32 = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle U64 = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private BigEndian() {}

    static int u8(ByteBuffer memory, int index) {
        return memory.get(index) & 0xFF;
    }

    static int u16(ByteBuffer memory, int index) {
        return (short) U16.get(memory, index) & 0xFFFF;
    }

    static int i32(ByteBuffer memory, int index) {
        return (int) U32.get(memory, index);
    }

    static long u32(ByteBuffer memory, int index) {
        return i32(memory, index) & 0xFFFF_FFFFL;
    }

    static long i64(ByteBuffer memory, int index) {
        return (long) U64.get(memory, index);
    }

    /** Bytes as operators read them: {@code 83 74 02 67}. */
    static String hex(ByteBuffer memory, int index, int bytes) {
        StringBuilder text = new StringBuilder(bytes * 3);
        for (int i = 0; i < bytes; i++) {
            text.append(i == 0 ? "" : " ").append(String.format("%02X", memory.get(index + i)));
        }
        return text.toString();
    }
}
