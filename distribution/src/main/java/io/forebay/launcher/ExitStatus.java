/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.launcher;

/** What the process ends with. A command of the shell that fails adds its own, 1 to 255. */
enum ExitStatus {
    /** Stopped in an orderly way, whether by SIGTERM, SIGINT or from within. */
    STOPPED(0),
    /** The framework did not start, or did not stop within the time it was given. */
    FAILED(1),
    /** Wrong arguments, or folders that cannot be used. */
    USAGE(2),
    /** Client: no Forebay listens on this base. */
    NO_SERVER(3),
    /** Another Forebay runs on this base. */
    BASE_TAKEN(4);

    private final int code;

    ExitStatus(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
