/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.pax;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What this process holds that Forebay could leak: memory outside the heap, and threads by kind. */
record Leftovers(Map<String, Long> poolBytes, Map<String, Long> threads) {

    /**
     * The engine keeps up to 16 buffers of a block's size, and receivers some copies of blocks, as many as were needed at once:
     * half of one memory of a relay, of which a leak would soon hold dozens.
     */
    private static final long POOL_SLACK_BYTES = 8 << 20;

    /** Threads of a cached pool end a minute after their last work. */
    private static final Map<String, Long> CACHED = Map.of("forebay-blocking", 16L);

    static Leftovers now() {
        Map<String, Long> pools = new TreeMap<>();
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            pools.put(pool.getName(), pool.getMemoryUsed());
        }
        Map<String, Long> threads = Thread.getAllStackTraces().keySet().stream()
                .map(thread -> thread.getName().replaceAll("[-#]?\\d+", ""))
                .filter(name -> name.startsWith("forebay") || name.startsWith("drbd"))
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
        return new Leftovers(pools, threads);
    }

    /** Whether there is no more now than there was before. */
    boolean isNoMoreThan(Leftovers before) {
        return poolBytes.entrySet().stream()
                        .allMatch(pool ->
                                pool.getValue() <= before.poolBytes.getOrDefault(pool.getKey(), 0L) + POOL_SLACK_BYTES)
                && threads.entrySet().stream()
                        .allMatch(group -> group.getValue()
                                <= Math.max(
                                        before.threads.getOrDefault(group.getKey(), 0L),
                                        CACHED.getOrDefault(group.getKey(), 0L)));
    }
}
