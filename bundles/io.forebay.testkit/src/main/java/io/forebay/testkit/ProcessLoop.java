/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import io.forebay.api.transport.Loop;

/** The loop of one process in a simulation: once the process was killed, nothing that it had planned happens any more. */
public final class ProcessLoop implements Loop {

    private final HandDrivenLoop loop;
    private boolean killed;

    public ProcessLoop(HandDrivenLoop loop) {
        this.loop = loop;
    }

    /** The process dies. */
    public void kill() {
        killed = true;
    }

    @Override
    public boolean inLoop() {
        return loop.inLoop();
    }

    @Override
    public long nowNs() {
        return loop.nowNs();
    }

    @Override
    public void execute(Runnable task) {
        schedule(task, 0);
    }

    @Override
    public Timer schedule(Runnable task, long delayNs) {
        return loop.schedule(
                () -> {
                    if (!killed) {
                        task.run();
                    }
                },
                delayNs);
    }
}
