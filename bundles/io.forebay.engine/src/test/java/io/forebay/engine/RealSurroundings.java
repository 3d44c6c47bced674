/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.time.Clock;
import java.util.Random;
import java.util.concurrent.Executor;

/** What an engine with real sockets and threads stands in. */
final class RealSurroundings {

    private static final int WORKERS = 2;

    private RealSurroundings() {}

    /** With two codec threads, which {@code workers} must have at least. */
    static Surroundings of(Executor workers, Executor blocking) {
        return new Surroundings(
                "test",
                new Workers() {
                    @Override
                    public int count() {
                        return WORKERS;
                    }

                    @Override
                    public void execute(Runnable task) {
                        workers.execute(task);
                    }
                },
                new ScratchPool(WORKERS),
                blocking,
                Clock.systemDefaultZone(),
                new Random(),
                new EventLog(),
                any -> properties -> true);
    }
}
