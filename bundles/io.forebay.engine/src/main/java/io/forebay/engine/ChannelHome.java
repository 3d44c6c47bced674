/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.RelaySettings;
import io.forebay.api.state.ChannelType;
import io.forebay.api.state.StateTable;
import io.forebay.api.transport.Accepted;
import io.forebay.api.transport.Transport;
import java.util.List;
import java.util.UUID;

/** What a channel needs of its relay. All methods may be called on any loop. */
interface ChannelHome {

    RelaySettings settings();

    Transport transport();

    StateTable states();

    Surroundings surroundings();

    /** What the relay knows of its connections. */
    RelayHealth health();

    /** The relay's memory; there before any channel is. */
    RelayMemory memory();

    /** The codec that is configured, as far as a peer with these codecs can decompress it. */
    CodecSelector selector(CodecNames peerCodecs);

    /** Decompressors for one channel whose peer numbers its codecs like this. */
    Decoders decoders(CodecNames peerCodecs);

    /** Names of the codecs there are, in the order in which this Forebay numbers them. */
    List<String> codecNames();

    /** The session whose parts are a data and a meta channel; a new one if there is none that lacks this type. */
    DrbdSession join(Channel channel, ChannelType type);

    /**
     * The connection that the other DRBD dialled with the same role while the nodes have not begun to talk to each other;
     * {@code null} if there is none.
     */
    Channel crossing(Channel channel);

    /** Asks the peer, over a link that stands by, whether it still has a channel's session. */
    void ask(Channel channel);

    /** Whether there is a channel of this session that has not ended. */
    boolean knows(UUID session);

    /** The peer does not know a session. */
    void onUnknown(UUID session);

    /** A channel has its bridge, or has it again: the line is there. */
    void onBridge();

    /** A channel's bridge broke or fell silent: others may have, too. */
    void onLineSuspect();

    /** A channel is established: an older one of its type may be a dead node's. */
    void onEstablished(Channel channel);

    /** An acceptor is waiting for its DRBD. */
    void onWaiting(Channel channel);

    /** An acceptor that was waiting has lost its bridge. */
    void onUnbridged(Channel channel);

    /** A DRBD was given to a channel that cannot take it; it needs another. */
    void onNotTaken(Accepted drbd);

    /** A DRBD has dialled: a channel is in use, and another must stand by. */
    void onInUse();

    /** The channel has stopped for good. */
    void onStopped(Channel channel);

    /** A new session id. */
    UUID newSession();
}
