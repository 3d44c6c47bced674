/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Compressor;
import io.forebay.api.codec.Decompressor;
import java.util.ArrayDeque;

/** Which codec the next block of a channel gets. */
interface CodecSelector {

    /** The choice at this moment: raw unless the peer can decompress what is configured. Never {@code null}. */
    Choice choice();

    /**
     * A compression profile under the number that it has on a link, with the compressors made of it. Thread-safe; what the
     * plug-in throws comes through.
     */
    final class Choice {

        /** No compression. */
        static final Choice RAW = new Choice(null, null, false, RecordLayout.CODEC_RAW);

        private static final int PROVED_FIRST = 4;
        private static final int PROVED_EVERY = 256;

        private final LentCodec lent;
        private final CodecProfile profile;
        private final boolean history;
        private final int wireId;
        private final ArrayDeque<Compressor> idle = new ArrayDeque<>();
        private int blocks;
        private int proved;
        private boolean closed;

        /**
         * A choice for a relay.
         *
         * @param history as the profile says, asked once
         */
        Choice(LentCodec lent, CodecProfile profile, boolean history, int wireId) {
            this.lent = lent;
            this.profile = profile;
            this.history = history;
            this.wireId = wireId;
        }

        /** Whether a peer with these codecs can decompress it. */
        boolean isKnownTo(CodecNames peer) {
            return isRaw() || peer.has(plugIn().name());
        }

        boolean isRaw() {
            return lent == null;
        }

        /** {@code null} for none. */
        PlugIn<Codec> plugIn() {
            return lent == null ? null : lent.plugIn();
        }

        boolean history() {
            return history;
        }

        int wireId() {
            return wireId;
        }

        /** Whether the next block is to be decompressed here, for proof: the first few, and now and then one. */
        synchronized boolean isProofDue() {
            int block = blocks++;
            return !history && (proved < PROVED_FIRST || block % PROVED_EVERY == 0);
        }

        /** A block was decompressed for proof. After one that could not be, every block is to be proved while it still lasts. */
        synchronized void onProof(boolean sound) {
            proved = sound ? proved + 1 : Integer.MIN_VALUE;
        }

        /** A decompressor for proof, to be closed by the caller. */
        Decompressor prover() {
            return lent.codec().decompressor(false);
        }

        /** A compressor, for one block or for one history, until {@link #giveBack} or {@link #discard}. */
        Compressor borrow() {
            synchronized (this) {
                Compressor compressor = idle.pollFirst();
                if (compressor != null) {
                    return compressor;
                }
            }
            lent.enter();
            try {
                return profile.compressor();
            } catch (RuntimeException | Error e) {
                lent.exit();
                throw e;
            }
        }

        /** Takes back one that can serve another block. */
        void giveBack(Compressor compressor) {
            synchronized (this) {
                if (!closed) {
                    idle.addFirst(compressor);
                    return;
                }
            }
            discard(compressor);
        }

        /** Takes back one that cannot: its history is over, or it failed. */
        void discard(Compressor compressor) {
            PlugIns.close(plugIn(), compressor);
            lent.exit();
        }

        /** Closes what is idle now, and the rest when it is given back. */
        void close() {
            while (true) {
                Compressor compressor;
                synchronized (this) {
                    closed = true;
                    compressor = idle.pollFirst();
                }
                if (compressor == null) {
                    return;
                }
                discard(compressor);
            }
        }
    }
}
