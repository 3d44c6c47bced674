/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/** What the engine does with a connection. All methods are called on the connection's loop. */
@ProviderType
public interface ConnectionHandler {

    /** The connection is open. The first of all calls, unless the dial failed. Reading begins when it returns. */
    void onOpen(Connection connection);

    /** The dial failed; nothing else follows. The message names the address and the cause. */
    void onDialFailed(IOException cause);

    /**
     * Bytes are there, or may be: where to put them. The bytes between the buffer's position and its limit are filled from
     * its position on; {@code null}, or a buffer with no room, pauses reading until
     * {@link Connection#resumeReading}. The memory belongs to the transport for this turn of the loop only: until
     * {@link #onRead}, or, when nothing was there to be read, until the transport returns to its loop.
     */
    ByteBuffer readTarget();

    /** So many bytes, 1 or more, were put into the last target. The target's position need not have moved. */
    void onRead(int bytes);

    /** The other end sent FIN, after all that was read. Writing goes on. */
    void onFin();

    /** So many bytes more, in the order of the writes, were handed to the system: their memory is free again. */
    void onWritten(int bytes);

    /**
     * The connection is closed in both directions: the last call, after which the transport touches no memory of
     * this connection.
     *
     * @param cause why, for example a reset by the other end; {@code null} if this side closed or reset it
     */
    void onClosed(IOException cause);
}
