/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

/**
 * How much may be sent: no more bytes than a plain line could carry in the given time, so that what a fast relay takes
 * at once is still delivered in that time; and nothing more after it, should the line be slower than thought.
 */
record SendLimit(long bytes, long ns) {
    static final SendLimit NONE = new SendLimit(Long.MAX_VALUE, Long.MAX_VALUE);

    static SendLimit ofSeconds(double seconds, long rateBitsPerSecond) {
        return new SendLimit((long) (seconds * rateBitsPerSecond / 8), (long) (seconds * 1e9));
    }

    /** Whether another block may go out; the first always may, or there would be nothing to compare. */
    boolean allows(long sentBytes, int blockBytes, long elapsedNs) {
        return sentBytes == 0 || sentBytes <= bytes - blockBytes && elapsedNs < ns;
    }
}
