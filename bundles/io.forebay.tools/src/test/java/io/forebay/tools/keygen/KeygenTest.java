/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.keygen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeygenTest {

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int keygen(String... arguments) {
        out.reset();
        err.reset();
        return Keygen.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
    }

    private static KeyStore store(Path site) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(site.resolve("site.p12"))) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, "forebay".toCharArray());
            return store;
        }
    }

    private static X509Certificate certificate(Path site, String alias) throws IOException, GeneralSecurityException {
        return (X509Certificate) store(site).getCertificate(alias);
    }

    /** The keys that peers with this file know. */
    private static List<PublicKey> published(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(Certificate::getPublicKey)
                    .toList();
        }
    }

    @Test
    void shouldMakeAKeyForNowAndOneForAfterwardsAndPublishBoth() throws IOException, GeneralSecurityException {
        Path site = folder.resolve("tls");
        assertThat(keygen("--folder", site.toString(), "--days", "100", "alpha"))
                .as(err.toString())
                .isZero();
        X509Certificate now = certificate(site, "site");
        X509Certificate next = certificate(site, "next");
        assertThat(now.getSubjectX500Principal().getName()).isEqualTo("CN=alpha");
        assertThat(Duration.between(Instant.now(), now.getNotAfter().toInstant())
                        .toDays())
                .isBetween(98L, 100L);
        assertThat(published(site.resolve("alpha.crt"))).containsExactly(now.getPublicKey(), next.getPublicKey());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(site.resolve("site.p12"))))
                .isEqualTo("rw-------");
        assertThat(Files.readString(site.resolve("alpha.crt"))).doesNotContain("PRIVATE");
        assertThat(out.toString()).contains("Keys of alpha are in " + site + ": key ", "alpha.crt to etc/tls/peers of");
        try (var files = Files.list(site)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("site.p12", "alpha.crt", "peers");
        }
    }

    @Test
    void shouldUseTheKeyThatPeersKnowAlreadyAfterARotation() throws IOException, GeneralSecurityException {
        Path site = folder.resolve("tls");
        keygen("--folder", site.toString(), "--days", "100", "alpha");
        PublicKey former = certificate(site, "site").getPublicKey();
        List<PublicKey> known = published(site.resolve("alpha.crt"));
        assertThat(keygen("--folder", site.toString(), "--rotate", "--days", "200"))
                .as(err.toString())
                .isZero();
        X509Certificate now = certificate(site, "site");
        assertThat(now.getPublicKey()).isNotEqualTo(former);
        assertThat(known).contains(now.getPublicKey());
        assertThat(Duration.between(Instant.now(), now.getNotAfter().toInstant())
                        .toDays())
                .isBetween(198L, 200L);
        assertThat(published(site.resolve("alpha.crt")))
                .containsExactly(now.getPublicKey(), certificate(site, "next").getPublicKey())
                .doesNotContain(former);
        assertThat(out.toString()).contains("alpha uses its next key from now on: key ");
    }

    @Test
    void shouldMakeSitesThatKnowEachOther() throws IOException, GeneralSecurityException {
        assertThat(keygen("--folder", folder.toString(), "alpha", "beta"))
                .as(err.toString())
                .isZero();
        assertThat(published(folder.resolve("alpha/peers/beta.crt")))
                .contains(certificate(folder.resolve("beta"), "site").getPublicKey());
        assertThat(published(folder.resolve("beta/peers/alpha.crt")))
                .contains(certificate(folder.resolve("alpha"), "site").getPublicKey());
        assertThat(folder.resolve("alpha/peers/alpha.crt")).doesNotExist();
    }

    @Test
    void shouldNotOverwriteKeysNorRotateWhatIsNotThere() throws IOException, GeneralSecurityException {
        Path site = folder.resolve("tls");
        assertThat(keygen("--folder", site.toString(), "--rotate")).isEqualTo(1);
        assertThat(err.toString()).contains("There are no keys in " + site + "; make them with forebay keygen SITE");
        keygen("--folder", site.toString(), "alpha");
        PublicKey before = certificate(site, "site").getPublicKey();
        assertThat(keygen("--folder", site.toString(), "alpha")).isEqualTo(1);
        assertThat(err.toString()).contains("There are keys in " + site + " already; change them with forebay keygen");
        assertThat(certificate(site, "site").getPublicKey()).isEqualTo(before);
    }

    @Test
    void shouldRefuseWhatMakesNoSense() {
        assertThat(keygen()).isEqualTo(2);
        assertThat(keygen("--rotate", "alpha")).isEqualTo(2);
        assertThat(keygen("a b")).isEqualTo(2);
        assertThat(keygen("../alpha")).isEqualTo(2);
        assertThat(keygen("alpha", "alpha")).isEqualTo(2);
        assertThat(keygen("--days", "0", "alpha")).isEqualTo(2);
    }
}
