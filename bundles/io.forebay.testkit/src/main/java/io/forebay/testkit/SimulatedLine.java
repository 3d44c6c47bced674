/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import java.nio.ByteBuffer;
import java.util.Random;

/**
 * What a line between two IPs is like; all connections between them share it. A packet that meets a cut is lost, and TCP's
 * own timers decide when it is sent again.
 */
public final class SimulatedLine {

    private static final double NS_PER_SECOND = 1e9;

    /** One direction of a line. */
    static final class Direction {
        private boolean cut;
        private long freeAtNs;
        private long bytes;

        boolean isCut() {
            return cut;
        }
    }

    private final String oneIp;
    private final Direction fromOne = new Direction();
    private final Direction fromOther = new Direction();
    private long delayNs = 50_000;
    private long jitterNs;
    private long bytesPerSecond = 1L << 40;
    private int windowBytes = 64 << 10;
    private long flipAfterBytes = -1;

    SimulatedLine(String oneIp) {
        this.oneIp = oneIp;
    }

    /** One-way delay. */
    public SimulatedLine delayNs(long ns) {
        delayNs = ns;
        return this;
    }

    /** Each packet takes up to so much longer, at random: connections overtake each other, packets of one never do. */
    public SimulatedLine jitterNs(long ns) {
        jitterNs = ns;
        return this;
    }

    /** Bandwidth of each direction, shared by all connections. */
    public SimulatedLine bytesPerSecond(long rate) {
        bytesPerSecond = rate;
        return this;
    }

    /** What a connection's two socket buffers hold of each direction, in bytes. */
    public SimulatedLine windowBytes(int bytes) {
        windowBytes = bytes;
        return this;
    }

    /** Cuts both directions, or mends them: what is sent meanwhile, and what is on its way, is lost. */
    public SimulatedLine cut(boolean now) {
        fromOne.cut = now;
        fromOther.cut = now;
        return this;
    }

    /** Cuts, or mends, the direction of packets that this IP sends. */
    public SimulatedLine cutFrom(String ip, boolean now) {
        from(ip).cut = now;
        return this;
    }

    /** Flips one bit of the byte that comes after so many more, in either direction; below 0: of none. */
    public SimulatedLine flipBitAfter(long bytes) {
        flipAfterBytes = bytes;
        return this;
    }

    /** What this IP has put on the line so far, bytes of all connections, what is sent again counted again. */
    public long sentBytes(String ip) {
        return from(ip).bytes;
    }

    Direction from(String ip) {
        return ip.equals(oneIp) ? fromOne : fromOther;
    }

    long roundTripNs() {
        return 2 * delayNs;
    }

    int windowBytes() {
        return windowBytes;
    }

    /** What happens to bytes on their way. */
    void pass(ByteBuffer bytes, Random random) {
        if (flipAfterBytes >= 0 && flipAfterBytes < bytes.remaining()) {
            int at = bytes.position() + (int) flipAfterBytes;
            bytes.put(at, (byte) (bytes.get(at) ^ 1 << random.nextInt(8)));
            flipAfterBytes = -1;
        } else if (flipAfterBytes >= 0) {
            flipAfterBytes -= bytes.remaining();
        }
    }

    /** When so many bytes, sent now, have arrived. */
    long arrivalNs(Direction direction, long nowNs, int bytes, Random random) {
        direction.bytes += bytes;
        long start = Math.max(nowNs, direction.freeAtNs);
        long end = start + (long) (bytes * NS_PER_SECOND / bytesPerSecond);
        direction.freeAtNs = end;
        return end + delayNs + (jitterNs == 0 ? 0 : (long) (random.nextDouble() * jitterNs));
    }
}
