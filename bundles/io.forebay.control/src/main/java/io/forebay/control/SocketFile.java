/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The file of a Unix domain socket that only its owner may use.
 *
 * <p>Between bind and the narrowing of the socket's permissions it is the folder that keeps others out; that is why it
 * must be closed to them.
 */
final class SocketFile {

    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> SOCKET = PosixFilePermissions.fromString("rw-------");

    private SocketFile() {}

    /**
     * Opens the socket.
     *
     * @param ownFolder whether the folder is Forebay's own and may be closed to others if it is open to them
     * @throws IOException if that is refused; the message is a sentence for operators
     */
    static ServerSocketChannel open(Path file, boolean ownFolder) throws IOException {
        Path path = file.toAbsolutePath().normalize();
        prepareFolder(path.getParent(), ownFolder);
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            removeStale(path);
        }
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, SOCKET);
            return server;
        } catch (IOException e) {
            server.close();
            throw refusal(path, e);
        }
    }

    private static IOException refusal(Path path, IOException cause) {
        String remedy = cause instanceof BindException
                ? "stop the process that has it, or configure another path"
                : "check that the path is shorter than 108 bytes and on a local file system, or configure another";
        return new IOException(
                "The control socket %s cannot be opened (%s): %s.".formatted(path, cause.getMessage(), remedy), cause);
    }

    private static void prepareFolder(Path folder, boolean ownFolder) throws IOException {
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(FOLDER));
            } else if (ownFolder) {
                Files.setPosixFilePermissions(folder, FOLDER);
            }
        } catch (IOException e) {
            throw new IOException(
                    "The folder %s of the control socket cannot be made or closed to others (%s): let the user of Forebay own it."
                            .formatted(folder, e),
                    e);
        }
        if (!FOLDER.containsAll(Files.getPosixFilePermissions(folder))) {
            throw new IOException(
                    "The folder %s of the control socket is open to other users: close it with chmod 700, or configure another."
                            .formatted(folder));
        }
    }

    private static void removeStale(Path path) throws IOException {
        if (!Files.readAttributes(path, "isOther", LinkOption.NOFOLLOW_LINKS)
                .get("isOther")
                .equals(true)) {
            throw new IOException(
                    "The control socket's path %s is a file that is no socket: move it away, or configure another path."
                            .formatted(path));
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(path));
        } catch (ConnectException e) {
            // nobody listens: left behind by a process that died
            Files.deleteIfExists(path);
            return;
        }
        throw new IOException("The control socket %s is served by another process: stop it, or configure another path."
                .formatted(path));
    }
}
