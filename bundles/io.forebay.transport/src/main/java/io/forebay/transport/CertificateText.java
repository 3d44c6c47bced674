/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.HexFormat;

/** What operators and maps call a certificate. */
final class CertificateText {

    private static final int NAME_MAX = 64;

    private static final int FINGERPRINT_BYTES = 8;

    /** A public key, as its certificate has it. */
    record Key(ByteBuffer encoded) {}

    private CertificateText() {}

    static Key key(X509Certificate certificate) {
        return new Key(ByteBuffer.wrap(certificate.getPublicKey().getEncoded()));
    }

    /** Its name, in which a stranger may have put anything, and how its key begins, hashed; as {@code forebay keygen} prints it. */
    static String of(X509Certificate certificate) {
        String name = certificate.getSubjectX500Principal().getName().replaceAll("[^\\x21-\\x7e]", "?");
        String shown = name.length() > NAME_MAX ? name.substring(0, NAME_MAX) + "…" : name;
        return shown + ", key " + fingerprint(certificate);
    }

    static String fingerprint(X509Certificate certificate) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(certificate.getPublicKey().getEncoded());
            return HexFormat.of().formatHex(hash, 0, FINGERPRINT_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static String day(Date date) {
        return date.toInstant().atOffset(ZoneOffset.UTC).toLocalDate().toString();
    }
}
