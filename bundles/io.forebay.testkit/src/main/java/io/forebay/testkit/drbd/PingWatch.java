/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit.drbd;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * One node's end of the meta stream: answers pings at once, sends its own, and gives up when one is not answered in time,
 * which as with DRBD's defaults is half a second. Time is counted in ticks that this process was really given, so that a
 * machine which stands still for a while does not look like a relay that does.
 */
final class PingWatch {

    static final long TICK_NS = 10_000_000L;

    private static final int INTERVAL_TICKS = 10;
    private static final int PATIENCE_TICKS = 50;

    private final OutputStream out;
    private final AtomicLong answered;
    private volatile boolean open;

    PingWatch(OutputStream out, AtomicLong answered) {
        this.out = out;
        this.answered = answered;
    }

    /** Sends pings until told to stop. */
    void ping(BooleanSupplier goOn) throws IOException {
        int ticks = 0;
        while (goOn.getAsBoolean()) {
            if (!open && ticks % INTERVAL_TICKS == 0) {
                open = true;
                ticks = 0;
                send(StandInPacket.PING);
            }
            LockSupport.parkNanos(TICK_NS);
            ticks++;
            if (open && ticks > PATIENCE_TICKS) {
                throw new IOException(
                        "a ping was not answered within %d ms".formatted(PATIENCE_TICKS * TICK_NS / 1_000_000));
            }
        }
    }

    /** Takes what the other node sends, until the stream ends. */
    void read(DataInputStream in) throws IOException {
        int[] length = new int[1];
        while (true) {
            in.mark(1);
            if (in.read() < 0) {
                return;
            }
            in.reset();
            int command = StandInPacket.readHeader100(in, length);
            if (command == StandInPacket.PING) {
                send(StandInPacket.PING_ACK);
            } else if (command == StandInPacket.PING_ACK && open) {
                answered.incrementAndGet();
                open = false;
            } else {
                throw new WrongBytes("meta stream: command=0x%x, openPing=%s".formatted(command, open));
            }
        }
    }

    private synchronized void send(int command) throws IOException {
        out.write(StandInPacket.bare(command));
    }
}
