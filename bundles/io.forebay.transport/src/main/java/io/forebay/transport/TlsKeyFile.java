/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/** The key and certificate of this site that are in use, from the PKCS #12 file that {@code forebay keygen} makes. */
record TlsKeyFile(PrivateKey privateKey, X509Certificate certificate) {

    static final String NAME = "site.p12";

    private static final String ALIAS = "site";

    /** PKCS #12 wants a password; what protects the file is its mode. */
    private static final String PASSWORD = "forebay";

    /** @throws IOException with a sentence that goes on after the file's name */
    static TlsKeyFile read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            if (store.getKey(ALIAS, PASSWORD.toCharArray()) instanceof PrivateKey key
                    && store.getCertificate(ALIAS) instanceof X509Certificate certificate) {
                return new TlsKeyFile(key, certificate);
            }
            throw new IOException("has no key of the alias " + ALIAS);
        } catch (GeneralSecurityException e) {
            throw new IOException("is no PKCS #12 file with a key and the password " + PASSWORD, e);
        }
    }
}
