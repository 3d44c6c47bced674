/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Compressor;
import io.forebay.api.codec.Decompressor;
import java.util.ArrayDeque;
import java.util.List;

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
        static final Choice RAW = new Choice(null, List.of(), false, RecordLayout.CODEC_RAW);

        private static final int STEPS_MAX = 64;
        private static final int PROVED_FIRST = 4;
        private static final int PROVED_EVERY = 256;

        private final LentCodec lent;
        private final List<Step> steps;
        private final boolean history;
        private final int wireId;
        private int blocks;
        private int proved;
        private boolean closed;

        /**
         * One of the profiles, of which one is in force at a time; its compressors that are idle.
         *
         * @param words as the profile says, asked once
         * @param streams the profile whose compressors make a history; {@code null} if there is none
         */
        private record Step(CodecProfile profile, String words, CodecProfile streams, ArrayDeque<Compressor> idle) {

            static Step of(CodecProfile profile) {
                CodecProfile streams =
                        profile.history() ? profile : profile.linked().orElse(null);
                if (streams != null && !streams.history()) {
                    throw new IllegalStateException(
                            "linked profile has no history: words=%s".formatted(streams.words()));
                }
                return new Step(profile, profile.words(), streams, new ArrayDeque<>());
            }
        }

        private Choice(LentCodec lent, List<Step> steps, boolean history, int wireId) {
            this.lent = lent;
            this.steps = steps;
            this.history = history;
            this.wireId = wireId;
        }

        /** A choice for a relay; asks the plug-in what there is to ask once. */
        static Choice of(LentCodec lent, CodecProfile profile, int wireId) {
            boolean history = profile.history();
            List<CodecProfile> profiles = List.copyOf(profile.steps());
            if (profiles.isEmpty()
                    || profiles.size() > STEPS_MAX
                    || profiles.stream().anyMatch(one -> one.history() != history)) {
                throw new IllegalStateException(
                        "steps of a profile cannot be used: steps=%d (expected: 1 to %d, all with a history or all without)"
                                .formatted(profiles.size(), STEPS_MAX));
            }
            return new Choice(lent, profiles.stream().map(Step::of).toList(), history, wireId);
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

        /** Whether the next block that stands alone is to be decompressed here, for proof: the first few, and now and then one. */
        synchronized boolean isProofDue() {
            int block = blocks++;
            return proved < PROVED_FIRST || block % PROVED_EVERY == 0;
        }

        /** A block was decompressed for proof. After one that could not be, every block is to be proved while it still lasts. */
        synchronized void onProof(boolean sound) {
            proved = sound ? proved + 1 : Integer.MIN_VALUE;
        }

        /** A decompressor for proof, to be closed by the caller. */
        Decompressor prover() {
            return lent.codec().decompressor(false);
        }

        /** Whether a block of a level that is small may have a history beside those that stand alone; not before these are proved. */
        synchronized boolean isLinked(int step) {
            return !history && proved >= PROVED_FIRST && steps.get(step).streams != null;
        }

        /** The levels there are to choose from, in words. */
        List<String> levels() {
            return steps.stream().map(Step::words).toList();
        }

        /** A compressor of a level for one history, until {@link #discard}. */
        Compressor borrowForHistory(int step) {
            return make(steps.get(step).streams);
        }

        /** A compressor of a level for one block, until {@link #giveBack} or {@link #discard}. */
        Compressor borrow(int step) {
            Compressor other;
            synchronized (this) {
                Compressor compressor = steps.get(step).idle.pollFirst();
                if (compressor != null) {
                    return compressor;
                }
                other = pollIdle();
            }
            if (other != null) {
                discard(other); // the new one takes its place, so that there are no more than are used at once
            }
            return make(steps.get(step).profile);
        }

        private Compressor make(CodecProfile profile) {
            lent.enter();
            try {
                return profile.compressor();
            } catch (RuntimeException | Error e) {
                lent.exit();
                throw e;
            }
        }

        private Compressor pollIdle() {
            for (Step step : steps) {
                Compressor compressor = step.idle.pollFirst();
                if (compressor != null) {
                    return compressor;
                }
            }
            return null;
        }

        /** Takes back one of a level that can serve another block. */
        void giveBack(Compressor compressor, int step) {
            synchronized (this) {
                if (!closed) {
                    steps.get(step).idle.addFirst(compressor);
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
                    compressor = pollIdle();
                }
                if (compressor == null) {
                    return;
                }
                discard(compressor);
            }
        }
    }
}
