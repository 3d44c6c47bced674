/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.bab.mapped;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * The folder of the BAB files. Thread-safe.
 *
 * <pre>
 * folder/
 *   4711-1790000000000-5f3a9c21/    one process: pid, start in ms, a random number
 *     lock                          locked as long as the process uses the sub-folder
 *     r0.0-0.bab                    relay, number of the memory, number of the file
 * </pre>
 *
 * The sub-folder stands while any memory is open. Whose lock is free, crashed: pids alone would not do, because in
 * containers every process has the same.
 */
final class BabFolder {

    static final long FILE_BYTES_MAX = 1L << 30;

    private static final Pattern SUB_FOLDER = Pattern.compile("\\d+-\\d+-[0-9a-f]{8}");
    private static final String LOCK = "lock";
    private static final int ATTEMPTS = 10;

    /** File systems stop at 255 bytes for a name. */
    private static final int OWNER_LENGTH_MAX = 100;

    private final Path folder;
    private final String process = ProcessHandle.current().pid() + "-"
            + ManagementFactory.getRuntimeMXBean().getStartTime() + "-";

    private Path subFolder;
    private FileChannel lock;
    private int memoriesOpen;
    private int memories;

    BabFolder(Path folder) {
        this.folder = folder;
    }

    /** Removes the files of processes that are gone. Whatever cannot be removed is left alone. */
    void removeLeftovers() {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                // Never our own process's: closing a second channel on a lock file would give up its lock (POSIX).
                if (SUB_FOLDER.matcher(name).matches() && !name.startsWith(process)) {
                    removeIfLeft(entry);
                }
            }
        } catch (IOException | RuntimeException absent) {
            // No folder, or not ours to read: then open says so.
        }
    }

    private static void removeIfLeft(Path subFolder) {
        try (FileChannel channel = FileChannel.open(subFolder.resolve(LOCK), StandardOpenOption.WRITE)) {
            if (channel.tryLock() != null) {
                removeAll(subFolder);
            }
        } catch (NoSuchFileException unlocked) {
            try {
                // Only if empty: its process may be about to make the lock.
                Files.deleteIfExists(subFolder);
            } catch (IOException kept) {
                // Not empty: not made by us.
            }
        } catch (IOException | OverlappingFileLockException inUse) {
            // Somebody else's.
        }
    }

    private static void removeAll(Path subFolder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(subFolder, "*.bab")) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(subFolder.resolve(LOCK));
        Files.deleteIfExists(subFolder);
    }

    /**
     * Makes the files of one memory; {@link #onRemoved} must follow when they are gone. If that fails, none is left.
     * Takes as long as writing {@code bytes} takes; others may create and remove meanwhile.
     */
    List<MappedFile> create(String owner, long bytes) throws IOException {
        String prefix;
        Path target;
        synchronized (this) {
            if (memoriesOpen == 0) {
                claim();
            }
            memoriesOpen++;
            target = subFolder;
            String readable = owner.replaceAll("[^A-Za-z0-9_-]", "_");
            prefix = readable.substring(0, Math.min(OWNER_LENGTH_MAX, readable.length())) + "." + memories++ + "-";
        }
        List<MappedFile> files = new ArrayList<>();
        boolean done = false;
        try {
            if (usableBytes() < bytes) {
                throw new FileSystemException(folder.toString(), null, "not enough room");
            }
            for (long at = 0; at < bytes; at += FILE_BYTES_MAX) {
                Path path = target.resolve(prefix + files.size() + ".bab");
                files.add(MappedFile.create(path, (int) Math.min(FILE_BYTES_MAX, bytes - at)));
            }
            done = true;
            return files;
        } finally {
            if (!done) {
                files.forEach(MappedFile::remove);
                onRemoved();
            }
        }
    }

    /** All files of one memory are removed. */
    synchronized void onRemoved() {
        if (--memoriesOpen > 0) {
            return;
        }
        try {
            removeAll(subFolder);
        } catch (IOException kept) {
            // The next start removes it.
        }
        try {
            lock.close();
        } catch (IOException lost) {
            // Then the lock ends with this process.
        }
        lock = null;
        subFolder = null;
    }

    private void claim() throws IOException {
        Files.createDirectories(folder, OwnerOnly.folder(folder));
        for (int attempt = 1; ; attempt++) {
            Path candidate = folder.resolve(process
                    + String.format(
                            Locale.ROOT, "%08x", ThreadLocalRandom.current().nextInt()));
            try {
                Files.createDirectory(candidate, OwnerOnly.folder(candidate));
                Path lockFile = candidate.resolve(LOCK);
                FileChannel channel = FileChannel.open(
                        lockFile,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        OwnerOnly.file(lockFile));
                // Another process that starts now may have taken it for a leftover before it was locked.
                if (channel.tryLock() != null && Files.exists(lockFile)) {
                    subFolder = candidate;
                    lock = channel;
                    return;
                }
                channel.close();
            } catch (NoSuchFileException removed) {
                if (attempt == ATTEMPTS) {
                    throw removed;
                }
            }
            if (attempt == ATTEMPTS) {
                throw new FileSystemException(candidate.toString(), null, "cannot be locked");
            }
        }
    }

    private long usableBytes() throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    /** Why {@code create} failed: problem, cause, remedy. */
    String sentence(String owner, long bytes, IOException failure) {
        long wantedMib = (bytes + (1 << 20) - 1) >> 20;
        try {
            long freeBytes = usableBytes();
            String cause = freeBytes < bytes
                    ? "only " + (freeBytes >> 20) + " MiB are free there"
                    : (freeBytes >> 20) + " MiB are free there, but " + failure;
            return "Relay " + owner + " wants " + wantedMib + " MiB for its BAB in " + folder + ", but " + cause
                    + ": make room, set folder in io.forebay.bab.mapped to a larger file system, or lower the relay's"
                    + " memlimit.";
        } catch (IOException unusable) {
            return "Relay " + owner + " wants " + wantedMib + " MiB for its BAB in " + folder
                    + ", but the folder cannot be used (" + failure + "): make it writable for Forebay's user, or set"
                    + " folder in io.forebay.bab.mapped to another.";
        }
    }
}
