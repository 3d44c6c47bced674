/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.bab;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;

/**
 * Frees memory outside the heap at once, instead of when the garbage collector finds it. Java has no method for it before
 * release 22. For allocators; thread-safe.
 */
public final class NativeMemory {

    /** {@code Unsafe.invokeCleaner} of {@code jdk.unsupported}; null on a JVM without it, where the collector frees. */
    private static final MethodHandle CLEANER = cleaner();

    private NativeMemory() {}

    /**
     * Frees or unmaps a buffer that {@code ByteBuffer.allocateDirect} or {@code FileChannel.map} returned, not a view of
     * one; neither it nor any view of it may be touched afterwards. Does nothing on a JVM that has no way to.
     */
    public static void free(ByteBuffer allocation) {
        if (CLEANER == null) {
            return;
        }
        try {
            CLEANER.invokeExact(allocation);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static MethodHandle cleaner() {
        try {
            // By the system's class loader: a bundle that imports sun.misc would not resolve on every framework.
            Class<?> type = Class.forName("sun.misc.Unsafe", true, ClassLoader.getSystemClassLoader());
            Field instance = type.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            return MethodHandles.publicLookup()
                    .findVirtual(type, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
                    .bindTo(instance.get(null));
        } catch (ReflectiveOperationException | RuntimeException absent) {
            return null;
        }
    }
}
