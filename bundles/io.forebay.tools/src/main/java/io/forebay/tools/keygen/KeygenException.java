/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.keygen;

/** Keys cannot be made; the message is a sentence for operators with problem, cause and remedy. */
final class KeygenException extends Exception {
    private static final long serialVersionUID = 1L;

    KeygenException(String sentence) {
        super(sentence, null, false, false);
    }
}
