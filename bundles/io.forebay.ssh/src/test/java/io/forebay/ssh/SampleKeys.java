/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh;

import io.forebay.ssh.ed25519.JdkEd25519Registrar;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Map;
import org.apache.sshd.common.config.keys.PublicKeyEntry;

/** Keys of operators. */
final class SampleKeys {

    /** By name, how Java generates each type of key. */
    private static final Map<String, AlgorithmParameterSpec> PARAMETERS = Map.of(
            "Ed25519", NamedParameterSpec.ED25519,
            "EC", new ECGenParameterSpec("secp256r1"),
            "RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));

    private SampleKeys() {}

    static KeyPair generate(String algorithm) throws GeneralSecurityException {
        JdkEd25519Registrar.register();
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(PARAMETERS.get(algorithm));
        return generator.generateKeyPair();
    }

    /** As a line of authorized_keys, without a comment. */
    static String line(KeyPair pair) {
        return PublicKeyEntry.toString(pair.getPublic());
    }
}
