/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

/** Whose numbering two nodes speak; bsr gives four of DRBD's numbers another meaning under the same magic values. */
public enum Dialect {
    /** Nothing was seen that tells. */
    UNKNOWN("unknown"),
    /** DRBD 8.x, protocols up to 101. */
    DRBD_8_4("8.4"),
    /** DRBD 9, protocols from 110. */
    DRBD_9("9"),
    /** bsr, own numbering from protocol 110 on. */
    BSR("bsr");

    /** The highest protocol of DRBD 8.4. */
    private static final int PROTOCOL_MAX_8_4 = 101;
    /** The highest protocol of bsr 1.7.8.1. */
    private static final int PROTOCOL_MAX_BSR = 118;
    /** TRIM, THIN_RESYNC, WSAME and WZEROES; all flags above are DRBD 9's alone. */
    private static final int FLAGS_SHARED = 0xF;

    private final String label;

    Dialect(String label) {
        this.label = label;
    }

    /** As operators read it: {@code 8.4}, {@code 9}, {@code bsr} or {@code unknown}. */
    public String label() {
        return label;
    }

    /**
     * The dialect of a node by its features packet on the data socket. Between 102 and 118 DRBD 9 and bsr look alike:
     * the answer is then {@link #DRBD_9}, to be corrected by what only bsr sends.
     *
     * @param protocolMax the highest protocol the node offers
     * @param flags the feature flags it offers
     */
    public static Dialect ofFeatures(int protocolMax, int flags) {
        if (Integer.compareUnsigned(protocolMax, PROTOCOL_MAX_BSR) > 0 || (flags & ~FLAGS_SHARED) != 0) {
            return DRBD_9;
        }
        return protocolMax <= PROTOCOL_MAX_8_4 ? DRBD_8_4 : DRBD_9;
    }

    /** The dialect two nodes use with each other: bsr if either is, 8.4 if either is, else what is known. */
    static Dialect between(Dialect one, Dialect other) {
        if (one == BSR || other == BSR) {
            return BSR;
        }
        if (one == DRBD_8_4 || other == DRBD_8_4) {
            return DRBD_8_4;
        }
        return one == UNKNOWN ? other : one;
    }
}
