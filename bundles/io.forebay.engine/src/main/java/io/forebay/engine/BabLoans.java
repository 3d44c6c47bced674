/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** What all relays have of each allocator, so that one that leaves can be waited for. Thread-safe. */
final class BabLoans {

    private final PlugIns<BabAllocator> allocators;
    private final Set<Loan> loans = new LinkedHashSet<>();
    private final Map<PlugIn<BabAllocator>, CompletableFuture<Void>> leaving = new HashMap<>();

    BabLoans(PlugIns<BabAllocator> allocators) {
        this.allocators = allocators;
    }

    /** One memory that a relay has or asks for. */
    final class Loan {
        private final PlugIn<BabAllocator> from;
        private final String relay;
        private volatile int segments;
        private volatile int segmentBytes;

        private Loan(PlugIn<BabAllocator> from, String relay) {
            this.from = from;
            this.relay = relay;
        }

        /** So many segments are out now. */
        void out(int count, int bytesEach) {
            segments = count;
            segmentBytes = bytesEach;
        }

        /** The memory is closed, or was never given. */
        void end() {
            BabLoans.this.end(this);
        }

        private String words() {
            return segments == 0
                    ? "relay %s has its memory open".formatted(relay)
                    : "relay %s holds %d segments, %d bytes".formatted(relay, segments, (long) segments * segmentBytes);
        }
    }

    /** Before memory is asked for; {@code null} if the allocator has left. */
    synchronized Loan begin(PlugIn<BabAllocator> from, String relay) {
        if (!allocators.all().contains(from)) {
            return null;
        }
        Loan loan = new Loan(from, relay);
        loans.add(loan);
        return loan;
    }

    private void end(Loan loan) {
        CompletableFuture<Void> gone = null;
        synchronized (this) {
            loans.remove(loan);
            if (!isUsed(loan.from)) {
                gone = leaving.remove(loan.from);
            }
        }
        if (gone != null) {
            gone.complete(null);
        }
    }

    private boolean isUsed(PlugIn<BabAllocator> one) {
        return loans.stream().anyMatch(loan -> loan.from.equals(one));
    }

    /** An allocator has left; completes when nobody has anything of it any more. */
    synchronized CompletableFuture<Void> leave(PlugIn<BabAllocator> one) {
        return isUsed(one)
                ? leaving.computeIfAbsent(one, any -> new CompletableFuture<>())
                : CompletableFuture.completedFuture(null);
    }

    /** Those that have left, but not with everything yet. */
    synchronized List<PlugIn<BabAllocator>> leaving() {
        return new ArrayList<>(leaving.keySet());
    }

    /** What is still out of one that leaves, a sentence; empty if nothing is. */
    synchronized String outOf(PlugIn<BabAllocator> one) {
        return !isUsed(one)
                ? ""
                : loans.stream()
                        .filter(loan -> loan.from.equals(one))
                        .map(Loan::words)
                        .collect(Collectors.joining(", ", one + " is leaving, but ", "; it stays usable until then"));
    }
}
