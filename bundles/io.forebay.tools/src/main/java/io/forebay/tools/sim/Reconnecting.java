/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Connections, one after the other, as DRBD makes them: again and again, until one ends in good order. Any thread may stop it.
 */
final class Reconnecting {
    /** One connection. */
    interface Attempt extends AutoCloseable {
        /** Connects, and goes on until the two nodes disconnect in good order. */
        void run() throws IOException, InterruptedException;

        @Override
        void close();
    }

    /** What the node whose connections these are knows of them. */
    interface Node {
        Attempt attempt();

        /** Whether the last attempt connected. */
        boolean wasConnected();

        /** Up to where all is certain. */
        long position();
    }

    private final SimAddresses addresses;
    private final boolean again;
    private final PrintStream progress;
    private final List<Loss> losses = new CopyOnWriteArrayList<>();
    private Attempt now;
    private boolean stopped;

    /** @param again whether a lost connection is made anew */
    Reconnecting(SimAddresses addresses, boolean again, PrintStream progress) {
        this.addresses = addresses;
        this.again = again;
        this.progress = progress;
    }

    void run(Node node) throws IOException, InterruptedException {
        while (true) {
            try (Attempt attempt = begin(node)) {
                if (attempt != null) {
                    attempt.run();
                }
                return;
            } catch (WrongBytesException e) {
                throw e;
            } catch (BindException e) {
                throw new IOException(
                        "the address " + addresses.drbd() + " cannot be listened on (" + e.getMessage()
                                + "); take the DRBD resource that has it down first, or correct --drbd",
                        e);
            } catch (IOException e) {
                if (isStopped()) {
                    return;
                }
                if (!node.wasConnected()) {
                    throw new IOException(
                            "no node answers at the other site: " + Failure.text(e)
                                    + "; start the other end of the test there, and look at forebay client diag",
                            e);
                }
                onLoss(Loss.now(node.position(), e));
            }
        }
    }

    private void onLoss(Loss loss) throws IOException {
        losses.add(loss);
        if (!again) {
            throw new IOException("the connection was lost at " + loss);
        }
        progress.println("sim: the connection was lost at " + loss + "; connecting again");
    }

    private synchronized Attempt begin(Node node) {
        now = stopped ? null : node.attempt();
        return now;
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    synchronized void stop() {
        stopped = true;
        if (now != null) {
            now.close();
        }
    }

    List<Loss> losses() {
        return losses;
    }
}
