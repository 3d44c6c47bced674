/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.ChannelStatus;

/**
 * Which of a channel's connections stand: the local leg to DRBD, and the bridge to the peer Forebay.
 *
 * @param local the local leg
 * @param localWord what is said of it
 * @param bridge the bridge
 * @param bridgeWord what is said of it
 */
record ChannelLegs(Leg local, String localWord, Leg bridge, String bridgeWord) {

    /** How a connection stands. */
    enum Leg {
        /** It stands. */
        UP,
        /** It is the one that is waited for, or lost. */
        MISSING,
        /** Its turn comes when the other one stands. */
        IDLE
    }

    private static final String BRIDGED = "bridged";

    static ChannelLegs of(ChannelStatus channel) {
        String label = channel.state().label();
        return switch (channel.state()) {
            case ALLOCATING -> new ChannelLegs(Leg.MISSING, label, Leg.MISSING, label);
            case BRIDGING -> new ChannelLegs(Leg.IDLE, "", Leg.MISSING, label);
            case BRIDGED -> new ChannelLegs(Leg.IDLE, "", Leg.UP, BRIDGED);
            case WAITING, CONNECTING -> new ChannelLegs(Leg.MISSING, label, Leg.UP, BRIDGED);
            case CONNECTED, ESTABLISHING, ESTABLISHED -> new ChannelLegs(Leg.UP, label, Leg.UP, BRIDGED);
            case RESUMING -> new ChannelLegs(Leg.UP, "established", Leg.MISSING, label);
            // either end may be the one that went away; only the addresses tell
            case CLOSE_PENDING, STOPPING, STOPPED -> closing(channel, label);
        };
    }

    private static ChannelLegs closing(ChannelStatus channel, String label) {
        Leg local = channel.drbdAddress().isEmpty() ? Leg.MISSING : Leg.UP;
        boolean bridged = !channel.peerAddress().isEmpty();
        return new ChannelLegs(local, label, bridged ? Leg.UP : Leg.MISSING, bridged ? BRIDGED : label);
    }
}
