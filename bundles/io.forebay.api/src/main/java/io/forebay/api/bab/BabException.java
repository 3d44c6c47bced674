/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.bab;

/** BAB memory cannot be had. The message says problem, cause and remedy in one sentence. */
public class BabException extends Exception {

    public BabException(String sentence) {
        super(sentence);
    }

    public BabException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
