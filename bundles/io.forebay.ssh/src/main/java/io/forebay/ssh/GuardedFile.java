/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** Reads files that nobody else may have changed, or seen. */
final class GuardedFile {

    private static final int BYTES_MAX = 1024 * 1024;

    private GuardedFile() {}

    /**
     * Reads a file that nobody but its owner can write.
     *
     * @throws IOException if others can, or it cannot be read; the message is a sentence for operators
     */
    static byte[] unwritable(Path file) throws IOException {
        return read(file, Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE), "chmod go-w");
    }

    /**
     * Reads a file that nobody but its owner can read or write.
     *
     * @throws IOException if others can, or it cannot be read; the message is a sentence for operators
     */
    static byte[] secret(Path file) throws IOException {
        return read(
                file,
                Set.of(
                        PosixFilePermission.GROUP_READ,
                        PosixFilePermission.GROUP_WRITE,
                        PosixFilePermission.OTHERS_READ,
                        PosixFilePermission.OTHERS_WRITE),
                "chmod 600");
    }

    private static byte[] read(Path file, Set<PosixFilePermission> forbidden, String remedy) throws IOException {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.stream().anyMatch(forbidden::contains)) {
                throw new IOException("%s is open to other users: close it with %s %s.".formatted(file, remedy, file));
            }
            if (!Files.isRegularFile(file) || Files.size(file) > BYTES_MAX) {
                throw new IOException("%s is no file of at most %d bytes: configure another, or correct it."
                        .formatted(file, BYTES_MAX));
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException("%s does not exist: create it, or configure another.".formatted(file), e);
        } catch (java.nio.file.FileSystemException e) {
            throw new IOException(
                    "%s cannot be read (%s): let the user of Forebay read it.".formatted(file, e.getMessage()), e);
        }
    }
}
