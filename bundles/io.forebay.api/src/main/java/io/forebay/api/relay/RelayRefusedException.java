/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

/** A setting that a relay cannot have. The message is a sentence for operators. */
public final class RelayRefusedException extends Exception {

    private static final long serialVersionUID = 1;

    public RelayRefusedException(String sentence) {
        super(sentence, null, false, false);
    }
}
