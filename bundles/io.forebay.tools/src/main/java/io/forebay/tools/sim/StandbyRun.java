/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import io.forebay.tools.cli.Program;
import io.forebay.tools.drbd.DrbdCommand;
import io.forebay.tools.drbd.LatencyHistogram;
import io.forebay.tools.drbd.StandInPeer;
import io.forebay.tools.drbd.StandInReceiver;
import java.io.IOException;

/** The node that takes the writes and checks them, over as many connections as it takes until the sender disconnects. */
final class StandbyRun implements SimRun, Reconnecting.Node {
    private final SimAddresses addresses;
    private final boolean byteForByte;
    private final VerifyingSink sink;
    private final long waitNs;
    private final Reconnecting connections;
    private final LatencyHistogram pings = new LatencyHistogram();
    private volatile int connected;
    private volatile boolean wasConnected;
    private volatile WrongBytesException wrong;

    /** @param expected the content, or {@code null} if only checksums are to be compared */
    StandbyRun(SimAddresses addresses, Content expected, long waitNs, Reconnecting connections) {
        this.addresses = addresses;
        byteForByte = expected != null;
        sink = new VerifyingSink(expected);
        this.waitNs = waitNs;
        this.connections = connections;
    }

    @Override
    public void run() throws IOException, InterruptedException {
        try {
            connections.run(this);
        } catch (WrongBytesException e) {
            wrong = e;
            throw e;
        }
    }

    @Override
    public Reconnecting.Attempt attempt() {
        wasConnected = false;
        StandInPeer peer = new StandInPeer(addresses.ofPeer(), DrbdCommand.INITIAL_META, SendRun.ROUND_TRIP_MS);
        StandInReceiver receiver = new StandInReceiver(peer, sink, pings);
        return new Reconnecting.Attempt() {
            @Override
            public void run() throws IOException {
                receiver.run(SendRun.DEVICE_BYTES, waitNs, StandbyRun.this::onConnected);
            }

            @Override
            public void close() {
                receiver.close();
            }
        };
    }

    private void onConnected() {
        sink.onConnected();
        connected++;
        wasConnected = true;
    }

    @Override
    public boolean wasConnected() {
        return wasConnected;
    }

    @Override
    public long position() {
        return sink.endPosition();
    }

    @Override
    public String progress() {
        return connected == 0
                ? "waiting for the other node"
                : Program.format(
                        "%9.1f MB verified   ping %.1f ms",
                        sink.takenBytes() / 1e6, pings.count() == 0 ? 0 : pings.percentileMs(50));
    }

    @Override
    public SimReport report() {
        SimReport report = new SimReport("standby");
        report.bytes("verifiedBytes", "verified", sink.takenBytes());
        report.bytes("endPosition", "up to offset", sink.endPosition());
        report.text("verifiedBy", "by", byteForByte ? "bytes and checksums" : "checksums");
        report.rate("bytesPerSecond", "throughput", sink.takenBytes(), sink.seconds());
        report.latency("pingMs", "ping", pings);
        report.wrong(wrong);
        report.connections(connected, connections.losses());
        return report;
    }

    @Override
    public void stop() {
        connections.stop();
    }
}
