/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** All that lives on a transport and must end with it. Any thread. */
final class TransportMembers implements ConnectionRegistry {

    private final Set<NettyConnection> connections = ConcurrentHashMap.newKeySet();
    private final Set<NettyAccepted> accepted = ConcurrentHashMap.newKeySet();
    private final Set<NettyDial> dials = ConcurrentHashMap.newKeySet();
    private final Set<NettyListener> listeners = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    /** From now on nothing is added; what was added before is in the sets. */
    void stop() {
        stopped = true;
    }

    @Override
    public boolean opened(NettyConnection connection) {
        return add(connections, connection);
    }

    @Override
    public void closed(NettyConnection connection) {
        connections.remove(connection);
    }

    @Override
    public boolean isStopped() {
        return stopped;
    }

    boolean add(NettyAccepted waiting) {
        return add(accepted, waiting);
    }

    void remove(NettyAccepted waiting) {
        accepted.remove(waiting);
    }

    boolean add(NettyDial dial) {
        return add(dials, dial);
    }

    void remove(NettyDial dial) {
        dials.remove(dial);
    }

    boolean add(NettyListener listener) {
        return add(listeners, listener);
    }

    void remove(NettyListener listener) {
        listeners.remove(listener);
    }

    boolean hasConnections() {
        return !connections.isEmpty();
    }

    List<NettyConnection> connections() {
        return List.copyOf(connections);
    }

    List<NettyAccepted> accepted() {
        return List.copyOf(accepted);
    }

    List<NettyDial> dials() {
        return List.copyOf(dials);
    }

    List<NettyListener> listeners() {
        return List.copyOf(listeners);
    }

    private <T> boolean add(Set<T> set, T member) {
        set.add(member);
        if (stopped) {
            set.remove(member);
            return false;
        }
        return true;
    }
}
