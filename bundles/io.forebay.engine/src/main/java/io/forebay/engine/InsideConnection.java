/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Dial;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import io.forebay.api.transport.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * The connection of the local DRBD, from before it is there until after it is gone: then nothing comes of what is asked of
 * it. Owned by the channel's loop.
 */
final class InsideConnection {

    /** Within half a second a DRBD that cannot be reached must be known at the other site (wire protocol, section 1.5). */
    private static final int DIAL_TIMEOUT_MS = 400;

    private Connection connection;
    private Dial dial;
    private boolean gone;
    private boolean paused;

    /** Dials the local DRBD. */
    void dial(Transport transport, RelayAddresses addresses, Loop loop, ConnectionHandler handler) {
        // DRBD 9 and bsr accept connections from the inside IP alone (rule R4).
        InetSocketAddress from = new InetSocketAddress(addresses.inside().getAddress(), 0);
        dial = transport.dial(from, addresses.drbd(), DIAL_TIMEOUT_MS, SocketOptions.SYSTEM, loop, handler);
    }

    /** It stands; {@code false} if it was given up before. */
    boolean onOpen(Connection opened) {
        connection = opened;
        if (gone) {
            opened.reset();
        }
        return !gone;
    }

    /** It is closed, or could not be opened. */
    void onGone() {
        gone = true;
        connection = null;
    }

    /** Whether it stands, or is being closed: it may use memory that was written to it. */
    boolean isThere() {
        return connection != null;
    }

    /** Whether nothing can be brought to DRBD any more, or that was given up. */
    boolean isGone() {
        return gone;
    }

    /** Whether reading pauses, because there is no memory to read into. */
    void paused(boolean now) {
        paused = now;
    }

    /** Goes on reading if it was memory that was missing. */
    void resume() {
        if (paused && connection != null) {
            paused = false;
            connection.resumeReading();
        }
    }

    void write(ByteBuffer bytes) {
        if (connection != null) {
            connection.write(bytes);
        }
    }

    void flush() {
        if (connection != null) {
            connection.flush();
        }
    }

    /** Sends FIN after the last byte. */
    void finish() {
        if (connection != null) {
            connection.finish();
        }
    }

    /** Gives it up: with FIN after what is queued if that is {@code whole}, else with a reset. */
    void end(boolean whole) {
        gone = true;
        if (connection == null && dial != null) {
            dial.cancel();
        }
        if (connection != null) {
            if (whole) {
                connection.close();
            } else {
                connection.reset();
            }
        }
    }

    void reset() {
        if (connection != null) {
            connection.reset();
        }
    }

    /** DRBD's address; empty while it is not there. */
    String address() {
        return connection == null ? "" : ChannelTexts.address(connection.remoteAddress());
    }
}
