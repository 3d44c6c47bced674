/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.LineSettings;
import io.forebay.api.state.ChannelType;
import io.forebay.api.text.AddressText;
import io.forebay.api.transport.Accepted;
import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Loop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * A DRBD that dialled in, until a session takes it: its first packet tells for which channel it is. Owned by the loop that
 * its connection is on, at first that of the inside port.
 */
final class Newcomer implements ConnectionHandler, FirstPacketReader.Owner {

    /** What it tells the port, on the port's loop as long as it has not moved. */
    interface Owner {
        /** Its first packet is there. */
        void onReady(Newcomer newcomer);

        /** It has left, or was let go because it is not DRBD: a sentence says why. */
        void onGone(Newcomer newcomer, String why);
    }

    private final Owner owner;
    private final InetSocketAddress address;
    private final FirstPacketReader reader;
    private volatile Loop loop;
    private Connection connection;
    private ConnectionHandler session;
    private ChannelType type = ChannelType.UNDEFINED;
    private ByteBuffer first;
    private boolean gone;

    private Newcomer(Owner owner, InetSocketAddress address, Loop loop) {
        this.owner = owner;
        this.address = address;
        this.loop = loop;
        this.reader = new FirstPacketReader(this, loop);
    }

    /** Lets a DRBD in that was accepted. On the loop. */
    static Newcomer admit(Accepted accepted, LineSettings line, Loop loop, Owner owner) {
        Newcomer newcomer = new Newcomer(owner, accepted.remoteAddress(), loop);
        accepted.start(loop, InsideConnection.options(line), newcomer);
        return newcomer;
    }

    /** Where it came from. */
    String address() {
        return AddressText.of(address);
    }

    /** Of which type its connection is. */
    ChannelType type() {
        return type;
    }

    /** All bytes that were read. */
    ByteBuffer first() {
        return first;
    }

    /** Whether its connection was closed before a session took it, or is being closed. */
    boolean isGone() {
        return gone;
    }

    /** Brings it to a channel, on whose loop it is offered to it. Any thread. */
    void bringTo(Channel channel) {
        loop.execute(() -> {
            if (gone) {
                channel.loop().execute(() -> channel.opening().takeDrbd(this));
            } else {
                connection.moveTo(channel.loop(), () -> {
                    loop = channel.loop();
                    channel.opening().takeDrbd(this);
                });
            }
        });
    }

    /** From now on the connection is the session's. */
    void giveTo(ConnectionHandler taker) {
        session = taker;
        taker.onOpen(connection);
    }

    /** Lets it go, in an orderly way. Any thread. */
    void letGo() {
        loop.execute(() -> {
            reader.cancel();
            if (!gone && session == null) {
                gone = true;
                if (connection != null) {
                    connection.close();
                }
            }
        });
    }

    @Override
    public void onFirstPacket(ChannelType typeOfConnection, ByteBuffer bytes) {
        type = typeOfConnection;
        first = bytes;
        owner.onReady(this);
    }

    @Override
    public void onNotDrbd(String sentence) {
        owner.onGone(this, sentence);
        letGo();
    }

    @Override
    public void onOpen(Connection opened) {
        connection = opened;
        if (gone) {
            opened.close();
        }
    }

    @Override
    public void onDialFailed(IOException cause) {
        throw new IllegalStateException("dialled, not accepted", cause);
    }

    @Override
    public ByteBuffer readTarget() {
        return session != null ? session.readTarget() : reader.target();
    }

    @Override
    public void onRead(int bytes) {
        if (session != null) {
            session.onRead(bytes);
        } else {
            reader.onRead(bytes);
        }
    }

    @Override
    public void onFin() {
        if (session != null) {
            session.onFin();
        } else {
            reader.onEnd();
            letGo();
        }
    }

    @Override
    public void onWritten(int bytes) {
        session.onWritten(bytes);
    }

    @Override
    public void onClosed(IOException cause) {
        if (session != null) {
            session.onClosed(cause);
        } else {
            gone = true;
            reader.onEnd();
            owner.onGone(this, "");
        }
    }
}
