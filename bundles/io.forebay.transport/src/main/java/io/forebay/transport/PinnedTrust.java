/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts whoever holds one of a few known keys, and nobody else. It is the key that is known, not the certificate around
 * it, so that a certificate can be made anew for the same key; what it says of its time holds. Immutable.
 */
final class PinnedTrust extends X509ExtendedTrustManager {

    private final Map<CertificateText.Key, String> names = new HashMap<>();
    private final String folder;

    /**
     * @param peers each one's name and certificates
     * @param folder where they are from, for messages
     */
    PinnedTrust(Map<String, List<X509Certificate>> peers, String folder) {
        this.folder = folder;
        peers.forEach((name, certificates) ->
                certificates.forEach(certificate -> names.put(CertificateText.key(certificate), name)));
    }

    private void check(X509Certificate[] chain) throws UntrustedPeerException {
        if (chain == null || chain.length == 0) {
            throw new UntrustedPeerException("the other end shows no certificate: is it a Forebay?");
        }
        X509Certificate shown = chain[0];
        String name = names.get(CertificateText.key(shown));
        if (name == null) {
            throw new UntrustedPeerException(
                    "the other end's certificate (%s) is none of those in %s: copy there what forebay keygen made at the peer"
                            .formatted(CertificateText.of(shown), folder));
        }
        try {
            shown.checkValidity();
            // Who else could have written its dates?
            shown.verify(shown.getPublicKey());
        } catch (CertificateExpiredException expired) {
            throw new UntrustedPeerException(
                    "the certificate of peer %s has expired on %s: run forebay keygen --rotate there"
                            .formatted(name, CertificateText.day(shown.getNotAfter())));
        } catch (CertificateNotYetValidException early) {
            throw new UntrustedPeerException(
                    "the certificate of peer %s is valid only from %s on: compare the clocks of both machines"
                            .formatted(name, CertificateText.day(shown.getNotBefore())));
        } catch (GeneralSecurityException forged) {
            throw new UntrustedPeerException(
                    "the certificate of peer %s is not signed with its own key: make it anew with forebay keygen"
                            .formatted(name));
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws UntrustedPeerException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws UntrustedPeerException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws UntrustedPeerException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws UntrustedPeerException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws UntrustedPeerException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws UntrustedPeerException {
        check(chain);
    }

    /** None: there is no authority that everybody's certificate could be from. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
