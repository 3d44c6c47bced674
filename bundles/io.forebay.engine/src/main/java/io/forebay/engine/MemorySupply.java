/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.transport.Loop;
import java.lang.ref.WeakReference;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

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
    interface Owner {
        RelaySettings settings();

        /** Whether a plug-in has not misbehaved here. */
        boolean isTrusted(PlugIn<?> plugIn);

        void onMisbehaviour(PlugIn<?> plugIn, String what);

        /** There is memory, at first or again. */
        void onMemory();

        /** There is no memory for new sessions, for a reason that is a sentence. */
        void onNoMemory(String why);
    }

    /** Memory that might be had. */
    private record Candidate(PlugIn<BabAllocator> allocator, long limitBytes) {}

    private final Engine engine;
    private final Loop timers;
    private final Owner owner;
    private volatile RelayMemory memory;
    private volatile String problem = "";
    private volatile String lack = "memory is being obtained";

    /** Whom this round has asked in vain, and why they refused. */
    private final Map<Candidate, String> refused = new LinkedHashMap<>();

    private MemoryAttempt attempt;

    /** What was given up to make room for better, to go back to; {@code null} if nothing was in this round. */
    private Candidate former;

    /** Completes when what was given up is closed; {@code null} if nothing is waited for. */
    private CompletableFuture<Void> vacating;

    private String usedName = "";
    private boolean begun;
    private boolean scheduled;
    private boolean closed;

    MemorySupply(Engine engine, Loop timers, Owner owner) {
        this.engine = engine;
        this.timers = timers;
        this.owner = owner;
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
        if (memory != null && memory.plugIn() != null && !isUsable(memory.plugIn())) {
            memory.lose();
        }
        if (vacating != null && !isUsable(former.allocator)) {
            vacating = null; // whoever misbehaves may never be done with closing
            former = null;
        }
        if (attempt == null && vacating == null) {
            beginRound();
        } else if (attempt != null && isObsolete(attempt)) {
            attempt.giveUp();
            attempt = null;
            step();
        }
    }

    private void beginRound() {
        refused.clear();
        former = null;
        step();
    }

    private boolean isObsolete(MemoryAttempt one) {
        Candidate next = next();
        boolean better = next != null && !next.allocator.equals(one.allocator());
        return !isUsable(one.allocator()) || better && one.ageNs() >= PATIENCE_NS;
    }

    private boolean isUsable(PlugIn<BabAllocator> one) {
        return owner.isTrusted(one) && engine.allocators().all().contains(one);
    }

    // ---- whom to ask

    private Stream<PlugIn<BabAllocator>> wanted(RelaySettings settings) {
        try {
            return engine.allocators()
                    .matching(settings.allocator(), settings.targets().allocator());
        } catch (IllegalArgumentException e) {
            return Stream.empty(); // the target is no filter: whyNot() says so
        }
    }

    /** The next one to ask, or the one that is in force; {@code null} if nobody is left. */
    private Candidate next() {
        RelaySettings settings = owner.settings();
        long limit = settings.memlimitBytes();
        Stream<Candidate> all = wanted(settings).map(one -> new Candidate(one, limit));
        if (former != null) {
            all = Stream.concat(all, Stream.of(former));
        }
        if (memory != null) {
            PlugIn<BabAllocator> now = memory.plugIn();
            Stream<PlugIn<BabAllocator>> others = now != null
                    ? Stream.of(now)
                    : engine.allocators().all().stream()
                            .sorted(Comparator.<PlugIn<?>>comparingInt(PlugIn::ranking)
                                    .reversed());
            all = Stream.concat(all, others.map(one -> new Candidate(one, limit)));
        }
        return all.filter(one -> isUsable(one.allocator) && !refused.containsKey(one))
                .findFirst()
                .orElse(null);
    }

    private void step() {
        Candidate next = next();
        if (next == null) {
            endInVain(whyNot());
        } else if (memory != null && memory.isSettled(next.limitBytes, next.allocator)) {
            endSettled(next);
        } else {
            attempt(next);
        }
    }

    private void attempt(Candidate next) {
        String name = owner.settings().name();
        BabLoans.Loan loan = engine.loans().begin(next.allocator, name);
        if (loan == null) {
            step(); // it has left just now
            return;
        }
        MemoryPlan plan = memory == null
                ? new MemoryPlan(next.limitBytes, MemoryPlan.segmentBytesFor(next.limitBytes))
                : memory.plan(next.limitBytes);
        attempt = new MemoryAttempt(
                loan,
                next.allocator,
                name,
                plan,
                next.limitBytes,
                timers,
                new MemoryAttempt.Answers(this, owner::onMisbehaviour));
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
        if (closed || !current || !isUsable(of.allocator())) {
            return false;
        }
        if (memory == null) {
            memory =
                    new RelayMemory(next, of.limitBytes(), engine.surroundings().blocking(), this::adaptSoon);
        } else if (!memory.take(next, of.limitBytes())) {
            return false;
        }
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
        if (memory != null && former == null && makeRoom()) {
            return;
        }
        refused.put(one, why);
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
        former = new Candidate(now, limit);
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
        RelaySettings settings = owner.settings();
        boolean isWanted = wanted(settings).anyMatch(with.allocator::equals);
        if (isWanted && refused.isEmpty()) {
            report("");
        } else if (isWanted || !settings.allocator().equals(usedName)) {
            report(inForce(settings, whyNot()));
        } else {
            report(instead(settings, with.allocator));
        }
        againIf(!refused.isEmpty(), AGAIN_NS);
        endRound();
    }

    private void endInVain(String why) {
        RelaySettings settings = owner.settings();
        if (isBare()) {
            String sentence = "%s: allocator = %s: %s".formatted(settings.source(), settings.allocator(), why);
            report(sentence);
            lacking(sentence);
            againIf(!refused.isEmpty(), AGAIN_WITHOUT_NS);
        } else {
            report(inForce(settings, why));
            againIf(true, AGAIN_NS);
        }
        endRound();
    }

    private void endRound() {
        refused.clear();
        former = null;
    }

    private String inForce(RelaySettings settings, String why) {
        return "%s: memlimit = %d, allocator = %s: %d of %s stay in force: %s"
                .formatted(
                        settings.source(),
                        settings.memlimitBytes(),
                        settings.allocator(),
                        memory.limitBytes(),
                        memory.plugIn().name(),
                        why);
    }

    /** What the settings want was there, and is not now. */
    private String instead(RelaySettings settings, PlugIn<BabAllocator> used) {
        Optional<PlugIn<BabAllocator>> known = wanted(settings).findFirst();
        if (known.isEmpty()) {
            return "allocator %s is gone: %s is used until it is back".formatted(settings.allocator(), used.name());
        }
        return "allocator %s cannot be used: %s; %s is used instead"
                .formatted(settings.allocator(), whyNot(), used.name());
    }

    /** Why those that the settings want give nothing. */
    private String whyNot() {
        RelaySettings settings = owner.settings();
        Optional<PlugIn<BabAllocator>> known = wanted(settings).findFirst();
        if (known.isEmpty()) {
            try {
                engine.allocators().get(settings.allocator(), settings.targets().allocator());
            } catch (IllegalArgumentException e) {
                return e.getMessage();
            }
        }
        return refused.entrySet().stream()
                .filter(one -> wanted(settings).anyMatch(one.getKey().allocator::equals))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseGet(() -> known.map(one ->
                                "%s misbehaved: update its bundle or start it anew, or set the relay's settings again"
                                        .formatted(one))
                        .orElse("it has left"));
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
        if (!sentence.isEmpty() && !sentence.equals(problem)) {
            engine.surroundings().events().onSentence(owner.settings().name(), sentence);
        }
        problem = sentence;
    }

    /** Gives it back; all segments must be home. Completes when it is closed. */
    synchronized CompletableFuture<Void> close() {
        closed = true;
        if (attempt != null) {
            attempt.giveUp();
            attempt = null;
        }
        return memory == null ? CompletableFuture.completedFuture(null) : memory.close();
    }
}
