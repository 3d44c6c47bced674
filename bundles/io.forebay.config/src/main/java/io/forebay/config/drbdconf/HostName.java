/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** This machine's name, as drbdadm asks for it. */
public final class HostName {

    /** Where Linux says what uname says. */
    private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

    private HostName() {}

    /** Asks the kernel and nobody else: a name server may know this machine by another name. Empty if it does not say. */
    public static Optional<String> ofThisMachine() {
        try {
            return Optional.of(Files.readString(KERNEL).strip()).filter(name -> !name.isEmpty());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
