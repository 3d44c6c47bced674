/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.relay.RelaySettings;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A round in which {@link MemorySupply} asks allocators for a relay's memory: who is to be asked next, who has refused, and the
 * sentences that follow from it. Guarded by the supply's lock.
 */
final class MemoryRound {

    /** Memory that might be had. */
    record Candidate(PlugIn<BabAllocator> allocator, long limitBytes) {}

    private final PlugIns<BabAllocator> allocators;
    private final MemorySupply.Owner owner;

    /** Whom this round has asked in vain, and why they refused. */
    private final Map<Candidate, String> refused = new LinkedHashMap<>();

    /** What was given up to make room for better, to go back to; {@code null} if nothing was. */
    private Candidate former;

    MemoryRound(PlugIns<BabAllocator> allocators, MemorySupply.Owner owner) {
        this.allocators = allocators;
        this.owner = owner;
    }

    /** Everybody can be asked again. */
    void restart() {
        refused.clear();
        former = null;
    }

    void onRefused(Candidate one, String why) {
        refused.put(one, why);
    }

    boolean hasRefusals() {
        return !refused.isEmpty();
    }

    /** What was given up to make room, to go back to; {@code null} for nothing. */
    void former(Candidate givenUp) {
        former = givenUp;
    }

    Candidate former() {
        return former;
    }

    // ---- whom to ask

    /** Whether an allocator is there, and has not misbehaved here. */
    boolean isUsable(PlugIn<BabAllocator> one) {
        return owner.isTrusted(one) && allocators.all().contains(one);
    }

    /** Whether the settings name it. */
    boolean isWanted(PlugIn<BabAllocator> one) {
        return wanted(owner.settings()).anyMatch(one::equals);
    }

    private Stream<PlugIn<BabAllocator>> wanted(RelaySettings settings) {
        try {
            return allocators.matching(settings.allocator(), settings.targets().allocator());
        } catch (IllegalArgumentException e) {
            return Stream.empty(); // the target is no filter: whyNot() says so
        }
    }

    /**
     * The next one to ask, or the one that is in force; {@code null} if nobody is left.
     *
     * @param memory {@code null} if the relay has never had any: then it does not begin with another allocator than it wants
     */
    Candidate next(RelayMemory memory) {
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
                    : allocators.all().stream()
                            .sorted(Comparator.<PlugIn<?>>comparingInt(PlugIn::ranking)
                                    .reversed());
            all = Stream.concat(all, others.map(one -> new Candidate(one, limit)));
        }
        return all.filter(one -> isUsable(one.allocator) && !refused.containsKey(one))
                .findFirst()
                .orElse(null);
    }

    // ---- sentences

    /** There is no memory at all. */
    String inVain() {
        RelaySettings settings = owner.settings();
        return "%s: allocator = %s: %s".formatted(settings.source(), settings.allocator(), whyNot());
    }

    /** What there is stays, although the settings want something else. */
    String inForce(RelayMemory memory) {
        RelaySettings settings = owner.settings();
        return "%s: memlimit = %d, allocator = %s: %d of %s stay in force: %s"
                .formatted(
                        settings.source(),
                        settings.memlimitBytes(),
                        settings.allocator(),
                        memory.limitBytes(),
                        memory.plugIn().name(),
                        whyNot());
    }

    /** What the settings want was there, and is not now. */
    String instead(PlugIn<BabAllocator> used) {
        RelaySettings settings = owner.settings();
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
                allocators.get(settings.allocator(), settings.targets().allocator());
            } catch (IllegalArgumentException e) {
                return e.getMessage();
            }
        }
        return refused.entrySet().stream()
                .filter(one -> isWanted(one.getKey().allocator))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseGet(() -> known.map(one ->
                                "%s misbehaved: update its bundle or start it anew, or set the relay's settings again"
                                        .formatted(one))
                        .orElse("it has left"));
    }
}
