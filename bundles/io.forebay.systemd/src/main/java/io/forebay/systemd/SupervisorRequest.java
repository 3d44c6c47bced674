/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.systemd;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the supervisor wants to be told, by the environment that it gave us (sd_notify(3), sd_watchdog_enabled(3)).
 *
 * @param socket where to: a path, or, with a leading NUL, an abstract name
 * @param watchdogNs within which time the next sign of life is due; 0 if none is wanted
 */
record SupervisorRequest(String socket, long watchdogNs) {

    private static final Logger LOG = LoggerFactory.getLogger(SupervisorRequest.class);

    private static final String SOCKET = "NOTIFY_SOCKET";
    private static final String WATCHDOG_USEC = "WATCHDOG_USEC";
    private static final String WATCHDOG_PID = "WATCHDOG_PID";

    /** Empty if nobody wants to be told anything. */
    static Optional<SupervisorRequest> of(Map<String, String> environment, long pid) {
        String socket = environment.getOrDefault(SOCKET, "");
        if (socket.isEmpty()) {
            return Optional.empty();
        }
        if (!socket.startsWith("/") && !socket.startsWith("@")) {
            LOG.warn(
                    "{} is {}, which is neither a path nor an abstract name (@…): the supervisor is told nothing.",
                    SOCKET,
                    socket);
            return Optional.empty();
        }
        String address = socket.startsWith("@") ? '\0' + socket.substring(1) : socket;
        return Optional.of(new SupervisorRequest(address, watchdogNs(environment, pid)));
    }

    private static long watchdogNs(Map<String, String> environment, long pid) {
        String microseconds = environment.getOrDefault(WATCHDOG_USEC, "");
        String whose = environment.getOrDefault(WATCHDOG_PID, "");
        if (microseconds.isEmpty() || !(whose.isEmpty() || whose.equals(Long.toString(pid)))) {
            return 0; // not wanted, or of our parent
        }
        try {
            return TimeUnit.MICROSECONDS.toNanos(Math.max(0, Long.parseLong(microseconds)));
        } catch (NumberFormatException e) {
            LOG.warn(
                    "{} is {}, which is no number: the supervisor gets no signs of life.", WATCHDOG_USEC, microseconds);
            return 0;
        }
    }
}
