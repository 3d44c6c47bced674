/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import io.forebay.api.proxy.ProxyConnection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The relays that go on as they were for a moment, and what each is to be then. Guarded by whoever has it. */
final class RelayPauses {

    private static final long PAUSE_MS = 2_000;

    private final ScheduledExecutorService timer;
    private final Consumer<String> onOver;
    private final Map<String, Pause> pauses = new HashMap<>();

    /**
     * A relay that goes on as it was.
     *
     * @param end tells that the moment is over
     * @param wanted what it is already for all who ask; empty if it is gone for them
     */
    record Pause(ScheduledFuture<?> end, Optional<ProxyConnection> wanted) {}

    /**
     * Without any relay.
     *
     * @param timer where {@code onOver} runs, with a relay's name; it is then for whoever has this to end the pause
     */
    RelayPauses(ScheduledExecutorService timer, Consumer<String> onOver) {
        this.timer = timer;
        this.onOver = onOver;
    }

    /** Begins a relay's pause, or begins it anew. */
    void begin(String relayName, Optional<ProxyConnection> wanted) {
        end(relayName);
        ScheduledFuture<?> end = timer.schedule(() -> onOver.accept(relayName), PAUSE_MS, TimeUnit.MILLISECONDS);
        pauses.put(relayName, new Pause(end, wanted));
    }

    /** Ends a relay's pause, if it has one. */
    Optional<Pause> end(String relayName) {
        Optional<Pause> pause = Optional.ofNullable(pauses.remove(relayName));
        pause.ifPresent(one -> one.end().cancel(false));
        return pause;
    }

    /** Whether the relay is to go. */
    boolean isDeparting(String relayName) {
        return pauses.containsKey(relayName) && wanted(relayName).isEmpty();
    }

    /** What the relay is to be; empty if it is to go, or has no pause. */
    Optional<ProxyConnection> wanted(String relayName) {
        return Optional.ofNullable(pauses.get(relayName)).flatMap(Pause::wanted);
    }

    List<String> relayNames() {
        return List.copyOf(pauses.keySet());
    }
}
