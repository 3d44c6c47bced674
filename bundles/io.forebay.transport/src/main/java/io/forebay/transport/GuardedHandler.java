/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Calls a connection's handler; what it throws is told to the connection and goes no further. On the loop. */
final class GuardedHandler {

    private final ConnectionHandler handler;
    private final Consumer<Throwable> onFailure;

    GuardedHandler(ConnectionHandler handler, Consumer<Throwable> onFailure) {
        this.handler = handler;
        this.onFailure = onFailure;
    }

    void onOpen(Connection connection) {
        run(() -> handler.onOpen(connection));
    }

    /** {@code null} also if the handler failed. */
    ByteBuffer readTarget() {
        try {
            return handler.readTarget();
        } catch (RuntimeException | Error e) {
            onFailure.accept(e);
            return null;
        }
    }

    void onRead(int bytes) {
        // No lambda here: this is done per read.
        try {
            handler.onRead(bytes);
        } catch (RuntimeException | Error e) {
            onFailure.accept(e);
        }
    }

    void onFin() {
        run(handler::onFin);
    }

    void onWritten(long bytes) {
        for (long left = bytes; left > 0; left -= Integer.MAX_VALUE) {
            try {
                handler.onWritten((int) Math.min(left, Integer.MAX_VALUE));
            } catch (RuntimeException | Error e) {
                onFailure.accept(e);
            }
        }
    }

    void onClosed(IOException cause) {
        run(() -> handler.onClosed(cause));
    }

    /** Runs what the handler left to be run. */
    void run(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            onFailure.accept(e);
        }
    }
}
