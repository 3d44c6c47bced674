/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.transport.Loop;
import java.util.function.Supplier;

/**
 * Obtains a relay's memory as its settings want it: at first, and anew while it is in use, when they change or when what kept
 * them from taking full effect is over. Thread-safe.
 */
final class MemorySupply {

    /** Obtaining may mean to write a large file, so it is not tried too often. */
    private static final long AGAIN_NS = 10_000_000_000L;

    private final Engine engine;
    private final Loop timers;
    private final Supplier<RelaySettings> settings;
    private volatile RelayMemory memory;
    private volatile String problem = "";
    private boolean scheduled;
    private boolean closed;

    MemorySupply(Engine engine, Loop timers, Supplier<RelaySettings> settings) {
        this.engine = engine;
        this.timers = timers;
        this.settings = settings;
    }

    /** {@code null} before it was obtained. */
    RelayMemory memory() {
        return memory;
    }

    /** Why the memory is not what the settings want, in a sentence; empty if it is. */
    String problem() {
        RelayMemory now = memory;
        if (!problem.isEmpty() || now == null) {
            return problem;
        }
        long promised = now.promisedBytes();
        long limit = now.limitBytes();
        return promised <= limit
                ? ""
                : "memlimit %d is not in full effect, because connections of DRBD that stand since before need %d bytes: it is once they have ended"
                        .formatted(limit, promised);
    }

    /** Obtains it for the first time; may block. */
    synchronized void open() throws RefusedSettingException {
        if (memory != null || closed) {
            return;
        }
        RelaySettings wanted = settings.get();
        long limit = wanted.memlimitBytes();
        try {
            PlugIn<BabAllocator> allocator = allocator(wanted);
            BabMemory first = obtain(allocator, new MemoryPlan(limit, MemoryPlan.segmentBytesFor(limit)));
            memory = new RelayMemory(
                    first, allocator, limit, engine.surroundings().blocking(), this::adaptSoon);
        } catch (BabException | IllegalArgumentException e) {
            throw new RefusedSettingException(wanted, "allocator", wanted.allocator(), e);
        }
    }

    /** The settings have changed: a lower limit is in force at once, the rest as soon as it can be. */
    void change() {
        RelayMemory now = memory;
        if (now != null) {
            now.lower(settings.get().memlimitBytes());
        }
        adaptSoon();
    }

    private void adaptSoon() {
        engine.surroundings().blocking().execute(this::adapt);
    }

    private synchronized void adapt() {
        if (memory == null || closed) {
            return;
        }
        RelaySettings wanted = settings.get();
        try {
            while (!memory.isSettled(wanted.memlimitBytes(), allocator(wanted))) {
                exchange(wanted);
                wanted = settings.get();
            }
            report("");
        } catch (BabException | IllegalArgumentException e) {
            report("%s: memlimit = %d, allocator = %s: %d of %s stay in force: %s"
                    .formatted(
                            wanted.source(),
                            wanted.memlimitBytes(),
                            wanted.allocator(),
                            memory.limitBytes(),
                            memory.plugIn().name(),
                            e.getMessage()));
            adaptLater();
        }
    }

    private void exchange(RelaySettings wanted) throws BabException {
        long limit = wanted.memlimitBytes();
        PlugIn<BabAllocator> allocator = allocator(wanted);
        MemoryPlan plan = memory.plan(limit);
        BabMemory next;
        try {
            next = obtain(allocator, plan);
        } catch (BabException noRoom) {
            next = obtainInstead(allocator, plan, noRoom);
        }
        if (!memory.take(next, allocator, limit)) {
            next.close();
        }
    }

    /** There is no room for both, the present memory and the next: gives up the present one if nobody needs it now. */
    private BabMemory obtainInstead(PlugIn<BabAllocator> allocator, MemoryPlan plan, BabException noRoom)
            throws BabException {
        BabMemory former = memory.vacate();
        if (former == null) {
            throw noRoom;
        }
        former.close();
        try {
            return obtain(allocator, plan);
        } catch (BabException e) {
            long limit = memory.limitBytes();
            memory.take(obtain(memory.plugIn(), memory.plan(limit)), memory.plugIn(), limit);
            throw e;
        }
    }

    private PlugIn<BabAllocator> allocator(RelaySettings wanted) {
        return engine.allocators().get(wanted.allocator(), wanted.targets().allocator());
    }

    private BabMemory obtain(PlugIn<BabAllocator> allocator, MemoryPlan plan) throws BabException {
        return allocator.service().open(settings.get().name(), plan.capacityBytes(), plan.segmentBytes());
    }

    private void adaptLater() {
        if (!scheduled) {
            scheduled = true;
            timers.schedule(() -> engine.surroundings().blocking().execute(this::adaptAgain), AGAIN_NS);
        }
    }

    private synchronized void adaptAgain() {
        scheduled = false;
        adapt();
    }

    private void report(String sentence) {
        if (!sentence.isEmpty() && !sentence.equals(problem)) {
            engine.surroundings().events().onSentence(settings.get().name(), sentence);
        }
        problem = sentence;
    }

    /** Gives it back; all segments must be home. May block. */
    synchronized void close() {
        closed = true;
        if (memory != null) {
            memory.close();
        }
    }
}
