/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import java.io.IOException;

/** What arrived is not what was sent; the message is a sentence for operators. */
final class WrongBytesException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long offset;

    /** @param offset of the first byte that is wrong, or of the block in which it is */
    WrongBytesException(long offset, String sentence) {
        super(sentence);
        this.offset = offset;
    }

    long offset() {
        return offset;
    }
}
