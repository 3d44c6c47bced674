/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.WanLinks;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import io.forebay.engine.Payloads.Refusal;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The links beside a bridge's first, over which a data channel is spread: whoever dialled the first dials them. Whole records
 * go over the one that has the most room, so on each positions only grow; {@link LaneMerge} puts them in order again. One that
 * breaks ends them all and the first link with them, and the session goes on as after any broken link. Owned by the
 * channel's loop.
 */
final class Lanes {

    /** What is written to one lane at a time, unless a single record is more: so that all are about equally far. */
    static final int CHUNK_BYTES = 64 << 10;

    /** What a record may be, so that all are about equally busy; one of before there were lanes may be more. */
    static final int RECORD_BYTES_MAX = 256 << 10;

    /** Data that may be queued on a lane; what is queued on a slow one the others must wait for. */
    private static final int QUEUED_BYTES_MAX = RECORD_BYTES_MAX + CHUNK_BYTES;

    /** The bridge. */
    interface Owner {
        /** What to say of the channel on a lane. */
        Hello hello(int lane);

        /** Whether the peer has told of a codec. */
        boolean knowsCodec(int number);

        /** So many bytes of data records are in the system's hands. */
        void onLaneWritten(int bytes);

        /** There may be more to do. */
        void onLaneProgress();

        /** A lane that carried data is gone. */
        void onLaneLost(String reason, boolean violated);

        /** The last of them is gone. */
        void onLanesGone();
    }

    private final ChannelRole role;
    private final Loop loop;
    private final ChannelHome home;
    private final Owner owner;
    private final List<Lane> all = new ArrayList<>();
    private LaneMerge merge;
    private boolean ended = true;

    Lanes(ChannelRole role, Loop loop, ChannelHome home, Owner owner) {
        this.role = role;
        this.loop = loop;
        this.home = home;
        this.owner = owner;
    }

    /**
     * Begins anew, beside another first link.
     *
     * @param count how many there are to be; none if it is 1
     * @param dialled whether this site dials
     * @return where the first link puts what it reads
     */
    Link.Sink begin(ReceiveChain chain, Link first, int count, boolean dialled) {
        merge = null;
        ended = false;
        if (count == 1) {
            return chain;
        }
        merge = new LaneMerge(chain, owner::knowsCodec);
        for (int number = 1; number <= count; number++) {
            Lane lane = new Lane(number, this);
            all.add(lane);
            if (dialled) {
                int each = number;
                lane.dial(new Dialler(role, loop, home, lane, () -> local(home, each)));
            }
        }
        return merge.first(first);
    }

    /** From where to dial the n-th link; {@code null} if that is left to the system. */
    static InetAddress local(ChannelHome home, int number) {
        WanLinks links = home.settings().line().links();
        return links.from().isEmpty()
                ? null
                : links.from().get(number % links.from().size());
    }

    /** Takes a link of the peer for the lane that its hello names; the peer may have redialled before this end noticed. */
    void accept(Link accepted, Hello hello) {
        Lane lane = all.stream()
                .filter(one -> one.number() == hello.lane())
                .findFirst()
                .orElse(null);
        if (ended || lane == null || !lane.isGone()) {
            accepted.refuse(Refusal.NOT_NOW, "there is no place for link %d now".formatted(hello.lane()));
            return;
        }
        lane.accept(accepted, hello(hello.lane()));
    }

    Hello hello(int number) {
        return owner.hello(number);
    }

    /** A lane stands. */
    void onCarrier(Lane lane, Link link) {
        link.heartbeat()
                .start(true, lane.isDialled(), () -> home.settings().timeouts().pingMs());
        link.receiveInto(merge.beside(link));
        owner.onLaneProgress();
    }

    void onCarrierGone(Lane lane, Link link, String reason) {
        if (!ended) {
            owner.onLaneLost("link %d broke: %s".formatted(lane.number(), reason), link.isViolated());
        }
    }

    void onFailure(int number, String reason) {
        home.surroundings()
                .events()
                .onSentence(
                        home.settings().name(),
                        "link %d of %d does not stand yet: %s".formatted(number, all.size(), reason));
    }

    void onWritten(int bytes) {
        owner.onLaneWritten(bytes);
    }

    void onProgress() {
        owner.onLaneProgress();
    }

    void options(SocketOptions options) {
        all.forEach(lane -> lane.options(options));
    }

    // ---- data

    /** Whether data goes over them, and not over the first link. */
    boolean areInUse() {
        return best() != null;
    }

    private Lane best() {
        Lane best = null;
        for (int i = 0; i < all.size(); i++) {
            Lane lane = all.get(i);
            if (lane.isOpen() && (best == null || roomBytes(lane) > roomBytes(best))) {
                best = lane;
            }
        }
        return best;
    }

    /** Room on the lane that has the most of it. */
    int roomBytes() {
        return roomBytes(best());
    }

    private static int roomBytes(Lane lane) {
        return lane.link().roomBytes(QUEUED_BYTES_MAX);
    }

    /**
     * Queues whole data records on the lane that has the most room. Not all lanes are as fast as each other, so each may have more
     * than its part of the pace.
     */
    void writeData(ByteBuffer records, int paceBytesPerSecond) {
        int pace = paceBytesPerSecond == SocketOptions.UNPACED
                ? paceBytesPerSecond
                : paceBytesPerSecond / (all.size() + 1) * 2;
        best().link().writeData(records, pace);
    }

    void flush() {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).isOpen()) {
                all.get(i).link().flush();
            }
        }
    }

    /** Goes on reading if it was memory that was missing. */
    void resume() {
        if (merge != null) {
            merge.run();
        }
    }

    // ---- ending

    /** Ends them all; {@code onLanesGone} follows, unless none is left. */
    void end(String reason) {
        end(lane -> lane.end(reason));
    }

    /**
     * Uses them no more, but leaves it to the peer to close them when it has read on the first link that the session is over:
     * it would take it for a break if it heard of them first.
     */
    void leave(String reason) {
        end(lane -> lane.leave(reason));
    }

    private void end(Consumer<Lane> how) {
        ended = true;
        if (merge != null) {
            merge.end();
        }
        List.copyOf(all).forEach(how);
        all.removeIf(Lane::isGone);
    }

    void tellIfGone() {
        if (ended && !all.isEmpty()) {
            all.removeIf(Lane::isGone);
            if (all.isEmpty()) {
                owner.onLanesGone();
            }
        }
    }

    boolean areGone() {
        return ended && all.isEmpty() || !ended && merge == null;
    }
}
