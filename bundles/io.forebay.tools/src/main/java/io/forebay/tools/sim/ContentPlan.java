/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Which bytes are written.
 *
 * @param ratio what {@link DataKind#MIX} compresses to, about
 * @param file of {@link DataKind#FILE}, or {@code null}
 */
record ContentPlan(DataKind kind, long seed, double ratio, Path file) {
    Content content() throws IOException {
        return kind.content(this);
    }
}
