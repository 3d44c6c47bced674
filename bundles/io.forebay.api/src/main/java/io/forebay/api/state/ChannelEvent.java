/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.state;

/** What can happen to a channel. The reason is for operators: a clause without a full stop. */
public sealed interface ChannelEvent {

    /** Why, in the words that the state entered will show. */
    String reason();

    /** The BAB's memory is there. */
    record MemoryObtained(String reason) implements ChannelEvent {}

    /** A dial of the peer's outside failed, or the peer refused; it will be tried again. */
    record BridgeFailed(String reason) implements ChannelEvent {}

    /** The bridge stands: a link is up and both hellos were accepted. */
    record BridgeUp(String reason) implements ChannelEvent {}

    /** The channel is ready for its DRBD. */
    record Ready(String reason) implements ChannelEvent {}

    /** The local DRBD dialled in. */
    record DrbdAccepted(String reason) implements ChannelEvent {}

    /** DRBD's first packet is known: read from the local DRBD, or announced by the peer. */
    record TypeKnown(ChannelType type, String reason) implements ChannelEvent {}

    /** The local DRBD took our dial. */
    record DrbdReached(String reason) implements ChannelEvent {}

    /** Both ends of the channel are connected. */
    record Established(String reason) implements ChannelEvent {}

    /** The bridge broke. */
    record BridgeLost(String reason) implements ChannelEvent {}

    /** The bridge was rebuilt and continues where it broke. */
    record Resumed(String reason) implements ChannelEvent {}

    /**
     * One end's DRBD closed its connection, or the bridge is lost for good.
     *
     * @param backlogBytes what is still to be delivered
     */
    record Closing(long backlogBytes, String reason) implements ChannelEvent {}

    /** Everything buffered is delivered. */
    record Drained(String reason) implements ChannelEvent {}

    /** Ends the channel without delivering anything more. */
    record Stop(String reason) implements ChannelEvent {}

    /** Sockets are closed and segments are home. */
    record Closed(String reason) implements ChannelEvent {}

    /** Another takes its place, with a bridge of its own. */
    record Restart(String reason) implements ChannelEvent {}
}
