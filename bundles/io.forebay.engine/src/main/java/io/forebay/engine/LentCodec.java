/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.Decompressor;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;

/**
 * A codec's plug-in, its decompressors for blocks that stand alone, and who uses it: whoever made a compressor or decompressor
 * of it, and every channel whose peer may still send blocks of it. One that leaves stays usable for these, and is gone when
 * they are done. Thread-safe.
 */
final class LentCodec implements Decoder {

    private final PlugIn<Codec> plugIn;
    private final ArrayDeque<Decompressor> idle = new ArrayDeque<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private int users = 1; // the registry
    private boolean leaving;

    LentCodec(PlugIn<Codec> plugIn) {
        this.plugIn = plugIn;
    }

    @Override
    public PlugIn<Codec> plugIn() {
        return plugIn;
    }

    Codec codec() {
        return plugIn.service();
    }

    /** Somebody uses it, until {@link #exit}. */
    synchronized void enter() {
        users++;
    }

    /** Somebody uses it no more. */
    void exit() {
        synchronized (this) {
            users--;
            if (users > 0) {
                return;
            }
        }
        closeIdle();
        gone.complete(null);
    }

    /** The registry has it no more. */
    CompletableFuture<Void> leave() {
        synchronized (this) {
            leaving = true;
        }
        closeIdle();
        exit();
        return gone;
    }

    /** Whether it is not there for new users any more. */
    synchronized boolean isLeaving() {
        return leaving;
    }

    @Override
    public Decompressor take() {
        synchronized (this) {
            Decompressor decompressor = idle.pollFirst();
            if (decompressor != null) {
                return decompressor;
            }
        }
        return codec().decompressor(false);
    }

    @Override
    public void giveBack(Decompressor decompressor, boolean reusable) {
        synchronized (this) {
            if (reusable && !leaving) {
                idle.addFirst(decompressor);
                return;
            }
        }
        PlugIns.close(plugIn, decompressor);
    }

    private void closeIdle() {
        Decompressor decompressor;
        do {
            synchronized (this) {
                decompressor = idle.pollFirst();
            }
            PlugIns.close(plugIn, decompressor);
        } while (decompressor != null);
    }
}
