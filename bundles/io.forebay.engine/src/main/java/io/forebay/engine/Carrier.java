/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelRole;
import io.forebay.api.text.AddressText;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import io.forebay.engine.Payloads.Refusal;
import java.nio.ByteBuffer;
import java.util.function.BiConsumer;

/**
 * What carries a channel now: its bridge's present link, and {@link Lanes} beside it if data goes over several. The bridge
 * replaces the link; whoever writes need not know which it is. While there is none, there is room for nothing, and nothing
 * is written. Owned by the channel's loop.
 */
final class Carrier implements Lanes.Owner {

    private final ChannelHome home;
    private final BridgeOwner owner;
    private final Runnable onLanesGone;
    private final Lanes lanes;
    private Link link;

    /** Whether this site has dialled the link, and so dials those beside it. */
    private boolean dialled;

    private int attempt;
    private int links = 1;

    /** With what is to happen when the last lane beside a link is gone. */
    Carrier(ChannelRole role, Loop loop, ChannelHome home, BridgeOwner owner, Runnable onLanesGone) {
        this.home = home;
        this.owner = owner;
        this.onLanesGone = onLanesGone;
        this.lanes = new Lanes(role, loop, home, this);
    }

    // ---- the link

    /** Takes a link whose hellos are said; the former one is gone. */
    void take(Link taken, Hello peer, int nth, boolean dialledHere) {
        link = taken;
        attempt = nth;
        dialled = dialledHere;
        links = Math.max(home.settings().line().links().count(), peer.links());
    }

    /** The link is gone. */
    void drop() {
        link = null;
    }

    /** The link broke, and with it go those beside it. */
    void drop(String reason) {
        link = null;
        lanes.end("the first link broke: " + reason);
    }

    boolean isThere() {
        return link != null;
    }

    boolean is(Link other) {
        return link == other;
    }

    boolean isOpen() {
        return link != null && link.isOpen();
    }

    /** Whether nothing is in the transport's hands, neither the link nor one beside it. */
    boolean isGone() {
        return link == null && lanes.areGone();
    }

    /** Ends the link, if there is one, because of something else than what came over it. */
    void fail(String reason) {
        if (link != null) {
            link.fail(reason);
        }
    }

    /** Ends the link, if there is one, because of what came over it. */
    void onViolation(String why) {
        if (link != null) {
            link.onViolation(why);
        }
    }

    /** Ends it for good: with {@code how} the link, and lanes now or when the peer has read it. */
    void end(String reason, boolean peerWaits, BiConsumer<Link, String> how) {
        if (link == null || !peerWaits) {
            lanes.end(reason);
        } else {
            lanes.leave(reason);
        }
        if (link != null) {
            how.accept(link, reason);
        }
    }

    /** Looks after the link; closely if it is in session. */
    void watch(boolean closely) {
        if (link != null) {
            link.heartbeat()
                    .start(closely, dialled, () -> home.settings().timeouts().pingMs());
        }
    }

    /** What comes goes into a chain; with lanes beside the link, if data is spread over several. */
    void receiveInto(ReceiveChain chain, boolean spread) {
        link.receiveInto(lanes.begin(chain, link, spread ? links : 1, dialled));
    }

    void options(SocketOptions options) {
        lanes.options(options);
        if (link != null) {
            link.options(options);
        }
    }

    /** The address of the peer's end; empty while there is no link. */
    String peerAddress() {
        return isOpen() ? AddressText.of(link.remoteAddress()) : "";
    }

    long roundTripNs() {
        return link == null ? 0 : link.heartbeat().roundTripNs();
    }

    // ---- records

    /** Room for data records now, in bytes. */
    int roomBytes() {
        return link == null ? 0 : lanes.areInUse() ? lanes.roomBytes() : link.roomBytes(Link.QUEUED_DATA_BYTES_MAX);
    }

    /** The largest payload of a record that suits it. */
    int recordBytesMax() {
        return lanes.areInUse() ? Lanes.RECORD_BYTES_MAX : Integer.MAX_VALUE;
    }

    /** How much to write at a time, unless it is a single record. */
    int chunkBytes() {
        return lanes.areInUse() ? Lanes.CHUNK_BYTES : Integer.MAX_VALUE;
    }

    /** Queues whole data records, which the kernel sends at this pace if it can. */
    void writeData(ByteBuffer records, int paceBytesPerSecond) {
        if (lanes.areInUse()) {
            lanes.writeData(records, paceBytesPerSecond);
        } else {
            link.writeData(records, paceBytesPerSecond);
        }
    }

    /** Queues a control record; {@code false} if there is no link, or no room on it. */
    boolean writeControl(RecordType type, long position, ByteBuffer payload) {
        return link != null && link.writeControl(type, position, payload);
    }

    void flush() {
        if (link != null) {
            link.flush();
            lanes.flush();
        }
    }

    /** Handles a record of the heartbeat; {@code false} if it is none. */
    boolean onHeartbeat(RecordType type, ByteBuffer memory, int offset) throws PeerViolation {
        return link.heartbeat().onRecord(type, memory, offset);
    }

    /** Goes on reading if it was memory that was missing. */
    void resumeReading() {
        if (link != null) {
            link.resume();
        }
        lanes.resume();
    }

    // ---- the lanes beside the link

    /** Takes a link of the peer for one of them, unless the present link is not one beside which it can be. */
    void acceptLane(Link accepted, Hello hello, boolean stands) {
        if (stands && !dialled && hello.attempt() == attempt) {
            lanes.accept(accepted, hello);
        } else {
            accepted.refuse(Refusal.NOT_NOW, "the bridge beside which it belongs does not stand");
        }
    }

    @Override
    public Hello hello(int lane) {
        return owner.hello(attempt, lane);
    }

    @Override
    public boolean knowsCodec(int number) {
        return owner.knowsCodec(number);
    }

    @Override
    public void onLaneWritten(int bytes) {
        owner.onDataWritten(bytes);
    }

    @Override
    public void onLaneProgress() {
        owner.onLinkProgress();
    }

    @Override
    public void onLaneLost(String reason, boolean violated) {
        if (violated) {
            onViolation(reason);
        } else {
            fail(reason);
        }
    }

    @Override
    public void onLanesGone() {
        if (link == null) {
            onLanesGone.run();
        }
    }
}
