/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.LineSettings;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.transport.Dial;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import io.forebay.api.transport.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Supplier;

/**
 * How the site that dials gets the next link of a bridge: dials, says hello and waits for the welcome, one link at a time.
 * What happens to the link its owner is told, who tells the dialler. Owned by the channel's loop.
 */
final class Dialler {

    private final ChannelRole role;
    private final Loop loop;
    private final Supplier<Transport> transport;
    private final InetSocketAddress peer;
    private final Supplier<LineSettings> line;
    private final DialAgreement agreement;
    private final DialPace pace;
    /** What a link begins with, in round trips: TCP's, and that of TLS. */
    private final int handshakes;

    private final Link.Owner owner;
    private final Supplier<InetAddress> from;
    private Link next;
    private Hello saidHello;
    private Dial dial;
    private Loop.Timer timer;

    /** With the owner of the links, and the address from which to dial the next; {@code null} for the system's choice. */
    Dialler(ChannelRole role, Loop loop, ChannelHome home, Link.Owner owner, Supplier<InetAddress> from) {
        this.role = role;
        this.loop = loop;
        this.transport = home::outsideLine;
        this.peer = home.settings().addresses().peer();
        this.line = () -> home.settings().line();
        this.agreement = home.dialling();
        this.handshakes = home.settings().addresses().tls() ? 2 : 1;
        this.pace = new DialPace(home.health(), home.surroundings().random());
        this.owner = owner;
        this.from = from;
    }

    DialPace pace() {
        return pace;
    }

    /** Whether there is no next link, not even one that is being dialled. */
    boolean isIdle() {
        return next == null;
    }

    /** Whether a dial has not come to anything yet, good or bad. */
    boolean isDialling() {
        return dial != null;
    }

    /** Whether the next link stands, so that a hello can be said. */
    boolean isConnected() {
        return next != null && next.isOpen();
    }

    /** Whether it is the link that was dialled last, and not welcome yet. */
    boolean isNext(Link link) {
        return link == next;
    }

    /** Dials for the first time, if that is this site's to do. */
    void begin() {
        if (mayDialNow()) {
            dial();
        } else {
            dialAgain(false);
        }
    }

    private boolean mayDialNow() {
        return agreement.dials(role) && agreement.yieldNs(role) == 0;
    }

    private void dial() {
        cancelTimer();
        pace.onDial(loop.nowNs());
        next = new Link(loop, owner);
        int timeoutMs = (int) (handshakes * pace.answerNs() / 1_000_000);
        InetAddress local = from.get();
        InetSocketAddress source = local == null ? null : new InetSocketAddress(local, 0);
        dial = transport.get().dial(source, peer, timeoutMs, LinkOptions.ofData(line.get()), loop, next);
    }

    /** Dials when it is time, unless that is done already, or the peer's to do. */
    void dialAgain(boolean inSession) {
        if (next == null && timer == null && agreement.dials(role)) {
            timer = loop.schedule(
                    this::dial, Math.max(agreement.yieldNs(role), pace.nextWaitNs(loop.nowNs(), inSession)));
        }
    }

    /** The line is there again: dials at once, and anew if the last dial may have been made into the outage. */
    void kick(boolean inSession) {
        if (!mayDialNow()) {
            dialAgain(inSession);
        } else if (next == null) {
            dial();
        } else if (dial != null && pace.isStale(loop.nowNs())) {
            giveUp();
            dial();
        }
    }

    /** Gives up a dial; not a link that stands. */
    void giveUp() {
        if (dial != null) {
            dial.cancel();
            dial = null;
            next = null;
        }
    }

    /** Who dials may have changed: begins to, or does so no more. */
    void reconsider(boolean inSession) {
        if (agreement.dials(role)) {
            dialAgain(inSession);
        } else if (!isConnected()) {
            cancelTimer();
            giveUp();
        }
    }

    /** The peer's link is taken instead. */
    void giveWay() {
        cancelTimer();
        giveUp();
        if (next != null) {
            next.fail("the peer's link is taken instead");
        }
    }

    /** Whether a hello waits for its answer. */
    boolean hasSaidHello() {
        return saidHello != null && isConnected();
    }

    /** The link that was dialled stands. */
    void onOpen() {
        dial = null;
    }

    /** Changes the next link's socket, if there is one. */
    void options(SocketOptions options) {
        if (next != null) {
            next.options(options);
        }
    }

    /** Begins a session, or goes on with one. */
    void sayHello(Hello hello) {
        Link said = next;
        saidHello = hello;
        said.writeControl(RecordType.HELLO, 0, Payloads.hello(hello));
        said.flush();
        long waitNs = pace.answerNs();
        timer = loop.schedule(() -> said.fail("no answer to the hello within %.1f s".formatted(waitNs / 1e9)), waitNs);
    }

    /** Takes the answer to the hello; gives away the link, which is the bridge's from now on. */
    Link welcomed(Hello hello) throws PeerViolation {
        if (!hello.session().equals(saidHello.session())
                || hello.role() == saidHello.role()
                || hello.attempt() != saidHello.attempt()
                || hello.lane() != saidHello.lane()) {
            throw new PeerViolation(
                    "answer to another hello: session=%s, role=%s, attempt=%d (expected: %s, not %s, %d)"
                            .formatted(
                                    hello.session(),
                                    hello.role(),
                                    hello.attempt(),
                                    saidHello.session(),
                                    saidHello.role(),
                                    saidHello.attempt()));
        }
        Link welcome = next;
        next = null;
        saidHello = null;
        return welcome;
    }

    /** The next link is gone, or its dial failed. */
    void onClosed() {
        next = null;
        saidHello = null;
        dial = null;
        cancelTimer();
    }

    /** Dials nothing more; the owner is told when the next link, if there is one, is gone. */
    void end(String reason) {
        cancelTimer();
        giveUp();
        if (next != null) {
            next.close(reason);
        }
    }

    /** Neither dials, nor waits for the answer to a hello any more. */
    void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
