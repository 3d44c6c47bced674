/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

/** The records of a link. {@code position} means something else in each. */
enum RecordType {
    /** The dialler's first record: a {@link Hello}. */
    HELLO(1),
    /** The answer to a hello that is accepted: a {@link Hello}. */
    WELCOME(2),
    /** The answer to a hello that is not; payload: whether it may be tried again, 1 byte, and why, a sentence. The link ends. */
    REFUSE(3),
    /** A piece of the channel's bytes, from {@code position} on. */
    DATA(4),
    /** The local DRBD's socket has taken all bytes up to {@code position}; payload: the credit limit, 8 bytes. */
    CONFIRM(5),
    /** Acceptor to connector: a DRBD has dialled in; payload: 1 byte, 1 data or 2 meta. */
    TYPE(6),
    /** Connector to acceptor: the far DRBD took the dial. */
    ESTABLISHED(7),
    /** No bytes follow {@code position}; payload: how it ends, 1 byte, and why, a clause. */
    CLOSE(8),
    /** The sender's list of codecs is now this one; {@code position}: the list's number. */
    CODECS(9),
    /** Heartbeat; {@code position}: the sender's clock; payload: flags, 1 byte. */
    PING(10),
    /** The answer to a ping, at once; {@code position}: the ping's. */
    PONG(11),
    /** The sender has ended the session and takes nothing more; payload: why, a clause. The link ends. */
    OVER(12),
    /** The connection of the sender's DRBD is gone: nothing can be delivered to it any more. */
    GONE(13),
    /** Over a link that stands by: does the session still exist there? Payload: its id, 16 bytes. */
    ASK(14),
    /** The answer to ASK if it does not; payload: its id, 16 bytes. */
    UNKNOWN(15),
    /** From {@code position} on the sender's blocks obey the receiver's list of a number; payload: it, 8 bytes. */
    CODECS_OBEYED(16);

    private static final RecordType[] BY_CODE = new RecordType[17];

    static {
        for (RecordType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;

    RecordType(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /** The type of a code, or {@code null}. */
    static RecordType of(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }
}
