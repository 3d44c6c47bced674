/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Why TLS failed, in words for operators. All begin with {@link #PREFIX}. */
final class TlsFailure {

    static final String PREFIX = "TLS: ";

    /** Alerts by which the other end says that it does not want our certificate, as each engine writes them. */
    private static final List<String> REFUSALS = List.of(
            "certificate_unknown",
            "bad_certificate",
            "certificate_expired",
            "certificate_required",
            "certificate_revoked",
            "unsupported_certificate",
            "unknown_ca",
            "access_denied",
            // what BoringSSL sends for a reason of ours
            "internal_error",
            "handshake_failure");

    /** A record that was not made with the keys of this link, as each engine writes it. */
    private static final List<String> UNDECIPHERABLE = List.of("bad_decrypt", "bad_record_mac", "tag mismatch");

    private TlsFailure() {}

    static boolean isOfTls(Throwable cause) {
        return find(cause, SSLException.class).isPresent()
                || find(cause, UntrustedPeerException.class).isPresent();
    }

    /**
     * A clause.
     *
     * @param ownRefused what to say if the other end refuses our certificate
     */
    static String text(Throwable cause, String ownRefused) {
        return PREFIX
                + find(cause, UntrustedPeerException.class)
                        .map(Throwable::getMessage)
                        .or(() -> find(cause, NotSslRecordException.class)
                                .map(e -> "what the other end sends is not TLS:"
                                        + " does it have tls off, or is it no Forebay?"))
                        .or(() -> find(cause, SSLException.class)
                                .filter(e -> e.getMessage() != null)
                                .map(e -> ofEngine(e.getMessage(), ownRefused)))
                        .orElseGet(
                                () -> find(cause, ClosedChannelException.class).isPresent()
                                        ? "the other end closed the connection during the handshake: does it have tls off, or too many"
                                                + " handshakes at once?"
                                        : String.valueOf(cause.getMessage()));
    }

    private static String ofEngine(String message, String ownRefused) {
        String lower = message.toLowerCase(Locale.ROOT);
        if (lower.contains("alert") && REFUSALS.stream().anyMatch(lower::contains)) {
            return ownRefused;
        }
        if (lower.contains("protocol_version")
                || lower.contains("unsupported_protocol")
                || lower.contains("protocol version")
                || lower.contains("client requested protocol")
                || lower.contains("no appropriate protocol")) {
            return "the other end offers no TLS 1.3: is it a Forebay?";
        }
        if (lower.contains("empty client certificate chain") || lower.contains("did_not_return_a_certificate")) {
            return "the other end shows no certificate: is it a Forebay?";
        }
        if (UNDECIPHERABLE.stream().anyMatch(lower::contains)) {
            return "what the other end sends cannot be decrypted: it was changed on the way, or is what another link has said before";
        }
        return message;
    }

    private static <T extends Throwable> Optional<T> find(Throwable from, Class<T> type) {
        int depth = 0;
        for (Throwable one = from; one != null && depth < 16; one = one.getCause(), depth++) {
            if (type.isInstance(one)) {
                return Optional.of(type.cast(one));
            }
        }
        return Optional.empty();
    }
}
