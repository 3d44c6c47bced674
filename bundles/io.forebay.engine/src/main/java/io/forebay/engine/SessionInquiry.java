/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelState;
import io.forebay.api.transport.Loop;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * Whether the peer still knows a session: who does not dial may wait for its bridge in vain, so it has this asked over another
 * channel's bridge; and whoever is asked answers. Owned by the channel's loop.
 */
final class SessionInquiry {

    /** How often a channel without a bridge asks whether it is still waited for. */
    private static final long ASK_AGAIN_NS = 1_000_000_000L;

    private final Channel channel;
    private final ChannelLife life;
    private final ChannelHome home;
    private final Bridge bridge;
    private Loop.Timer timer;

    SessionInquiry(Channel channel, ChannelLife life, ChannelHome home, Bridge bridge) {
        this.channel = channel;
        this.life = life;
        this.home = home;
        this.bridge = bridge;
    }

    /** Has the channel's own session asked for, again and again while it lacks its bridge, unless it dials that itself. */
    void begin() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (!home.dialling().leads(life.role())
                && bridge.isLost()
                && life.isIn(ChannelState.RESUMING, ChannelState.CLOSE_PENDING)) {
            home.channels().ask(channel);
            timer = channel.loop().schedule(this::begin, ASK_AGAIN_NS);
        }
    }

    /** Asks the peer over this channel's link whether it knows another channel's session. */
    void ask(UUID session) {
        if (bridge.carrier().writeControl(RecordType.ASK, 0, Payloads.session(session))) {
            bridge.carrier().flush();
        }
    }

    /** Handles a question or an answer; {@code false} if it is neither. */
    boolean onRecord(RecordType type, ByteBuffer memory, int offset) throws PeerViolation {
        if (type == RecordType.ASK) {
            answer(Payloads.readSession(memory, offset));
            return true;
        }
        if (type == RecordType.UNKNOWN) {
            home.channels().onUnknown(Payloads.readSession(memory, offset));
            return true;
        }
        return false;
    }

    private void answer(UUID session) {
        if (!home.channels().knows(session)) {
            bridge.carrier().writeControl(RecordType.UNKNOWN, 0, Payloads.session(session));
            bridge.carrier().flush();
        }
    }
}
