/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

/** A {@code drbd.conf} that cannot be used. The message is {@code FILE:LINE:COLUMN: } and one sentence. */
public final class DrbdConfException extends Exception {

    private static final long serialVersionUID = 1;

    private final transient DrbdConfPlace place;

    DrbdConfException(DrbdConfPlace place, String sentence) {
        super(place + ": " + sentence);
        this.place = place;
    }

    /** Where the trouble is. */
    public DrbdConfPlace place() {
        return place;
    }
}
