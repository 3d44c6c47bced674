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
}
