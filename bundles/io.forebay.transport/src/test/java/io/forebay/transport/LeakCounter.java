/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the buffers that Netty finds leaked; to be installed before Netty's buffer classes load. */
final class LeakCounter extends ResourceLeakDetectorFactory {

    private static final LeakCounter INSTANCE = new LeakCounter();

    private final AtomicInteger leaks = new AtomicInteger();

    static LeakCounter install() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(INSTANCE);
        return INSTANCE;
    }

    int leaks() {
        return leaks.get();
    }

    @Override
    @SuppressWarnings("deprecation") // the only method that must be implemented
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval, long maxActive) {
        return newResourceLeakDetector(resource, interval);
    }

    @Override
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval) {
        return new ResourceLeakDetector<>(resource, interval) {
            @Override
            protected void reportTracedLeak(String type, String records) {
                leaks.incrementAndGet();
                super.reportTracedLeak(type, records);
            }

            @Override
            protected void reportUntracedLeak(String type) {
                leaks.incrementAndGet();
                super.reportUntracedLeak(type);
            }

            @Override
            protected boolean needReport() {
                return true;
            }
        };
    }
}
