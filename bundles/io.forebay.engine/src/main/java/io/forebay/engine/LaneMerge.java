/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Puts the records of several links into one {@link ReceiveChain}, in the order of their positions. On each link positions only
 * grow, so the next record is the first of one of them, or on its way; whoever's turn has not come waits in its {@link
 * LaneInput}, and when that is full the link is not read. So nobody waits for what waits behind it. Owned by one loop.
 */
final class LaneMerge {

    private final ReceiveChain chain;
    private final IntPredicate codecs;
    private final List<LaneInput> inputs = new ArrayList<>();
    private boolean running;
    private boolean again;
    private boolean ended;

    /** With the codecs that the peer has told of: its list comes over the first link, and may be slower than data. */
    LaneMerge(ReceiveChain chain, IntPredicate codecs) {
        this.codecs = codecs;
        this.chain = chain;
    }

    ReceiveChain chain() {
        return chain;
    }

    boolean knows(int codec) {
        return codec == RecordLayout.CODEC_RAW || codecs.test(codec);
    }

    /** What the first link is read into: its control records wait for nothing, but for the data before a CLOSE. */
    LaneInput first(Link link) {
        return add(new LaneInput(link, this, chain::onControl));
    }

    /** What another link is read into: the only control records there are its heartbeat's. */
    LaneInput beside(Link link) {
        inputs.removeIf(input -> input.link().isGone());
        return add(new LaneInput(link, this, (memory, offset) -> {
            RecordType type = RecordLayout.type(memory, offset);
            if (!link.heartbeat().onRecord(type, memory, offset)) {
                throw new PeerViolation("unexpected record beside the first link: type=" + type);
            }
        }));
    }

    private LaneInput add(LaneInput input) {
        inputs.add(input);
        return input;
    }

    /** Hands on whatever's turn it is. */
    void run() {
        again = true;
        if (running) {
            return;
        }
        running = true;
        while (again && !ended) {
            again = false;
            for (int i = 0; i < inputs.size() && !ended; i++) {
                again |= advance(inputs.get(i));
            }
        }
        running = false;
        for (int i = 0; i < inputs.size() && !ended; i++) {
            inputs.get(i).resume();
        }
    }

    private static boolean advance(LaneInput input) {
        try {
            return input.advance();
        } catch (PeerViolation e) {
            input.link().onViolation(Unreadable.of(e).sentence());
            return false;
        }
    }

    /** Hands on nothing more; what still comes until the links are closed is dropped. */
    void end() {
        ended = true;
        inputs.forEach(input -> input.link().resume());
    }

    boolean hasEnded() {
        return ended;
    }
}
