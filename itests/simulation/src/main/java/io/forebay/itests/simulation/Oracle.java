/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import io.forebay.api.state.ChannelType;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Knows what both DRBDs sent, and holds the relays to what they promise about it: what an end receives is at every moment a
 * prefix of what the one end sent that it is joined with; an end ends in an orderly way only when it has all of it; and an
 * end whose other end is gone learns of it.
 */
final class Oracle {

    static final String ORDER = "every byte in order, unchanged, once";
    static final String ONE_SESSION = "no byte of one session in another";
    static final String HONEST_END = "FIN only after every byte, reset only for a reason";
    static final String CONFIRMED = "confirmed is only what is in the far DRBD's socket";
    static final String VISIBLE_LOSS = "no end stays open when its other end is gone";

    private final LongSupplier nowNs;
    private final long visibleWithinNs;
    private final List<StreamEnd> ends = new ArrayList<>();
    private final List<Loss> losses = new ArrayList<>();
    private BrokenPromise failure;
    private boolean takenDown;

    /** A channel said that it ends before its time; that explains one end of its DRBD's connection. */
    private static final class Loss {
        private final int site;
        private final boolean acceptor;
        private final ChannelType type;
        private final long atNs;
        private boolean used;

        Loss(int site, boolean acceptor, ChannelType type, long atNs) {
            this.site = site;
            this.acceptor = acceptor;
            this.type = type;
            this.atNs = atNs;
        }
    }

    /**
     * @param visibleWithinNs after which time the other end of one that is gone must have seen its end
     */
    Oracle(LongSupplier nowNs, long visibleWithinNs) {
        this.nowNs = nowNs;
        this.visibleWithinNs = visibleWithinNs;
    }

    /** The first promise that was broken; {@code null} if none was. */
    BrokenPromise failure() {
        return failure;
    }

    /** Notes a broken promise, which nobody on the way can swallow. */
    BrokenPromise fail(String promise, String what) {
        BrokenPromise broken = new BrokenPromise(promise, what);
        if (failure == null) {
            failure = broken;
        }
        return broken;
    }

    StreamEnd open(int site, boolean dialled, ChannelType type) {
        StreamEnd end = new StreamEnd(ends.size() + 1, site, dialled, type, nowNs.getAsLong());
        ends.add(end);
        return end;
    }

    // ---- bytes

    void onSent(StreamEnd end, byte[] bytes) {
        end.addSent(bytes);
    }

    void onReceived(StreamEnd end, byte[] bytes, int length) {
        int before = end.receivedBytes;
        end.receivedBytes += length;
        if (end.joined == null) {
            keepEarly(end, bytes, before, length);
            identify(end);
            if (end.joined == null) {
                return;
            }
            compare(end, end.early, 0, end.receivedBytes);
            end.early = null;
        } else {
            if (end.early != null) {
                compare(end, end.early, 0, before);
                end.early = null;
            }
            compare(end, bytes, before, length);
        }
    }

    private static void keepEarly(StreamEnd end, byte[] bytes, int before, int length) {
        if (before + length > end.early.length) {
            end.early = Arrays.copyOf(end.early, before + length);
        }
        System.arraycopy(bytes, 0, end.early, before, length);
    }

    private void compare(StreamEnd end, byte[] bytes, int at, int length) {
        StreamEnd from = end.joined;
        if (at + length > from.sentBytes) {
            throw fail(
                    ORDER,
                    "%s received %d bytes, but %s sent only %d".formatted(end, at + length, from, from.sentBytes));
        }
        int wrong = Arrays.mismatch(from.sent, at, at + length, bytes, 0, length);
        if (wrong >= 0) {
            throw fail(
                    ORDER,
                    "%s received 0x%02X at position %d, where %s sent 0x%02X"
                            .formatted(end, bytes[wrong], at + wrong, from, from.sent[at + wrong]));
        }
    }

    /** Finds out which end it is joined with, once the bytes that say so are there. */
    private void identify(StreamEnd end) {
        int idAt = Packets.ID_OFFSET + (end.dialled ? 0 : Packets.FIRST_BYTES);
        if (!end.dialled && end.receivedBytes >= Packets.FIRST_BYTES) {
            end.type = Packets.typeOf(Arrays.copyOf(end.early, Packets.FIRST_BYTES));
        }
        if (end.receivedBytes < idAt + Packets.ID_BYTES) {
            if (ends.stream().noneMatch(other -> canBeJoined(end, other) && startsAs(end, other))) {
                throw fail(ONE_SESSION, end + " received %d bytes that nobody sent".formatted(end.receivedBytes));
            }
            return;
        }
        long id = ByteBuffer.wrap(end.early).getLong(idAt);
        if (id < 1 || id > ends.size()) {
            throw fail(ORDER, "%s received no end's id at position %d: %016x".formatted(end, idAt, id));
        }
        StreamEnd other = ends.get((int) id - 1);
        if (!canBeJoined(end, other)) {
            throw fail(ONE_SESSION, "%s received bytes of %s%s".formatted(end, other, joinedWith(other)));
        }
        end.joined = other;
        other.joined = end;
    }

    private static boolean canBeJoined(StreamEnd end, StreamEnd other) {
        return other.site != end.site
                && other.dialled != end.dialled
                && (other.type == end.type || other.type == ChannelType.UNDEFINED || end.type == ChannelType.UNDEFINED)
                && (other.joined == null || other.joined == end);
    }

    private static boolean startsAs(StreamEnd end, StreamEnd other) {
        return end.receivedBytes <= other.sentBytes
                && Arrays.equals(end.early, 0, end.receivedBytes, other.sent, 0, end.receivedBytes);
    }

    private static String joinedWith(StreamEnd end) {
        return end.joined == null ? "" : ", which is joined with end " + end.joined.id;
    }

    /**
     * A relay says that the far DRBD has so many bytes.
     *
     * @param dialler the address of the end that sent them, which dialled
     */
    void checkConfirmed(InetSocketAddress dialler, long confirmed) {
        for (StreamEnd end : ends) {
            boolean isIt = end.dialled
                    && end.joined != null
                    && end.connection.localAddress().equals(dialler);
            if (isIt && confirmed > end.joined.connection.offeredBytes()) {
                throw fail(
                        CONFIRMED,
                        "%d bytes of %s are confirmed, %s was given %d"
                                .formatted(confirmed, end, end.joined, end.joined.connection.offeredBytes()));
            }
        }
    }

    // ---- ends

    /** The DRBD that holds this end closed it, in whatever way. */
    void onGone(StreamEnd end) {
        if (!end.gone) {
            end.gone = true;
            end.goneAtNs = nowNs.getAsLong();
        }
    }

    void onFin(StreamEnd end) {
        end.sawEnd = true;
        end.sawFin = true;
        StreamEnd from = end.joined;
        boolean orderly = from == null || from.gone && end.isComplete();
        if (!orderly && !takenDown && !end.excused) {
            throw fail(
                    HONEST_END,
                    from.gone
                            ? "%s received FIN after %d bytes, but %s sent %d"
                                    .formatted(end, end.receivedBytes, from, from.sentBytes)
                            : "%s received FIN, but %s did not close".formatted(end, from));
        }
    }

    void onReset(StreamEnd end) {
        boolean caused = end.joined == null || end.joined.gone || end.gone;
        end.sawEnd = true;
        onGone(end);
        if (!caused && !isExplained(end)) {
            throw fail(HONEST_END, end + " received a reset, but " + end.joined + " did not close");
        }
    }

    private boolean isExplained(StreamEnd end) {
        if (end.excused) {
            return true;
        }
        for (Loss loss : losses) {
            if (!loss.used
                    && loss.site == end.site
                    && loss.acceptor == end.dialled
                    && loss.atNs >= end.openedAtNs
                    && (loss.type == end.type || loss.type == ChannelType.UNDEFINED)) {
                loss.used = true;
                return true;
            }
        }
        return false;
    }

    /** A channel said that it was lost, or stopped. */
    void onLoss(int site, boolean acceptor, ChannelType type) {
        losses.add(new Loss(site, acceptor, type, nowNs.getAsLong()));
    }

    /** The relays are taken down by their operators, which alone ends a whole connection with FIN before its time. */
    void onTakenDown() {
        takenDown = true;
    }

    /** The Forebay of a site was killed. */
    void onKilled(int site) {
        ends.stream().filter(end -> end.site == site && !end.gone).forEach(end -> end.excused = true);
    }

    /** Looks for ends that should have learnt by now that their other end is gone. */
    void checkVisibility() {
        long now = nowNs.getAsLong();
        for (StreamEnd end : ends) {
            StreamEnd other = end.joined;
            if (end.gone && other != null && !other.gone && !other.sawEnd && now - end.goneAtNs > visibleWithinNs) {
                throw fail(
                        VISIBLE_LOSS,
                        "%s is still open %.1f s after %s was gone".formatted(other, (now - end.goneAtNs) / 1e9, end));
            }
        }
    }

    /** All ends, oldest first. */
    List<StreamEnd> ends() {
        return ends;
    }
}
