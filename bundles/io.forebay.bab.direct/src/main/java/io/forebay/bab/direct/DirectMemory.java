/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.bab.direct;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;

/** Frees direct memory at once, instead of when the garbage collector finds it. Java has no method for it before release 22. */
final class DirectMemory {

    /** {@code Unsafe.invokeCleaner} of {@code jdk.unsupported}; null on a JVM without it, where the collector frees. */
    private static final MethodHandle CLEANER = cleaner();

    private DirectMemory() {}

    /** Frees what {@code allocateDirect} returned; no view of it may be touched afterwards. */
    static void free(ByteBuffer allocation) {
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
