/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import java.io.IOException;
import java.net.Socket;
import java.util.List;

/** One TCP connection over the emulated WAN: two sockets and a flow each way. Thread-safe. */
final class WanConnection implements WanFlow.Listener {
    private final Socket dialler;
    private final Socket target;
    private final WanFlow there;
    private final WanFlow back;
    private int delivered;
    private boolean over;

    WanConnection(Socket dialler, Socket target, WanLane laneThere, WanLane laneBack) {
        this.dialler = dialler;
        this.target = target;
        there = new WanFlow(laneThere, dialler, target, this);
        back = new WanFlow(laneBack, target, dialler, this);
    }

    /** The four loops which serve it, each for a thread of its own. */
    List<Runnable> loops() {
        return List.of(there::readUntilEnd, there::writeUntilEnd, back::readUntilEnd, back::writeUntilEnd);
    }

    @Override
    public void onDelivered(WanFlow flow, WanFlow.Ending ending) {
        if (ending == WanFlow.Ending.RESET) {
            reset(flow == there ? target : dialler);
            close();
        } else if (bothDelivered()) {
            close();
        }
    }

    @Override
    public void onRefused(WanFlow flow) {
        flow.kill();
        WanFlow opposite = flow == there ? back : there;
        if (!opposite.end(WanFlow.Ending.RESET)) {
            // The refusing side had ended its stream before; nothing can carry the news any more.
            reset(flow == there ? dialler : target);
            close();
        }
    }

    private synchronized boolean bothDelivered() {
        delivered++;
        return delivered == 2;
    }

    synchronized boolean isOver() {
        return over;
    }

    void close() {
        synchronized (this) {
            over = true;
        }
        there.kill();
        back.kill();
        closeQuietly(dialler);
        closeQuietly(target);
    }

    /** Closes the socket so that its other end sees a reset. */
    static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // already closed, which is what is wanted
        }
        closeQuietly(socket);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // nothing is left to be done with it
        }
    }
}
