/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import java.io.IOException;

/** What is written where: the same bytes whenever the same place is asked for, so that both sites can make them. */
interface Content {
    /** Puts the bytes of a place into a buffer. */
    void fill(long position, byte[] into, int offset, int count) throws IOException;
}
