/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.RelaySettings;
import io.forebay.api.state.StateTable;
import io.forebay.api.transport.Transport;
import java.util.List;
import java.util.UUID;

/** What a channel needs of its relay. All methods may be called on any loop. */
interface ChannelHome extends PlugInJudge {

    RelaySettings settings();

    /** For the connections of the local DRBD. */
    Transport transport();

    /**
     * For the links to the peer.
     *
     * @throws IllegalStateException with a sentence, if they are to have what the transport does not
     */
    Transport outsideLine();

    StateTable states();

    Surroundings surroundings();

    /** What the relay knows of its connections. */
    RelayHealth health();

    /** Which site dials the WAN. */
    DialAgreement dialling();

    /** What is known of a line that only one site can dial. */
    OneWayLine oneWay();

    /** The relay's memory; there before any channel is. */
    RelayMemory memory();

    /** Why there is no memory for new sessions, a sentence; empty if there is. */
    String lackOfMemory();

    /** How fast the relay's data channels may send, all together. */
    LineRate rate();

    /** The relay's share of what all relays may send. */
    RateShare share();

    /** The codec that is configured, as far as a peer with these codecs can decompress it. */
    CodecSelector selector(CodecNames peerCodecs);

    /** Decompressors for one channel whose peer numbers its codecs like this. */
    Decoders decoders(CodecNames peerCodecs);

    /** Names of the codecs that the peer may use, in the order in which this Forebay numbers them; empty for one that is not there. */
    List<String> codecNames();

    /** All channels of the relay. */
    RelayChannels channels();

    /** The DRBD connections that the relay's channels are parts of. */
    DrbdSessions drbdSessions();

    /** Where the local DRBD dials. */
    InsidePort inside();

    /** The channel has stopped for good. */
    void onStopped(Channel channel);

    /** A new session id. */
    UUID newSession();
}
