/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.ChannelStatus.Flow;
import io.forebay.api.relay.ChannelStatus.PacketCount;
import io.forebay.drbd.FrameScanner;
import java.util.List;

/** A channel's inside as operators see it. */
final class ChannelTexts {

    static final Flow NO_FLOW = new Flow(0, 0, 0, 0, 0, 0, 0, 0, List.of(), "");

    private ChannelTexts() {}

    static Flow flow(
            long received,
            long sent,
            long confirmed,
            long wireBytes,
            long records,
            long rawRecords,
            long heldBytes,
            long stalls,
            FrameScanner scanner) {
        List<PacketCount> packets = scanner.counts().stream()
                .map(count -> new PacketCount(count.type().name(), count.packets(), count.bytes()))
                .toList();
        String opaque = scanner.opaqueSentence().or(scanner::firstWarning).orElse("");
        return new Flow(received, sent, confirmed, wireBytes, records, rawRecords, heldBytes, stalls, packets, opaque);
    }
}
