/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import java.util.Arrays;

/** What a simulated node writes. */
enum DataKind {
    /** Nothing but zeros. */
    ZERO(options -> (position, into, offset, count) -> Arrays.fill(into, offset, offset + count, (byte) 0)),
    /** 00 to FF, again and again. */
    SEQUENTIAL(options -> (position, into, offset, count) -> {
        for (int i = 0; i < count; i++) {
            into[offset + i] = (byte) (position + i);
        }
    }),
    /** Nothing that could be compressed. */
    RANDOM(options -> new MixedContent(options.seed(), 1)),
    /** What compresses about as much as is asked for. */
    MIX(options -> new MixedContent(options.seed(), options.ratio())),
    /** A file, again and again. */
    FILE(options -> new FileContent(options.file()));

    private interface Maker {
        Content make(ContentPlan options) throws java.io.IOException;
    }

    private final Maker maker;

    DataKind(Maker maker) {
        this.maker = maker;
    }

    Content content(ContentPlan options) throws java.io.IOException {
        return maker.make(options);
    }
}
