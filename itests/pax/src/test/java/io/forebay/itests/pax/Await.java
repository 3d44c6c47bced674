/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.pax;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition, with a deadline. */
final class Await {

    private static final long DEADLINE_SECONDS = 30;
    private static final long LOOK_MS = 20;

    private Await() {}

    static void until(String what, BooleanSupplier condition) throws InterruptedException {
        until(() -> what, condition);
    }

    /** Likewise, with a message that tells how it was at the deadline. */
    static void until(Supplier<String> what, BooleanSupplier condition) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new AssertionError("not within " + DEADLINE_SECONDS + " s: " + what.get());
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }
}
