/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.state.ChannelType;
import java.util.List;

/** Makes a {@link LineMeasure} of looks at a relay, one after another. For one use, by one thread. */
final class LineMeter {

    /** So much may wait beside what is on its way although the line is not full: a block that is being compressed. */
    private static final long WAITING_BYTES = 1 << 20;

    private RelayStatus last;
    private long lastNs;
    private long startNs;
    private double roundTripSeconds;
    private double lineBytesPerSecond;
    private double fullBytesPerSecond;
    private double writtenBytes;

    /** A look at the relay, at a time of a clock that only grows. */
    void look(RelayStatus relay, long nowNs) {
        for (ChannelStatus channel : relay.channels()) {
            double seconds = channel.roundTripNs() / 1e9;
            if (seconds > 0 && (roundTripSeconds == 0 || seconds < roundTripSeconds)) {
                roundTripSeconds = seconds;
            }
        }
        if (last == null) {
            startNs = nowNs;
        } else {
            compare(relay, (nowNs - lastNs) / 1e9);
        }
        last = relay;
        lastNs = nowNs;
    }

    private void compare(RelayStatus relay, double seconds) {
        double confirmed = 0;
        boolean waiting = false;
        for (ChannelStatus channel : data(relay)) {
            ChannelStatus before = data(last).stream()
                    .filter(one -> one.id() == channel.id())
                    .findFirst()
                    .orElse(null);
            if (before != null) {
                double taken =
                        channel.transmit().confirmed() - before.transmit().confirmed();
                confirmed += taken / ratio(relay);
                writtenBytes +=
                        channel.transmit().received() - before.transmit().received();
                long least = Math.min(
                        before.transmit().backlogBytes(), channel.transmit().backlogBytes());
                waiting |= least > 2 * roundTripSeconds * taken / seconds + WAITING_BYTES;
            }
        }
        lineBytesPerSecond = Math.max(lineBytesPerSecond, confirmed / seconds);
        if (waiting) {
            fullBytesPerSecond = Math.max(fullBytesPerSecond, confirmed / seconds);
        }
    }

    private static List<ChannelStatus> data(RelayStatus relay) {
        return relay.channels().stream()
                .filter(channel -> channel.type() == ChannelType.DATA)
                .toList();
    }

    /** Since these channels stand; 1 before anything was sent. */
    private static double ratio(RelayStatus relay) {
        double sent = data(relay).stream()
                .mapToLong(channel -> channel.transmit().sent())
                .sum();
        double wire = data(relay).stream()
                .mapToLong(channel -> channel.transmit().wireBytes())
                .sum();
        return sent == 0 || wire == 0 ? 1 : sent / wire;
    }

    /** What was seen, after two looks at least. */
    LineMeasure measure() {
        double seconds = (lastNs - startNs) / 1e9;
        return new LineMeasure(
                seconds,
                roundTripSeconds,
                writtenBytes / seconds,
                fullBytesPerSecond > 0 ? fullBytesPerSecond : lineBytesPerSecond,
                fullBytesPerSecond > 0,
                ratio(last),
                last.bab().peakBytes(),
                data(last).stream()
                        .mapToLong(channel -> channel.transmit().stalls())
                        .sum());
    }
}
