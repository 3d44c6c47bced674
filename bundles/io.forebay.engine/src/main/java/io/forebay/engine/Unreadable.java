/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

/**
 * Why what came over the bridge cannot be read, so that the session is lost.
 *
 * @param blame who is at fault, as far as it can be told here
 * @param why a sentence
 */
record Unreadable(Blame blame, String why) {

    /** Who is at fault. */
    enum Blame {
        /** The peer, or the line. */
        PEER("peer violated the protocol"),
        /** A plug-in here did what its contract forbids. */
        CODEC("codec at fault here"),
        /** The codec here says that what came is no block of its kind, and that may be so. */
        EITHER("codec or peer at fault");

        private final String words;

        Blame(String words) {
            this.words = words;
        }
    }

    static Unreadable of(PeerViolation violation) {
        return new Unreadable(Blame.PEER, violation.getMessage());
    }

    /** Who is at fault, and why. */
    String sentence() {
        return blame.words + ": " + why;
    }
}
