/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** What this process uses. */
final class ProcessMeter {

    /** Java's own: stays for a minute after a process that a test has run. */
    private static final String REAPER = "process reaper";

    private final Set<Thread> threadsBefore = Thread.getAllStackTraces().keySet();

    /** Names of the threads that were started since this meter was made and still run. */
    Set<String> newThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !threadsBefore.contains(thread) && thread != Thread.currentThread())
                .map(Thread::getName)
                .filter(name -> !name.startsWith("junit") && !name.equals(REAPER))
                .collect(Collectors.toSet());
    }

    /** CPU time of all threads that live, in nanoseconds. */
    static long cpuNs() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return LongStream.of(threads.getAllThreadIds())
                .map(threads::getThreadCpuTime)
                .filter(ns -> ns > 0)
                .sum();
    }

    /** Direct memory that the JDK accounts for, in bytes. */
    static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }
}
