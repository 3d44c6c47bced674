/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import java.security.cert.CertificateException;

/** The other end is no peer; the message says why, as a clause about it. */
final class UntrustedPeerException extends CertificateException {
    private static final long serialVersionUID = 1L;

    UntrustedPeerException(String clause) {
        super(clause);
    }
}
