/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.transport;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;

/** An open stream connection. All methods must be called on its loop. */
@ConsumerType
public interface Connection {

    /** The loop it lives on. */
    Loop loop();

    /** Own address. */
    InetSocketAddress localAddress();

    /** The other end's address. */
    InetSocketAddress remoteAddress();

    /** Goes on reading after {@link ConnectionHandler#readTarget} answered {@code null}; no effect otherwise. */
    void resumeReading();

    /**
     * Changes the socket's options while it is open, as far as the system lets it; what is 0 stays as it is. Without effect
     * once the connection has ended.
     */
    void options(SocketOptions options);

    /**
     * Queues bytes to be sent. The bytes from the buffer's position to its limit at this call are sent; the buffer object
     * itself is not kept and may be changed at once, its memory only after {@link ConnectionHandler#onWritten} or
     * {@link ConnectionHandler#onClosed} has covered it. Ignored after {@link #finish}, {@link #close} or {@link #reset}.
     */
    void write(ByteBuffer bytes);

    /** Lets what was queued go out. */
    void flush();

    /** Sends FIN after all that was queued; reading goes on. */
    void finish();

    /** Closes both directions in an orderly way after all that was queued is sent; {@code onClosed} follows. */
    void close();

    /** Closes at once with a reset; what is queued is dropped; {@code onClosed} follows. */
    void reset();

    /**
     * Moves the connection to another loop of the same transport; to its own is allowed. Nothing may be queued for
     * writing: every write was covered by {@code onWritten}. Called on the connection's loop; the last call there. No
     * handler method runs between this call and {@code onMoved}, which runs on the other loop in a later task, as does
     * everything afterwards; then reading goes on, as after {@link #resumeReading}. A connection that breaks meanwhile
     * still runs {@code onMoved} first, then {@link ConnectionHandler#onClosed}, both on the other loop.
     *
     * @throws IllegalStateException if writes are not reported yet, after {@link #close}, or during another move
     */
    void moveTo(Loop loop, Runnable onMoved);
}
