/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.drbd;

/** The packets that the stand-in peers speak, with the length of their payload (DRBD 8.4, protocol 101). */
public enum DrbdCommand {
    DATA(0x00, DrbdCommand.VARIABLE),
    BARRIER(0x03, 8),
    PROTOCOL(0x0B, DrbdCommand.VARIABLE),
    UUIDS(0x0C, 48),
    SIZES(0x0D, 56),
    STATE(0x0E, 4),
    PING(0x13, 0),
    PING_ACK(0x14, 0),
    BARRIER_ACK(0x1C, 8),
    SYNC_PARAM89(0x23, 148),
    CONN_ST_CHG_REQ(0x2A, 8),
    CONN_ST_CHG_REPLY(0x2B, 4),
    INITIAL_META(0xFFF1, 0),
    INITIAL_DATA(0xFFF2, 0),
    FEATURES(0xFFFE, 72);

    private static final int VARIABLE = -1;

    private final int code;
    private final int payloadBytes;

    DrbdCommand(int code, int payloadBytes) {
        this.code = code;
        this.payloadBytes = payloadBytes;
    }

    int code() {
        return code;
    }

    boolean hasPayloadBytes(int count) {
        return payloadBytes == count || payloadBytes == VARIABLE;
    }

    /** The command with this code, or null if the stand-ins do not speak it. */
    static DrbdCommand of(int code) {
        for (DrbdCommand command : values()) {
            if (command.code == code) {
                return command;
            }
        }
        return null;
    }
}
