/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.text.AddressText;
import java.util.List;

/** What a channel says of itself, whether it dialled or was dialled. On the channel's loop. */
final class ChannelHello {

    private ChannelHello() {}

    /**
     * With {@code attempt} 0 to begin a session, or that of the link that goes on with it.
     *
     * @param lane 0 for the first link, else the number of one beside it, which tells nothing of codecs
     */
    static Hello of(Channel channel, ChannelHome home, int attempt, int lane) {
        Session session = channel.session();
        RelayAddresses addresses = home.settings().addresses();
        return new Hello(
                home.oneWay().isInVain() ? Hello.DIALS_IN_VAIN : 0,
                channel.sessionId(),
                channel.role(),
                channel.standbyType(),
                home.dialling().mine(),
                attempt,
                lane,
                home.settings().line().links().count(),
                session == null ? 0 : session.receivedPosition(),
                session == null ? 0 : session.receivedWireBytes(),
                session == null ? Channel.INITIAL_CREDIT : session.creditLimit(),
                session == null ? MemoryPlan.RECORD_BYTES_LEAST : session.recordBytesMax(),
                home.settings().resource(),
                home.surroundings().hostName(),
                addresses.peer().getHostString(),
                AddressText.of(addresses.inside()),
                AddressText.of(addresses.drbd()),
                lane > 0 ? List.of() : channel.codecs().hello(attempt == 0));
    }
}
