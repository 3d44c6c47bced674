/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.proxy;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The relays that are configured in the words of {@code drbd.conf}; relays of files in {@code etc/} are not among them. They
 * are gone when Forebay ends: whoever asked for them asks again, as drbdadm does. Thread-safe; a change blocks until it is
 * in force, at most a few seconds, so it is not made on a loop.
 */
@ProviderType
public interface ProxyConnections {

    /** What {@link io.forebay.api.relay.RelaySettings#source} says of the relays of connections. */
    String SOURCE = "drbd-proxy-ctl";

    /**
     * Adds a connection; if it is there already, sets the options that are given and leaves the others and the plugins as they
     * are, so that adding it again interrupts nothing. It replaces the one of the same name with the same inside or outside.
     * Others of the same name stand beside it, because drbdadm up to 9.34 names all alike that join the same two proxy
     * hosts.
     *
     * <p>If it was removed a moment ago while DRBD was connected through it, its relay goes on as it was, until the
     * connection is put as it is wanted already, which drbdadm's last word is, or until nothing is said of it for two
     * seconds: what drbdadm says of it in several calls takes effect together.
     *
     * @return remarks for whoever asked, a sentence each: what is taken for something else, or has no effect
     * @throws ProxyRefusedException if it cannot be used; nothing has changed
     */
    List<String> add(ProxyConnection wanted) throws ProxyRefusedException;

    /**
     * Adds a connection, or gives the one that is there exactly these options and plugins; no effect if all is as wanted,
     * except that what was {@link #add added} again then takes effect.
     *
     * @return as with {@link #add}
     * @throws ProxyRefusedException if it cannot be used; nothing has changed
     */
    List<String> put(ProxyConnection wanted) throws ProxyRefusedException;

    /**
     * Removes the connections that are {@link #named} so.
     *
     * @return whether there was one
     * @throws ProxyRefusedException if the relay of that name comes from a file
     */
    boolean remove(String name) throws ProxyRefusedException;

    /** All connections, in the order in which they were added. */
    List<ProxyConnection> all();

    /** All connections of a name, in the order in which they were added; if there is none, the one whose relay has it. */
    default List<ProxyConnection> named(String name) {
        List<ProxyConnection> all = all();
        List<ProxyConnection> named =
                all.stream().filter(one -> one.name().equals(name)).toList();
        return named.isEmpty()
                ? all.stream().filter(one -> relayName(one).equals(name)).toList()
                : named;
    }

    /** The relay's name: the connection's own, or one that tells it from its namesake. */
    String relayName(ProxyConnection connection);

    /**
     * The connections that {@code drbd.conf} has for this host, in its order.
     *
     * @throws ProxyRefusedException if it cannot be read; the sentence names file, line and column
     */
    List<ProxySection> inDrbdConf() throws ProxyRefusedException;
}
