/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Iterator;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.util.security.SecurityUtils;

/** By which clients know this server again: a file in one of OpenSSH's formats, without a passphrase. */
final class HostKey {

    /** ECDSA, because every client and every Java have it. */
    private static final String CURVE = "secp256r1";

    private HostKey() {}

    /**
     * Reads the key, or makes one if the file is not there.
     *
     * @throws IOException if neither is possible; the message is a sentence for operators
     */
    static KeyPair of(Path file) throws IOException {
        if (Files.notExists(file)) {
            make(file);
        }
        byte[] bytes = GuardedFile.secret(file);
        try {
            Iterable<KeyPair> pairs = SecurityUtils.loadKeyPairIdentities(
                    null,
                    NamedResource.ofName(file.toString()),
                    new ByteArrayInputStream(bytes),
                    FilePasswordProvider.EMPTY);
            Iterator<KeyPair> found = pairs == null ? null : pairs.iterator();
            if (found != null && found.hasNext()) {
                return found.next();
            }
            throw new IOException("no key");
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new IOException(
                    "%s holds no private key without passphrase (%s): remove it, and a new one is made."
                            .formatted(file, e.getMessage()),
                    e);
        }
    }

    private static void make(Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(CURVE));
            Files.deleteIfExists(part);
            Files.createFile(part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (OutputStream out = Files.newOutputStream(part)) {
                OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(
                        generator.generateKeyPair(), "forebay", null, out);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | GeneralSecurityException e) {
            throw new IOException(
                    "The host key %s cannot be made (%s): let the user of Forebay write in its folder, or configure another."
                            .formatted(file, e),
                    e);
        }
    }
}
