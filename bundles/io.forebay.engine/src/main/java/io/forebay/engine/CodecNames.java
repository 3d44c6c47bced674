/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * The codecs of the other end of a link, in its numbering, from 1 on. The list only grows: a name that was told once keeps its
 * number, even while the peer cannot decompress that codec any more. Written by one loop, read by any.
 */
final class CodecNames {

    private volatile List<String> names = List.of();
    private volatile List<String> offered;

    /** As a hello tells them: an empty name stands for a codec that has left. */
    CodecNames(List<String> told) {
        replace(told);
    }

    /** Whether the peer can decompress a codec. */
    boolean has(String name) {
        return offered.contains(name);
    }

    /** What the peer can decompress. */
    List<String> offered() {
        return offered;
    }

    /** The peer has told its list anew. */
    void replace(List<String> told) {
        List<String> all = new ArrayList<>(names);
        for (int i = 0; i < told.size(); i++) {
            String name = told.get(i);
            if (i == all.size()) {
                all.add(name);
            } else if (!name.isEmpty()) {
                all.set(i, name);
            }
        }
        names = List.copyOf(all);
        offered = told.stream().filter(name -> !name.isEmpty()).toList();
    }

    /** The name of a number, or {@code null}. */
    String name(int number) {
        List<String> all = names;
        return number >= 1 && number <= all.size() ? all.get(number - 1) : null;
    }
}
