/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Compressor;
import java.util.ArrayDeque;

/** Which codec the next block of a channel gets. */
interface CodecSelector {

    /** The choice at this moment: raw unless the peer can decompress what is configured. Never {@code null}. */
    Choice choice();

    /** A compression profile under the number that it has on a link, with the compressors made of it. Thread-safe. */
    final class Choice {

        /** No compression. */
        static final Choice RAW = new Choice(null, null, RecordLayout.CODEC_RAW);

        private final PlugIn<Codec> plugIn;
        private final CodecProfile profile;
        private final int wireId;
        private final ArrayDeque<Compressor> idle = new ArrayDeque<>();
        private boolean closed;

        Choice(PlugIn<Codec> plugIn, CodecProfile profile, int wireId) {
            this.plugIn = plugIn;
            this.profile = profile;
            this.wireId = wireId;
        }

        /** Whether a peer with these codecs can decompress it. */
        boolean isKnownTo(CodecNames peer) {
            return isRaw() || peer.names().contains(plugIn.name());
        }

        boolean isRaw() {
            return profile == null;
        }

        /** {@code null} for none. */
        PlugIn<Codec> plugIn() {
            return plugIn;
        }

        boolean history() {
            return profile != null && profile.history();
        }

        CodecProfile profile() {
            return profile;
        }

        int wireId() {
            return wireId;
        }

        Compressor borrow() {
            synchronized (idle) {
                Compressor compressor = idle.pollFirst();
                if (compressor != null) {
                    return compressor;
                }
            }
            return profile.compressor();
        }

        void giveBack(Compressor compressor) {
            synchronized (idle) {
                if (!closed) {
                    idle.addFirst(compressor);
                    return;
                }
            }
            compressor.close();
        }

        void close() {
            synchronized (idle) {
                closed = true;
                idle.forEach(Compressor::close);
                idle.clear();
            }
        }
    }
}
