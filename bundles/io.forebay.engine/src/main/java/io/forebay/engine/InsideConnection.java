/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.text.AddressText;
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
    private SocketOptions later;
    private Dial dial;
    private boolean gone;
    private boolean paused;

    /** What its socket is to be like for a relay. */
    static SocketOptions options(LineSettings line) {
        return new SocketOptions(line.sendBufferBytes(), line.receiveBufferBytes(), 0);
    }

    /** Changes its socket's options, now or as soon as it is open. */
    void options(SocketOptions options) {
        if (connection != null) {
            connection.options(options);
        } else {
            later = options;
        }
    }

    /** Dials the local DRBD. */
    void dial(Transport transport, RelaySettings settings, Loop loop, ConnectionHandler handler) {
        RelayAddresses addresses = settings.addresses();
        // DRBD 9 and bsr accept connections from the inside IP alone (rule R4).
        InetSocketAddress from = new InetSocketAddress(addresses.inside().getAddress(), 0);
        dial = transport.dial(from, addresses.drbd(), DIAL_TIMEOUT_MS, options(settings.line()), loop, handler);
    }

    /** It stands; {@code false} if it was given up before. */
    boolean onOpen(Connection opened) {
        connection = opened;
        if (later != null) {
            opened.options(later);
        }
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
        return connection == null ? "" : AddressText.of(connection.remoteAddress());
    }
}
