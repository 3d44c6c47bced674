/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelType;
import io.forebay.drbd.FrameScanner;
import io.forebay.drbd.Node;
import io.forebay.drbd.SessionObserver;
import io.forebay.drbd.SocketType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * One DRBD connection as the relay sees it: a data and a meta channel, which share one fate once the nodes have begun to
 * negotiate (rule R6). Before, they may be connections that crossed, of which DRBD itself drops one, or that a node gave up
 * and dialled anew. A channel that has made room for its successor goes on by itself until it is delivered; nothing that
 * happens to it happens to the session. Thread-safe.
 */
final class DrbdSession {

    private final Map<ChannelType, Channel> members = new EnumMap<>(ChannelType.class);
    private final SessionObserver observer;

    DrbdSession(LongSupplier clockNs) {
        observer = new SessionObserver(clockNs);
    }

    /**
     * Takes a channel in, unless it has one of that type. One that ended before the nodes negotiated had crossed with
     * another or was given up, and makes room for its successor; afterwards an end is the session's.
     */
    synchronized boolean join(Channel channel, ChannelType type) {
        Channel holder = members.get(type);
        boolean over = isNegotiating() && members.values().stream().anyMatch(Channel::isEnding);
        if (over || holder != null && !holder.isEnding()) {
            return false;
        }
        members.put(type, channel);
        return true;
    }

    /** Whether it is a part of the session still, and has not made room for its successor. */
    private synchronized boolean has(Channel channel) {
        return members.containsValue(channel);
    }

    /** Whether the nodes talk to each other: then their connections are settled. Any thread. */
    boolean isNegotiating() {
        return observer.featuresSeen(Node.LOCAL) || observer.featuresSeen(Node.FAR);
    }

    /** Whether both nodes have begun to talk to each other, and this channel is theirs. Any thread. */
    boolean isTalkingOver(Channel channel) {
        return observer.featuresSeenBothWays() && has(channel);
    }

    /** Whether none of its channels lives any more. */
    synchronized boolean isOver() {
        return members.values().stream().allMatch(Channel::isStopped);
    }

    /** A scanner for one direction of a member. */
    FrameScanner scanner(ChannelType type, ChannelRole role, Node sender) {
        Node dialler = role == ChannelRole.ACCEPTOR ? Node.LOCAL : Node.FAR;
        return observer.scanner(socket(type), sender, dialler, FrameScanner.BULK_BYTES_MAX_DEFAULT);
    }

    static SocketType socket(ChannelType type) {
        return type == ChannelType.DATA ? SocketType.DATA : SocketType.META;
    }

    /** A node's stream has ended on a channel. */
    void onEnd(Channel channel, Node sender) {
        if (isNegotiating() && has(channel)) {
            observer.onEnd(sender, socket(channel.type()));
        }
    }

    /** Whether the data channel beside this meta channel has not ended, once the nodes talk to each other. */
    synchronized boolean isDataAlive(Channel meta) {
        Channel data = members.get(ChannelType.DATA);
        return data != null && !data.hasEnded() && isTalkingOver(meta);
    }

    /** A data channel has ended. */
    void onDataEnded(Channel data) {
        Channel meta;
        synchronized (this) {
            meta = has(data) ? members.get(ChannelType.META) : null;
        }
        if (meta != null) {
            meta.loop().execute(meta.end()::onDataEnded);
        }
    }

    /** A channel broke: the other one ends with it, unless it is ending already and may have to deliver. */
    void onBroken(Channel broken, String reason) {
        if (!isTalkingOver(broken)) {
            return;
        }
        List<Channel> others;
        synchronized (this) {
            others = new ArrayList<>(members.values());
        }
        others.remove(broken);
        others.removeIf(Channel::isEnding);
        others.forEach(other -> other.loop().execute(() -> other.end().stop("its partner ended: " + reason)));
    }

    /** DRBD's connection state as observed. */
    String describe() {
        return observer.describe();
    }
}
