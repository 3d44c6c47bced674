/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh;

import java.time.Duration;

/**
 * What clients may take of the machine.
 *
 * @param connectionsMax logins and strangers together
 * @param strangersMax connections that have not logged in yet
 * @param strangersPerAddressMax those of them that come from one address, so that one machine cannot shut out the others
 * @param loginTimeout how long a connection may take to log in
 */
record LoginLimits(int connectionsMax, int strangersMax, int strangersPerAddressMax, Duration loginTimeout) {

    static final LoginLimits DEFAULT = new LoginLimits(32, 16, 4, Duration.ofSeconds(20));

    /** As many keys as OpenSSH's client offers before its server, too, has had enough. */
    static final int ATTEMPTS_MAX = 6;

    /** Sessions that one login may have side by side. */
    static final int CHANNELS_MAX = 8;

    /** What a client may send ahead of what is read, in bytes for each session. */
    static final long WINDOW_BYTES = 64 * 1024;
}
