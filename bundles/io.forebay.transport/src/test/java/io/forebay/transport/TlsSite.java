/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A folder of keys as {@code forebay keygen} makes it, with real certificates by keytool. */
record TlsSite(Path folder) {

    private static final char[] PASSWORD = "forebay".toCharArray();

    static TlsSite make(Path folder) throws IOException {
        return make(folder, "+0d", 90);
    }

    /**
     * @param start when it becomes valid, as keytool writes it
     * @param days for how long it is
     */
    static TlsSite make(Path folder, String start, int days) throws IOException {
        Files.createDirectories(folder.resolve("peers"));
        TlsSite site = new TlsSite(folder);
        site.newKey(start, days);
        return site;
    }

    /** The same key in another folder, with no peers. */
    TlsSite copy(Path to) throws IOException {
        Files.createDirectories(to.resolve("peers"));
        Files.copy(folder.resolve("site.p12"), to.resolve("site.p12"), StandardCopyOption.COPY_ATTRIBUTES);
        return new TlsSite(to);
    }

    /** Another key takes the place of the one in use. */
    void newKey(String start, int days) throws IOException {
        Path made = folder.resolve("made.p12");
        Files.deleteIfExists(made);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "site"));
        command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=" + folder.getFileName()));
        command.addAll(List.of("-startdate", start, "-validity", String.valueOf(days)));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", "forebay", "-keystore", made.toString()));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String output = new String(keytool.getInputStream().readAllBytes());
            assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(keytool.exitValue()).as(output).isZero();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        install(made);
    }

    private void install(Path made) throws IOException {
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
        Files.move(
                made, folder.resolve("site.p12"), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Makes these, and nobody else, peers of this site. */
    TlsSite trust(TlsSite... peers) throws IOException {
        try (var old = Files.list(folder.resolve("peers"))) {
            for (Path file : old.toList()) {
                Files.delete(file);
            }
        }
        for (TlsSite peer : peers) {
            StringBuilder pem = new StringBuilder();
            for (Certificate certificate : peer.certificates()) {
                pem.append(pem(certificate));
            }
            Files.writeString(folder.resolve("peers").resolve(peer.folder.getFileName() + ".crt"), pem);
        }
        return this;
    }

    private List<Certificate> certificates() throws IOException {
        KeyStore store = store();
        try {
            List<Certificate> certificates = new ArrayList<>();
            for (String alias : List.of("site", "next")) {
                if (store.containsAlias(alias)) {
                    certificates.add(store.getCertificate(alias));
                }
            }
            return certificates;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    KeyStore store() throws IOException {
        try (InputStream in = Files.newInputStream(folder.resolve("site.p12"))) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD);
            return store;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** Adds another site's key as the one after this site's. */
    void next(TlsSite other) throws IOException {
        copy(other, "site", "next");
    }

    /** Puts the next key into use. */
    void rotate() throws IOException {
        copy(this, "next", "site");
    }

    private void copy(TlsSite from, String alias, String to) throws IOException {
        KeyStore store = store();
        Path made = folder.resolve("made.p12");
        try (OutputStream out = Files.newOutputStream(made)) {
            store.setKeyEntry(
                    to,
                    from.store().getKey(alias, PASSWORD),
                    PASSWORD,
                    from.store().getCertificateChain(alias));
            store.store(out, PASSWORD);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
        install(made);
    }

    private static String pem(Certificate certificate) throws IOException {
        try {
            return "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
