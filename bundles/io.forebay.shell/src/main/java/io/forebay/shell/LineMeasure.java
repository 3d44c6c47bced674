/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

/**
 * What was seen of a relay and its line for a while. Rates are of what data channels transmit, all together.
 *
 * @param seconds how long it was looked at
 * @param roundTripSeconds the least that was measured; 0 while unknown
 * @param writtenBytesPerSecond what DRBD wrote
 * @param lineBytesPerSecond the most that was confirmed, as it is on the line
 * @param isLineFull whether more was waiting than was on its way, so that this is what the line takes
 * @param ratio of compression; 1 while unknown
 * @param peakBytes the most that the BABs ever held
 * @param stalls how often the BAB was full since these channels stand
 */
record LineMeasure(
        double seconds,
        double roundTripSeconds,
        double writtenBytesPerSecond,
        double lineBytesPerSecond,
        boolean isLineFull,
        double ratio,
        long peakBytes,
        long stalls) {}
