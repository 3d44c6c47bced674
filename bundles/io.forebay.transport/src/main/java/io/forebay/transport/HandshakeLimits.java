/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many handshakes a port has at once: so many from one source, and so many in all. When there are too many in all, the
 * oldest goes: a peer needs two round trips, a stranger who holds on to his is older. Thread-safe.
 */
final class HandshakeLimits {

    /** Of one address; of IPv6, one network of 64 bits, because any host can have all of it. */
    static final int OF_ONE_SOURCE = 64;

    static final int IN_ALL = 256;

    /** A handshake that can be ended. */
    interface Handshake {
        /** Where it comes from. */
        InetAddress source();

        /** Ends it to make room. Any thread. */
        void giveWay();
    }

    private final Map<Object, AtomicInteger> ofSources = new HashMap<>();
    private final ArrayDeque<Handshake> all = new ArrayDeque<>();

    /** Whether one more may begin; one that may makes the oldest give way, if there are too many. */
    boolean begin(Handshake handshake) {
        Handshake oldest = null;
        synchronized (this) {
            AtomicInteger ofSource = ofSources.computeIfAbsent(key(handshake.source()), first -> new AtomicInteger());
            if (ofSource.get() >= OF_ONE_SOURCE) {
                return false;
            }
            if (all.size() >= IN_ALL) {
                oldest = all.poll();
                forget(oldest);
            }
            // After forget, which drops a source that has none left.
            ofSources
                    .computeIfAbsent(key(handshake.source()), first -> new AtomicInteger())
                    .incrementAndGet();
            all.add(handshake);
        }
        if (oldest != null) {
            oldest.giveWay();
        }
        return true;
    }

    /** A handshake is over; no effect the second time. */
    synchronized void end(Handshake handshake) {
        if (all.remove(handshake)) {
            forget(handshake);
        }
    }

    private void forget(Handshake handshake) {
        Object key = key(handshake.source());
        if (ofSources.get(key).decrementAndGet() == 0) {
            ofSources.remove(key);
        }
    }

    /** How many there are now. */
    synchronized int count() {
        return all.size();
    }

    private static Object key(InetAddress source) {
        return source instanceof Inet6Address ? ByteBuffer.wrap(Arrays.copyOf(source.getAddress(), 8)) : source;
    }
}
