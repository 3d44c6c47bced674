/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelType;
import io.forebay.api.transport.Loop;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which of the transport's loops serves what. The last one serves no data, if there is another: so a ping, or a DRBD that
 * dials, waits for no turn of a loop that hundreds of busy connections share. Thread-safe.
 */
final class LoopChoice {

    private final List<Loop> forData;
    private final Loop control;
    private final AtomicInteger next = new AtomicInteger();

    LoopChoice(List<Loop> loops) {
        int last = loops.size() - 1;
        control = loops.get(last);
        forData = loops.subList(0, Math.max(1, last));
    }

    /** Where relays are governed, and ports listened at. */
    Loop control() {
        return control;
    }

    /** A loop for a channel that stands by for a connection of this type. */
    Loop next(ChannelType standbyType) {
        return standbyType == ChannelType.META ? control : nextForData();
    }

    /** Each in turn. */
    Loop nextForData() {
        return forData.get(Math.floorMod(next.getAndIncrement(), forData.size()));
    }
}
