/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh;

import io.forebay.api.text.AddressText;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.PublicKey;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.common.session.helpers.AbstractSession;
import org.apache.sshd.server.auth.pubkey.PublickeyAuthenticator;
import org.apache.sshd.server.session.ServerSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides who comes in, and leaves one line in the log for each who does, and for each who does not. */
final class Logins implements PublickeyAuthenticator, SessionListener {

    /** The only name: who somebody is, the key tells. */
    static final String USER = "forebay";

    private static final Logger LOG = LoggerFactory.getLogger(Logins.class);

    /** Who a session is: its key, and the owner of it. */
    private static final AttributeKey<String> WHO = new AttributeKey<>();

    /** Why the last attempt of a session was refused. */
    private static final AttributeKey<String> REFUSAL = new AttributeKey<>();

    private final AuthorizedKeys keys;
    private final LoginLimits limits;
    private final Supplier<? extends Collection<AbstractSession>> sessions;

    /**
     * Decides by the given keys and limits.
     *
     * @param sessions those that are open, each with its remote address
     */
    Logins(AuthorizedKeys keys, LoginLimits limits, Supplier<? extends Collection<AbstractSession>> sessions) {
        this.keys = keys;
        this.limits = limits;
        this.sessions = sessions;
    }

    /** Who a session that has logged in is, for the log. */
    static String who(Session session) {
        return "from=%s key=%s".formatted(from(session), session.getAttribute(WHO));
    }

    /** Leaves the line in the log that tells what somebody did; the line of a session that is interactive is {@code null}. */
    static void logEnd(String who, String line, int status, long durationNs) {
        LOG.info(
                "ssh {} ended: {} status={} seconds={}",
                line == null ? "session" : "command",
                line == null ? who : who + " command=\"" + PrintableText.of(line) + "\"",
                status,
                TimeUnit.NANOSECONDS.toSeconds(durationNs));
    }

    private static String from(Session session) {
        SocketAddress address = session.getIoSession().getRemoteAddress();
        return address instanceof InetSocketAddress internet ? AddressText.of(internet) : String.valueOf(address);
    }

    @Override
    public boolean authenticate(String user, PublicKey key, ServerSession session) {
        String fingerprint = KeyUtils.getFingerPrint(key);
        Optional<String> owner = keys.ownerOf(key);
        if (owner.isEmpty()) {
            session.setAttribute(REFUSAL, "the key %s is not authorized".formatted(fingerprint));
            return false;
        }
        if (!USER.equals(user)) {
            session.setAttribute(REFUSAL, "there is no user %s, only %s".formatted(PrintableText.of(user), USER));
            return false;
        }
        session.setAttribute(WHO, owner.get().isEmpty() ? fingerprint : fingerprint + " (" + owner.get() + ")");
        // until its signature is checked
        session.setAttribute(REFUSAL, "the key %s was not proved".formatted(fingerprint));
        return true;
    }

    @Override
    public void sessionEvent(Session session, Event event) {
        if (event == Event.Authenticated) {
            LOG.info("ssh login: {}", who(session));
        }
    }

    @Override
    public void sessionClosed(Session session) {
        if (session.isAuthenticated()) {
            LOG.info("ssh logout: {}", who(session));
            return;
        }
        String refusal = session.getAttribute(REFUSAL);
        LOG.warn("ssh login refused: from={}: {}", from(session), refusal == null ? "no key was offered" : refusal);
    }

    /** Closes a connection that is one too many, before it costs more than its descriptor. */
    @Override
    public void sessionCreated(Session created) {
        int all = 0;
        int strangers = 0;
        int neighbours = 0;
        InetAddress address = address(created);
        for (AbstractSession session : sessions.get()) {
            if (session == created) {
                continue;
            }
            all++;
            if (!session.isAuthenticated()) {
                strangers++;
                if (address.equals(address(session))) {
                    neighbours++;
                }
            }
        }
        if (all >= limits.connectionsMax()
                || strangers >= limits.strangersMax()
                || neighbours >= limits.strangersPerAddressMax()) {
            created.setAttribute(
                    REFUSAL,
                    "too many connections: %d, %d of them not logged in, %d of these from there"
                            .formatted(all, strangers, neighbours));
            created.close(true);
        }
    }

    private static InetAddress address(Session session) {
        return session.getIoSession().getRemoteAddress() instanceof InetSocketAddress internet
                ? internet.getAddress()
                : InetAddress.getLoopbackAddress();
    }
}
