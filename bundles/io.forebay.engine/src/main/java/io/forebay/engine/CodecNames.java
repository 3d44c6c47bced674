/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.util.List;

/** The codecs of the other end of a link, in its numbering, from 1 on; the list only grows. */
final class CodecNames {

    private volatile List<String> names;

    CodecNames(List<String> names) {
        this.names = List.copyOf(names);
    }

    List<String> names() {
        return names;
    }

    void replace(List<String> next) {
        names = List.copyOf(next);
    }

    /** The name of a number, or {@code null}. */
    String name(int number) {
        List<String> all = names;
        return number >= 1 && number <= all.size() ? all.get(number - 1) : null;
    }
}
