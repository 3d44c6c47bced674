/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.transport.Loop;

/**
 * Asks one allocator for memory, in a task that may block, and answers once: with memory, with why it cannot be had, or with
 * what the allocator did wrong. An attempt that was given up answers no more, and closes what comes late. Thread-safe.
 */
final class MemoryAttempt implements Runnable {

    /** To open memory may mean to write it to a disk: it has this, and a second more for each so many bytes. */
    private static final long OPEN_NS = 10_000_000_000L;

    private static final long BYTES_PER_S = 32 << 20;

    /** What an attempt leads to. Exactly one is called, without a lock held. */
    interface Taker {
        void onMemory(MemoryAttempt of, GuardedMemory memory);

        void onRefused(MemoryAttempt of, String why);

        void onFault(MemoryAttempt of, String what);
    }

    private final PlugIn<BabAllocator> allocator;
    private final String owner;
    private final MemoryPlan plan;
    private final long limitBytes;
    private final Loop timers;
    private final BabLoans.Loan loan;
    private final PlugInJudge judge;
    private final CallWatch watch;
    private final long beganNs;
    private Taker taker;

    /**
     * Of an allocator.
     *
     * @param owner the relay's name
     * @param limitBytes the limit that the memory is for
     */
    MemoryAttempt(
            BabLoans.Loan loan,
            PlugIn<BabAllocator> allocator,
            String owner,
            MemoryPlan plan,
            long limitBytes,
            Loop timers,
            Answers answers) {
        this.loan = loan;
        this.allocator = allocator;
        this.owner = owner;
        this.plan = plan;
        this.limitBytes = limitBytes;
        this.timers = timers;
        this.taker = answers.taker();
        this.judge = answers.judge();
        this.watch = new CallWatch(timers, this::onOverdue);
        this.beganNs = timers.nowNs();
    }

    /**
     * Who wants to know.
     *
     * @param judge of what the memory does wrong later
     */
    record Answers(Taker taker, PlugInJudge judge) {}

    PlugIn<BabAllocator> allocator() {
        return allocator;
    }

    /** The limit that the memory is for. */
    long limitBytes() {
        return limitBytes;
    }

    /** How long it has been under way. */
    long ageNs() {
        return timers.nowNs() - beganNs;
    }

    @Override
    public void run() {
        if (isGivenUp()) {
            loan.end();
            return;
        }
        watch.begin("open()", OPEN_NS + plan.capacityBytes() / BYTES_PER_S * 1_000_000_000L);
        try {
            GuardedMemory memory = GuardedMemory.open(allocator, owner, plan, loan, timers, judge);
            watch.close();
            Taker to = answer();
            if (to == null) {
                memory.close();
            } else {
                to.onMemory(this, memory);
            }
        } catch (BabException e) {
            watch.close();
            Taker to = answer();
            if (to != null) {
                to.onRefused(this, e.getMessage());
            }
        } catch (PlugInFault e) {
            watch.close();
            fault(e.getMessage());
        }
    }

    private void onOverdue(String what) {
        fault(what);
    }

    private void fault(String what) {
        Taker to = answer();
        if (to != null) {
            to.onFault(this, what);
        }
    }

    private synchronized boolean isGivenUp() {
        return taker == null;
    }

    private synchronized Taker answer() {
        Taker to = taker;
        taker = null;
        return to;
    }

    /** Nobody waits for it any more. */
    synchronized void giveUp() {
        taker = null;
    }
}
