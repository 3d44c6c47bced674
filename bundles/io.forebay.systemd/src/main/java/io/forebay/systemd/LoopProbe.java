/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.systemd;

import io.forebay.api.transport.Loop;
import io.forebay.api.transport.Transport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whether the loops that carry all bytes still turn: each is given a task, and the next look finds out who did it. One
 * thread.
 */
final class LoopProbe {

    private final List<Loop> loops;
    private final Map<Loop, AtomicBoolean> answers = new LinkedHashMap<>();

    LoopProbe(Transport transport) {
        loops = transport.loops();
    }

    /** Whether all loops answered since the last look. Asks those that have. */
    boolean look() {
        boolean all =
                answers.size() == loops.size() && answers.values().stream().allMatch(AtomicBoolean::get);
        for (Loop loop : loops) {
            AtomicBoolean last = answers.get(loop);
            if (last == null || last.get()) {
                ask(loop);
            }
        }
        return all;
    }

    private void ask(Loop loop) {
        AtomicBoolean answer = new AtomicBoolean();
        answers.put(loop, answer);
        try {
            loop.execute(() -> answer.set(true));
        } catch (RejectedExecutionException ended) {
            answers.remove(loop); // no answer, and the next look asks again
        }
    }
}
