/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh.ed25519;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.HexFormat;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class JdkEd25519Test {

    /** RFC 8032, 7.1, test 2. */
    private static final byte[] SECRET =
            HexFormat.of().parseHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");

    private static final byte[] OPEN =
            HexFormat.of().parseHex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");

    private static final byte[] MESSAGE = {0x72};

    private static final byte[] SIGNATURE = HexFormat.of()
            .parseHex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                    + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");

    @BeforeAll
    static void register() {
        // as if somebody had used the library before
        assertThat(KeyUtils.getPublicKeyEntryDecoder("ssh-ed25519")).isNull();
        assertThat(JdkEd25519Registrar.register()).isTrue();
        assertThat(JdkEd25519Registrar.register()).isTrue();
    }

    private static KeyPair newPair() throws GeneralSecurityException {
        return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }

    @Test
    void shouldMakeTheAlgorithmSupported() {
        assertThat(BuiltinSignatures.ed25519.isSupported()).isTrue();
        assertThat(SecurityUtils.isEDDSACurveSupported()).isTrue();
    }

    @Test
    void shouldSignAsTheStandardSays() throws Exception {
        JdkEd25519 ed25519 = new JdkEd25519();
        Signature signer = ed25519.getEDDSASigner();
        signer.initSigner(null, ed25519.generateEDDSAPrivateKey(SECRET));
        signer.update(null, MESSAGE);
        assertThat(signer.sign(null)).isEqualTo(SIGNATURE);
    }

    @Test
    void shouldAcceptTheStandardsSignatureAndNoOther() throws Exception {
        assertThat(verify(SIGNATURE)).isTrue();
        byte[] wrong = SIGNATURE.clone();
        wrong[32] ^= 1;
        assertThat(verify(wrong)).isFalse();
    }

    private static boolean verify(byte[] signature) throws Exception {
        ByteArrayBuffer wrapped = new ByteArrayBuffer();
        wrapped.putString("ssh-ed25519");
        wrapped.putBytes(signature);
        Signature verifier = BuiltinSignatures.ed25519.create();
        verifier.initVerifier(null, SecurityUtils.generateEDDSAPublicKey("ssh-ed25519", OPEN));
        verifier.update(null, MESSAGE);
        return verifier.verify(null, wrapped.getCompactData());
    }

    @Test
    void shouldFindThePublicKeyOfAPrivateOne() throws GeneralSecurityException {
        JdkEd25519 ed25519 = new JdkEd25519();
        PublicKey key = ed25519.recoverEDDSAPublicKey(ed25519.generateEDDSAPrivateKey(SECRET));
        assertThat(ed25519.compareEDDSAPPublicKeys(key, ed25519.generateEDDSAPublicKey(OPEN)))
                .isTrue();
    }

    @Test
    void shouldReadThePublicKeyThatItWrote() throws IOException, GeneralSecurityException {
        PublicKey key = newPair().getPublic();
        String line = PublicKeyEntry.toString(key);
        assertThat(line).startsWith("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI");
        assertThat(PublicKeyEntry.parsePublicKeyEntry(line).resolvePublicKey(null, null, null))
                .isEqualTo(key);
    }

    @Test
    void shouldReadThePrivateKeyThatItWrote() throws IOException, GeneralSecurityException {
        KeyPair pair = newPair();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "comment", null, file);
        assertThat(SecurityUtils.loadKeyPairIdentities(
                        null,
                        NamedResource.ofName("key"),
                        new ByteArrayInputStream(file.toByteArray()),
                        FilePasswordProvider.EMPTY))
                .singleElement()
                .satisfies(read -> {
                    assertThat(read.getPublic()).isEqualTo(pair.getPublic());
                    assertThat(read.getPrivate()).isEqualTo(pair.getPrivate());
                });
    }

    @Test
    void shouldRefuseAKeyOfTheWrongLength() {
        assertThatThrownBy(() -> new JdkEd25519().generateEDDSAPublicKey(new byte[31]))
                .isInstanceOf(GeneralSecurityException.class);
    }
}
