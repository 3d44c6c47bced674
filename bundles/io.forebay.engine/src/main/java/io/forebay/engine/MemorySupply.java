/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.transport.Loop;
import io.forebay.engine.MemoryRound.Candidate;
import java.lang.ref.WeakReference;
import java.util.concurrent.CompletableFuture;

/**
 * Obtains a relay's memory as its settings want it: at first, and anew while it is in use, when they change, when allocators
 * come and go or misbehave, or when what kept them from taking full effect is over. A relay that is at work takes another
 * allocator rather than none. Thread-safe; nothing here blocks, allocators are called by {@link MemoryAttempt}.
 *
 * <p>It works in rounds: the best allocator that was not tried in this round is asked for memory, until what is in force is
 * what the best that can be had gives.
 */
final class MemorySupply implements MemoryAttempt.Taker {

    /** Obtaining may mean to write a large file, so it is not tried too often. */
    private static final long AGAIN_NS = 10_000_000_000L;

    /** How long it is not tried again while there is no memory at all. */
    private static final long AGAIN_WITHOUT_NS = 1_000_000_000L;

    /** An attempt that has gone on for so long does not keep the relay from a better one; before that it is worth waiting. */
    private static final long PATIENCE_NS = 1_000_000_000L;

    /** What the supply needs of its relay, and tells it. Called with the supply's lock held: short. */
    interface Owner extends PlugInJudge {
        RelaySettings settings();

        /** Whether a plug-in has not misbehaved here. */
        boolean isTrusted(PlugIn<?> plugIn);

        /** There is memory, at first or again. */
        void onMemory();

        /** There is no memory for new sessions, for a reason that is a sentence. */
        void onNoMemory(String why);
    }

    private final Engine engine;
    private final Loop timers;
    private final Owner owner;
    private final PlugInNews news;
    private final MemoryRound round;
    private volatile RelayMemory memory;
    private volatile String problem = "";
    private volatile String lack = "memory is being obtained";

    private MemoryAttempt attempt;

    /** Completes when what was given up is closed; {@code null} if nothing is waited for. */
    private CompletableFuture<Void> vacating;

    private String usedName = "";
    private boolean begun;
    private boolean scheduled;
    private boolean closed;

    MemorySupply(Engine engine, Loop timers, Owner owner, PlugInNews news) {
        this.engine = engine;
        this.timers = timers;
        this.owner = owner;
        this.news = news;
        this.round = new MemoryRound(engine.allocators(), owner);
    }

    /** {@code null} before it was obtained. */
    RelayMemory memory() {
        return memory;
    }

    /** Why there is no memory for new sessions, a sentence; empty if there is. */
    String lack() {
        return lack;
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

    /** Obtains it for the first time. */
    void begin() {
        synchronized (this) {
            begun = true;
        }
        adapt();
    }

    /** The settings have changed: a lower limit is in force at once, the rest as soon as it can be. */
    void change() {
        RelayMemory now = memory;
        if (now != null) {
            now.lower(owner.settings().memlimitBytes());
        }
        adaptSoon();
    }

    /** Something that matters has changed. Any thread, whatever it holds. */
    void adaptSoon() {
        engine.surroundings().blocking().execute(this::adapt);
    }

    /** Something that matters has changed: an allocator that is gone or not trusted any more is not used after this. */
    synchronized void adapt() {
        if (closed || !begun) {
            return;
        }
        if (memory != null && memory.plugIn() != null && !round.isUsable(memory.plugIn())) {
            memory.lose();
        }
        settleReserve();
        if (vacating != null && !round.isUsable(round.former().allocator())) {
            vacating = null; // whoever misbehaves may never be done with closing
            round.former(null);
        }
        if (attempt == null && vacating == null) {
            beginRound();
        } else if (attempt != null && isObsolete(attempt)) {
            attempt.giveUp();
            attempt = null;
            step();
        }
    }

    private void settleReserve() {
        if (memory != null) {
            memory.reserve(owner.settings().reserveBytes());
        }
    }

    private void beginRound() {
        round.restart();
        step();
    }

    private boolean isObsolete(MemoryAttempt one) {
        Candidate next = round.next(memory);
        boolean better = next != null && !next.allocator().equals(one.allocator());
        return !round.isUsable(one.allocator()) || better && one.ageNs() >= PATIENCE_NS;
    }

    private void step() {
        Candidate next = round.next(memory);
        if (next == null) {
            endInVain();
        } else if (memory != null && memory.isSettled(next.limitBytes(), next.allocator())) {
            endSettled(next);
        } else {
            attempt(next);
        }
    }

    private void attempt(Candidate next) {
        String name = owner.settings().name();
        BabLoans.Loan loan = engine.loans().begin(next.allocator(), name);
        if (loan == null) {
            step(); // it has left just now
            return;
        }
        MemoryPlan plan = memory == null
                ? new MemoryPlan(next.limitBytes(), MemoryPlan.segmentBytesFor(next.limitBytes()))
                : memory.plan(next.limitBytes());
        attempt = new MemoryAttempt(
                loan, next.allocator(), name, plan, next.limitBytes(), timers, new MemoryAttempt.Answers(this, owner));
        timers.schedule(new Impatience(attempt), PATIENCE_NS);
        engine.surroundings().blocking().execute(attempt);
    }

    /** Says that there is no memory if an attempt takes long; holds on to it no longer than it is under way. */
    private final class Impatience implements Runnable {
        private final WeakReference<MemoryAttempt> of;

        Impatience(MemoryAttempt of) {
            this.of = new WeakReference<>(of);
        }

        @Override
        public void run() {
            synchronized (MemorySupply.this) {
                if (attempt != null && attempt == of.get() && isBare()) {
                    lacking("memory from the allocator %s is being obtained"
                            .formatted(attempt.allocator().name()));
                }
            }
        }
    }

    // ---- what they answer

    @Override
    public void onMemory(MemoryAttempt of, GuardedMemory next) {
        if (!take(of, next)) {
            next.close();
            adaptSoon();
        }
    }

    private synchronized boolean take(MemoryAttempt of, GuardedMemory next) {
        boolean current = attempt == of;
        if (current) {
            attempt = null;
        }
        if (closed || !current || !round.isUsable(of.allocator())) {
            return false;
        }
        if (memory == null) {
            memory =
                    new RelayMemory(next, of.limitBytes(), engine.surroundings().blocking(), this::adaptSoon);
        } else if (!memory.take(next, of.limitBytes())) {
            return false;
        }
        settleReserve();
        if (of.allocator().name().equals(owner.settings().allocator())) {
            usedName = of.allocator().name();
        }
        if (!lack.isEmpty()) {
            lack = "";
            owner.onMemory();
        }
        step();
        return true;
    }

    @Override
    public synchronized void onRefused(MemoryAttempt of, String why) {
        if (attempt != of || closed) {
            return;
        }
        attempt = null;
        Candidate one = new Candidate(of.allocator(), of.limitBytes());
        if (memory != null && round.former() == null && makeRoom()) {
            return;
        }
        round.onRefused(one, why);
        step();
    }

    /** There is no room for both, the present memory and the next: gives up the present one if nobody needs it now. */
    private boolean makeRoom() {
        PlugIn<BabAllocator> now = memory.plugIn();
        long limit = memory.limitBytes();
        vacating = memory.vacate();
        if (vacating == null) {
            return false;
        }
        round.former(new Candidate(now, limit));
        CompletableFuture<Void> gone = vacating;
        gone.thenRun(() -> onVacated(gone));
        return true;
    }

    private synchronized void onVacated(CompletableFuture<Void> gone) {
        if (vacating == gone && !closed) {
            vacating = null;
            step();
        }
    }

    @Override
    public void onFault(MemoryAttempt of, String what) {
        owner.onMisbehaviour(of.allocator(), what);
        synchronized (this) {
            if (attempt == of && !closed) {
                attempt = null;
                step();
            }
        }
    }

    // ---- the end of a round

    private boolean isBare() {
        return memory == null || memory.plugIn() == null;
    }

    private void endSettled(Candidate with) {
        boolean isWanted = round.isWanted(with.allocator());
        if (isWanted && !round.hasRefusals()) {
            report("");
        } else if (isWanted || !owner.settings().allocator().equals(usedName)) {
            report(round.inForce(memory));
        } else {
            report(round.instead(with.allocator()));
        }
        againIf(round.hasRefusals(), AGAIN_NS);
        round.restart();
    }

    private void endInVain() {
        if (isBare()) {
            String sentence = round.inVain();
            report(sentence);
            lacking(sentence);
            againIf(round.hasRefusals(), AGAIN_WITHOUT_NS);
        } else {
            report(round.inForce(memory));
            againIf(true, AGAIN_NS);
        }
        round.restart();
    }

    private void lacking(String why) {
        if (!why.equals(lack)) {
            lack = why;
            owner.onNoMemory(why);
        }
    }

    private void againIf(boolean worthIt, long afterNs) {
        if (worthIt && !scheduled) {
            scheduled = true;
            timers.schedule(() -> engine.surroundings().blocking().execute(this::again), afterNs);
        }
    }

    private synchronized void again() {
        scheduled = false;
        adapt();
    }

    private void report(String sentence) {
        problem = sentence;
        news.onChoice(isBare() ? null : memory.plugIn(), sentence);
    }

    /** Gives it back; all segments must be home. Completes when it is closed. */
    synchronized CompletableFuture<Void> close() {
        closed = true;
        news.close();
        if (attempt != null) {
            attempt.giveUp();
            attempt = null;
        }
        return memory == null ? CompletableFuture.completedFuture(null) : memory.close();
    }
}
