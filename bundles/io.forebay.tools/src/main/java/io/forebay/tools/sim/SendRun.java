/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import io.forebay.tools.cli.Program;
import io.forebay.tools.drbd.DrbdCommand;
import io.forebay.tools.drbd.LatencyHistogram;
import io.forebay.tools.drbd.StandInPeer;
import io.forebay.tools.drbd.StandInSender;
import java.io.IOException;

/** The node with the writes. What was not acknowledged when a connection was lost is sent again, as DRBD resynchronises it. */
final class SendRun implements SimRun, Reconnecting.Node {
    /** More than anybody sends: DRBD's own limit. */
    static final long DEVICE_BYTES = 1L << 50;

    /** DRBD's two seconds for each step of its handshake are extended by twice this. */
    static final int ROUND_TRIP_MS = 1_000;

    private final SimAddresses addresses;
    private final PacedSource source;
    private final StandInSender.Writes writes;
    private final long waitNs;
    private final RelayGauge gauge;
    private final Reconnecting connections;
    private final SendMeter meter;
    private final LatencyHistogram pings = new LatencyHistogram();

    SendRun(
            SimAddresses addresses,
            PacedSource source,
            StandInSender.Writes writes,
            long waitNs,
            RelayGauge gauge,
            Reconnecting connections) {
        this.addresses = addresses;
        this.source = source;
        this.writes = writes;
        this.waitNs = waitNs;
        this.gauge = gauge;
        this.connections = connections;
        meter = new SendMeter(gauge);
    }

    @Override
    public void run() throws IOException, InterruptedException {
        connections.run(this);
    }

    @Override
    public Reconnecting.Attempt attempt() {
        StandInPeer peer = new StandInPeer(addresses.ofPeer(), DrbdCommand.INITIAL_DATA, ROUND_TRIP_MS);
        StandInSender sender = new StandInSender(peer, source, writes, meter, pings);
        return new Reconnecting.Attempt() {
            @Override
            public void run() throws IOException, InterruptedException {
                sender.run(meter.ackedPosition(), DEVICE_BYTES, waitNs);
            }

            @Override
            public void close() {
                sender.close();
            }
        };
    }

    @Override
    public boolean wasConnected() {
        return meter.wasConnected();
    }

    @Override
    public long position() {
        return meter.ackedPosition();
    }

    @Override
    public String progress() {
        gauge.look();
        String relay = gauge.hasAnswered()
                ? Program.format(
                        "   backlog %.1f MB   ratio %.2f",
                        gauge.backlogBytes() / 1e6, Double.isNaN(gauge.ratio()) ? 0 : gauge.ratio())
                : "";
        return Program.format(
                "%9.1f MB sent   %9.1f MB acknowledged   %8.1f MB on their way   ping %.1f ms%s",
                meter.sentBytes() / 1e6,
                meter.ackedPosition() / 1e6,
                meter.unackedBytes() / 1e6,
                pings.count() == 0 ? 0 : pings.percentileMs(50),
                relay);
    }

    @Override
    public SimReport report() {
        SimReport report = new SimReport("send");
        report.bytes("sentBytes", "sent", meter.sentBytes());
        report.bytes("acknowledgedBytes", "acknowledged", meter.ackedPosition());
        report.rate("sentBytesPerSecond", "taken by the relay", meter.sentBytes(), meter.sentSeconds());
        report.rate("acknowledgedBytesPerSecond", "acknowledged", meter.ackedPosition(), meter.ackedSeconds());
        report.latency("pingMs", "ping", pings);
        report.latency("acknowledgeMs", "write to ack", meter.acks());
        report.bytes("peakUnacknowledgedBytes", "most on their way", meter.peakUnackedBytes());
        report.relay(gauge);
        report.connections(meter.connections(), connections.losses());
        return report;
    }

    @Override
    public void stop() {
        source.stop();
        connections.stop();
    }
}
