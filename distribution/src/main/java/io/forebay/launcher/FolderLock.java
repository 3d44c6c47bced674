/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One Forebay per base. The lock is the kernel's and dies with the process, so a file that a killed Forebay left behind
 * hinders nobody; the process id beside it is for operators and scripts.
 */
final class FolderLock implements AutoCloseable {
    private final FileChannel channel;
    private final Path pid;

    private FolderLock(FileChannel channel, Path pid) {
        this.channel = channel;
        this.pid = pid;
    }

    /** Takes the lock, or says who has it. */
    static FolderLock take(ForebayFolders folders) throws LaunchException {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(folders.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!locked(channel)) {
                channel.close();
                throw new LaunchException(
                        ExitStatus.BASE_TAKEN,
                        "Another Forebay" + holder(folders.pid()) + " runs on " + folders.base()
                                + "; stop it, or give this one a base of its own.");
            }
            Files.writeString(folders.pid(), ProcessHandle.current().pid() + "\n");
            return new FolderLock(channel, folders.pid());
        } catch (IOException e) {
            throw new LaunchException(
                    ExitStatus.USAGE, "The lock " + folders.lock() + " cannot be taken (" + e + ").", e);
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // this very process has it
        }
    }

    private static String holder(Path pid) {
        try {
            return " (process " + Files.readString(pid).strip() + ")";
        } catch (IOException e) {
            return "";
        }
    }

    /** Removes the process id and gives the base free. */
    @Override
    public void close() {
        try (channel) {
            Files.deleteIfExists(pid);
        } catch (IOException e) {
            System.err.println("forebay: warning: " + pid + " could not be removed (" + e + ").");
        }
    }
}
