/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What a channel and its peer tell each other of codecs. Whoever's set changes tells its list anew, under a number; the other
 * answers from which position on its blocks obey that list. So a codec that has left is used until the last block of it
 * that was on its way is decompressed, and no longer. Owned by the channel's loop.
 */
final class CodecAgreement {

    /** What the agreement asks of the channel's session. */
    interface Session {
        /** Obeys the peer's new list from now on; answers the position where that begins. */
        long obey();

        /** The position up to which the far DRBD's bytes are decompressed. */
        long decompressedPosition();

        /** Keeps nothing of a codec that is used no more. */
        void forget(PlugIn<?> codec);
    }

    private final ChannelHome home;
    private final Carrier carrier;
    private final List<Leaving> leaving = new ArrayList<>();
    private Session session;
    private CodecNames peer;
    private List<String> told;
    private long number;
    private boolean tellDue;
    private long obeyed;
    private long obeyedFrom;
    private boolean obeyDue;

    /** A codec that has left here; the peer may send blocks of it up to a position that is not known at first. */
    private static final class Leaving {
        private final LentCodec codec;
        private final long number;
        private long position = Long.MAX_VALUE;

        Leaving(LentCodec codec, long number) {
            this.codec = codec;
            this.number = number;
        }
    }

    CodecAgreement(ChannelHome home, Carrier carrier) {
        this.home = home;
        this.carrier = carrier;
    }

    /** The peer's codecs; {@code null} before its hello. */
    CodecNames peer() {
        return peer;
    }

    /** Somebody relays with these codecs from now on. */
    void begin(Session begun) {
        session = begun;
    }

    /** The list for a hello; one that begins a session leaves nothing of what was told before. */
    List<String> hello(boolean first) {
        told = home.codecNames();
        if (first) {
            letAllGo();
        }
        return told;
    }

    /** The bridge stands: the peer's hello is its first list. */
    void onHello(Hello hello) {
        peer = new CodecNames(hello.codecs());
        home.health().onPeerCodecs(peer.offered());
        onChange();
    }

    /** Another link goes on: what was told over the former one may be lost. */
    void onResumed(Hello hello) {
        replace(hello.codecs());
        if (session != null) {
            session.obey();
        }
        tellDue = !leaving.isEmpty();
        onChange();
    }

    /** There is no bridge, and no session that waits for one: no blocks can come, of no codec that leaves after this either. */
    void onNoBridge() {
        told = null;
        letAllGo();
    }

    /** The codecs here may have changed. */
    void onChange() {
        tellDue |= peer != null && !home.codecNames().equals(told);
        pump();
    }

    /** A codec has left here; it counts as used until no more blocks of it can come. */
    void onLeft(LentCodec codec) {
        if (told == null) {
            codec.exit();
            return;
        }
        leaving.add(new Leaving(codec, number + 1));
        tellDue |= peer != null;
        pump();
    }

    /** The peer has told its list. */
    void onList(long listNumber, List<String> names) {
        replace(names);
        obeyed = listNumber;
        obeyedFrom = session == null ? 0 : session.obey();
        obeyDue = true;
        pump();
    }

    private void replace(List<String> names) {
        peer.replace(names);
        home.health().onPeerCodecs(peer.offered());
    }

    /** From a position on the peer obeys a list. */
    void onObeyed(long position, long listNumber) {
        for (Leaving one : leaving) {
            if (one.number <= listNumber && one.position == Long.MAX_VALUE) {
                one.position = position;
            }
        }
        pump();
    }

    /** Tells what is due, and lets go what is not used any more. */
    void pump() {
        if (tellDue) {
            List<String> now = home.codecNames();
            if (carrier.writeControl(RecordType.CODECS, number + 1, Payloads.codecs(now))) {
                number++;
                told = now;
                tellDue = false;
                carrier.flush();
            }
        }
        if (obeyDue && carrier.writeControl(RecordType.CODECS_OBEYED, obeyedFrom, Payloads.number(obeyed))) {
            obeyDue = false;
            carrier.flush();
        }
        if (!leaving.isEmpty()) {
            letGoUpTo(session == null ? 0 : session.decompressedPosition());
        }
    }

    private void letGoUpTo(long position) {
        Iterator<Leaving> all = leaving.iterator();
        while (all.hasNext()) {
            Leaving one = all.next();
            if (one.position <= position) {
                all.remove();
                letGo(one);
            }
        }
    }

    private void letGo(Leaving one) {
        if (session != null) {
            session.forget(one.codec.plugIn());
        }
        one.codec.exit();
    }

    private void letAllGo() {
        List<Leaving> all = List.copyOf(leaving);
        leaving.clear();
        all.forEach(this::letGo);
    }

    /** Reads the list of a CODECS record, and the answer to one. */
    boolean onRecord(RecordType type, ByteBuffer memory, int offset) throws PeerViolation {
        switch (type) {
            case CODECS -> onList(RecordLayout.position(memory, offset), Payloads.readCodecs(memory, offset));
            case CODECS_OBEYED -> onObeyed(RecordLayout.position(memory, offset), Payloads.readNumber(memory, offset));
            default -> {
                return false;
            }
        }
        return true;
    }
}
