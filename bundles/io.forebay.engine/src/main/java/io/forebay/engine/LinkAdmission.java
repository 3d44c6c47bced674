/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.Leg;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.text.AddressText;
import io.forebay.engine.Payloads.Refusal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumSet;

/** Which links a relay takes, and for which of its channels; what is wrong with another, both ends say. Thread-safe. */
final class LinkAdmission {

    /** The states of a channel whose bridge stands. */
    static final EnumSet<ChannelState> BRIDGED = EnumSet.range(ChannelState.BRIDGED, ChannelState.ESTABLISHED);

    private final ChannelHome home;

    LinkAdmission(ChannelHome home) {
        this.home = home;
    }

    /** Takes a link, or answers it; answers why it is refused, if that is news, or {@code null}. On the link's loop. */
    String take(Link link, Hello hello) {
        home.dialling().onPeer(hello.dial());
        String mismatch = mismatch(hello);
        if (mismatch != null) {
            home.health().onFault(Leg.PEER_TO_OUTSIDE, mismatch);
            return mismatch;
        }
        if (home.dialling().mine() == DialMode.OUTBOUND) {
            link.refuse(Refusal.NOT_NOW, "that site dials itself (dial = outbound) and is not to be dialled");
            return null;
        }
        boolean beginsSession = hello.attempt() == 0 && hello.lane() == 0;
        if (hello.lane() == 0) {
            home.channels().onBridge();
        }
        ChannelRole role = hello.role() == ChannelRole.CONNECTOR ? ChannelRole.ACCEPTOR : ChannelRole.CONNECTOR;
        Channel channel = beginsSession
                ? home.channels().reserve(role, hello.standbyType())
                : home.channels().inSession(role, hello.session());
        if (channel != null) {
            link.moveTo(channel.loop(), () -> channel.bridging().accept(link, hello));
        } else if (!beginsSession) {
            link.refuse(Refusal.OVER, "the session has ended here");
        } else {
            return "there are %d bridges in reserve already".formatted(RelayChannels.RESERVE_MAX);
        }
        return null;
    }

    /** Why the sender cannot be the peer that is meant; {@code null} if it can. */
    private String mismatch(Hello hello) {
        RelayAddresses addresses = home.settings().addresses();
        if (home.channels().inSession(hello.role(), hello.session()) != null) {
            return "the relay has reached itself: peer = %s leads back to it, and must be the outside of the other site's Forebay"
                    .formatted(AddressText.of(addresses.peer()));
        }
        if (isSameDrbd(hello, addresses.drbd())) {
            return "both ends of the link serve the same DRBD, %s on %s: let peer be the outside of the other site's Forebay"
                    .formatted(hello.drbd(), hello.fromHost());
        }
        if (home.dialling().mine() == DialMode.OUTBOUND && hello.dial() == DialMode.OUTBOUND) {
            return "both sites say dial = outbound, so neither may be dialled: say inbound or both at one of them";
        }
        return null;
    }

    /** Two sites may well use the same addresses, and two machines a name that nobody has changed: both together tell. */
    private boolean isSameDrbd(Hello hello, InetSocketAddress drbd) {
        boolean telling = drbd.isUnresolved() || !drbd.getAddress().isLoopbackAddress();
        return telling
                && hello.drbd().equals(AddressText.of(drbd))
                && hello.fromHost().equals(home.surroundings().hostName());
    }

    /** Somebody was refused where the peer would dial, and may well be it. */
    void onStranger(InetAddress from, String why) {
        InetSocketAddress peer = home.settings().addresses().peer();
        boolean mayBeIt = peer.isUnresolved() || peer.getAddress().equals(from);
        boolean missed = home.channels().all().stream()
                .noneMatch(channel -> channel.role() == ChannelRole.ACCEPTOR && BRIDGED.contains(channel.state()));
        if (mayBeIt && missed) {
            home.health().onFault(Leg.PEER_TO_OUTSIDE, why);
        }
    }
}
