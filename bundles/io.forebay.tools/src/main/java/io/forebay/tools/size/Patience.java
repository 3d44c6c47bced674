/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.size;

/**
 * How long DRBD waits for its peer's acknowledgements before it gives it up (drbd.conf(5)).
 *
 * @param timeoutTenths DRBD's {@code timeout}, in tenths of a second
 * @param koCount DRBD's {@code ko-count}; 0 for without end
 */
record Patience(int timeoutTenths, int koCount) {
    double seconds() {
        return koCount == 0 ? Double.POSITIVE_INFINITY : timeoutTenths / 10.0 * koCount;
    }

    static final int KO_COUNT_MAX = 200;

    /** The ko-count with which DRBD waits longer than that. */
    int koCountFor(double seconds) {
        return (int) Math.floor(seconds / (timeoutTenths / 10.0)) + 1;
    }
}
