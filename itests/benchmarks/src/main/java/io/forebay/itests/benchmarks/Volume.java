/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.benchmarks;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** How much went through, beside how often: JMH shows it per second. */
@AuxCounters
@State(Scope.Thread)
public class Volume {

    /** Of 10^6 bytes, uncompressed. */
    public double megabytes;

    /** Counts what one call has treated. */
    public void add(int bytes) {
        megabytes += bytes / 1e6;
    }
}
