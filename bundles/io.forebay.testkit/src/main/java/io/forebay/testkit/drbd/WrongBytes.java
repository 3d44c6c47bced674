/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit.drbd;

import java.io.IOException;

/** A stream carried what its sender did not send there. */
final class WrongBytes extends IOException {

    private static final long serialVersionUID = 1;

    WrongBytes(String sentence) {
        super(sentence);
    }
}
