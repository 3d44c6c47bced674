/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

/**
 * Where something stands.
 *
 * @param file as it was named when it was opened
 * @param line from 1
 * @param column in characters, from 1
 */
public record DrbdConfPlace(String file, int line, int column) {

    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
