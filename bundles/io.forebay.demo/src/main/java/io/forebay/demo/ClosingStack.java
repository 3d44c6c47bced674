/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import java.util.ArrayDeque;
import java.util.concurrent.Callable;

/**
 * What has to be undone at the end, the newest first, whoever ends it: the run itself or the shutdown hook. Opening and
 * closing exclude each other, so that nothing started at the last moment is left running. Thread-safe.
 */
final class ClosingStack implements AutoCloseable {
    private final ArrayDeque<AutoCloseable> open = new ArrayDeque<>();
    private boolean closed;

    /** Opens something that is closed with this stack; refuses once that is closed. */
    synchronized <T extends AutoCloseable> T open(Callable<T> opener) throws Exception {
        if (closed) {
            throw new InterruptedException("the demo is ending");
        }
        T opened = opener.call();
        open.push(opened);
        return opened;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public synchronized void close() {
        closed = true;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                // the others are to be closed all the same
            }
        }
    }
}
