/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh.ed25519;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.util.Optional;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.loader.openssh.OpenSSHKeyPairResourceParser;
import org.apache.sshd.common.util.security.AbstractSecurityProviderRegistrar;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.common.util.security.eddsa.generic.EdDSASupport;

/** Makes the Ed25519 of the Java runtime known to MINA SSHD. */
public final class JdkEd25519Registrar extends AbstractSecurityProviderRegistrar {

    private final Provider provider;

    private JdkEd25519Registrar(Provider provider) {
        super("ForebayEd25519");
        this.provider = provider;
    }

    /**
     * May be called again and again, and whatever was used of MINA SSHD before.
     *
     * @return whether this Java has Ed25519; without it all other keys work
     */
    public static boolean register() {
        try {
            Provider provider = KeyFactory.getInstance("Ed25519").getProvider();
            SecurityUtils.registerSecurityProvider(new JdkEd25519Registrar(provider));
            // these two look for algorithms only once, which may have been before
            KeyUtils.registerPublicKeyEntryDecoder(SecurityUtils.getEDDSAPublicKeyEntryDecoder());
            OpenSSHKeyPairResourceParser.registerPrivateKeyEntryDecoder(
                    SecurityUtils.getOpenSSHEDDSAPrivateKeyEntryDecoder());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    @Override
    public boolean isSupported() {
        return true;
    }

    /** That of the runtime's own provider, so that none is added to the runtime. */
    @Override
    public String getProviderName() {
        return provider.getName();
    }

    @Override
    public Provider getSecurityProvider() {
        return provider;
    }

    @Override
    public Optional<EdDSASupport<?, ?>> getEdDSASupport() {
        return Optional.of(new JdkEd25519());
    }
}
