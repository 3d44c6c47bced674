/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.codec;

/** Compressed bytes that cannot be decompressed. */
public class CodecException extends Exception {

    public CodecException(String sentence) {
        super(sentence);
    }

    public CodecException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
