/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.size;

/** Nothing can be computed; the message is a sentence for operators with problem, cause and remedy. */
final class SizeException extends Exception {
    private static final long serialVersionUID = 1L;

    SizeException(String sentence) {
        super(sentence, null, false, false);
    }
}
