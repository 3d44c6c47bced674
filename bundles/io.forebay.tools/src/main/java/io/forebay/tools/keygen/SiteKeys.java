/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.keygen;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * The folder of one site's keys, as Forebay reads it.
 *
 * <pre>
 *  site.p12          0600: the key in use (alias site) and the key after it (alias next), each with its certificate
 *  SITE.crt          these two certificates, for the peers
 *  peers/NAME.crt    what peers have given
 * </pre>
 *
 * Peers know the next key before it is used, so that it can be put into use at once. A file is replaced as a whole.
 */
final class SiteKeys {

    private static final String STORE = "site.p12";
    private static final String IN_USE = "site";
    private static final String NEXT = "next";
    private static final String SUFFIX = ".crt";
    private static final int FINGERPRINT_BYTES = 8;

    private final Path folder;
    private final String owner;

    /** @param owner the user who is to read the key, by name; empty for the one who makes it */
    SiteKeys(Path folder, String owner) {
        this.folder = folder;
        this.owner = owner;
    }

    boolean exist() {
        return Files.exists(folder.resolve(STORE));
    }

    Path folder() {
        return folder;
    }

    Path peers() {
        return folder.resolve("peers");
    }

    /** Makes both keys. */
    void make(String site, int days) throws KeygenException, IOException, InterruptedException {
        Files.createDirectories(peers());
        change(store -> {
            Keytool keytool = new Keytool(store, site, days);
            keytool.generate(IN_USE);
            keytool.generate(NEXT);
        });
    }

    /** Puts the next key into use, with a certificate that is good from now on, and makes another after it. */
    void rotate(int days) throws KeygenException, IOException, InterruptedException {
        String site = site();
        change(store -> {
            Keytool keytool = new Keytool(store, site, days);
            keytool.delete(IN_USE);
            keytool.rename(NEXT, IN_USE);
            keytool.certify(IN_USE);
            keytool.generate(NEXT);
        });
    }

    /** What is done to a copy of the file. */
    private interface Change {
        void apply(Path store) throws KeygenException, IOException, InterruptedException;
    }

    private void change(Change change) throws KeygenException, IOException, InterruptedException {
        Path made = Files.createTempDirectory(
                folder, ".keygen", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            Path store = made.resolve(STORE);
            if (exist()) {
                Files.copy(folder.resolve(STORE), store);
            }
            change.apply(store);
            Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rw-------"));
            if (!owner.isEmpty()) {
                Files.setOwner(
                        store,
                        store.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(owner));
            }
            Path published = made.resolve("crt");
            Files.writeString(published, pem(certificate(store, IN_USE)) + pem(certificate(store, NEXT)));
            Files.setPosixFilePermissions(published, PosixFilePermissions.fromString("rw-r--r--"));
            String site = name(certificate(store, IN_USE));
            Files.move(store, folder.resolve(STORE), StandardCopyOption.ATOMIC_MOVE);
            Files.move(published, folder.resolve(site + SUFFIX), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            for (String left : List.of(STORE, "crt")) {
                Files.deleteIfExists(made.resolve(left));
            }
            Files.deleteIfExists(made);
        }
    }

    /** Makes another site a peer of this one. */
    void trust(SiteKeys other) throws KeygenException, IOException {
        Files.copy(other.published(), peers().resolve(other.site() + SUFFIX), StandardCopyOption.REPLACE_EXISTING);
    }

    String site() throws KeygenException, IOException {
        return name(certificate(folder.resolve(STORE), IN_USE));
    }

    /** What peers are to have. */
    Path published() throws KeygenException, IOException {
        return folder.resolve(site() + SUFFIX);
    }

    /** The key in use, as Forebay's messages name it, and until when its certificate is good. */
    String describe() throws KeygenException, IOException {
        X509Certificate certificate = certificate(folder.resolve(STORE), IN_USE);
        return "key %s, good until %s"
                .formatted(
                        fingerprint(certificate),
                        certificate
                                .getNotAfter()
                                .toInstant()
                                .atOffset(ZoneOffset.UTC)
                                .toLocalDate());
    }

    private static String fingerprint(X509Certificate certificate) throws KeygenException {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(certificate.getPublicKey().getEncoded());
            return HexFormat.of().formatHex(hash, 0, FINGERPRINT_BYTES);
        } catch (GeneralSecurityException e) {
            throw new KeygenException("This Java has no SHA-256; install a complete one");
        }
    }

    private static String name(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName().replaceFirst("^CN=", "");
    }

    private static X509Certificate certificate(Path store, String alias) throws KeygenException, IOException {
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, Keytool.PASSWORD.toCharArray());
            if (keys.getCertificate(alias) instanceof X509Certificate certificate) {
                return certificate;
            }
        } catch (GeneralSecurityException e) {
            throw new KeygenException(store + " is no key file of forebay keygen (" + e.getMessage() + "); remove it");
        }
        throw new KeygenException("%s has no key of the alias %s; remove it, and make keys with forebay keygen SITE"
                .formatted(store, alias));
    }

    private static String pem(X509Certificate certificate) throws KeygenException {
        try {
            return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
                    .formatted(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new KeygenException("The certificate that keytool made cannot be read (" + e.getMessage() + ")");
        }
    }
}
