/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

/** The peer sent what the wire protocol does not allow. It ends that bridge and nothing else. */
final class PeerViolation extends Exception {

    private static final long serialVersionUID = 1;

    PeerViolation(String sentence) {
        super(sentence);
    }

    PeerViolation(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
