/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One wording for what goes wrong with a socket: {@code address: cause}, whatever kind of socket it was. */
final class SocketFailure {

    private static final Pattern NATIVE_ERROR = Pattern.compile(".*failed with error\\(-?\\d+\\): (.*?)(: \\S*)?");

    private SocketFailure() {}

    static IOException of(InetSocketAddress address, Throwable cause) {
        return new IOException(text(address) + ": " + reason(cause), cause);
    }

    static IOException of(InetSocketAddress address, String reason) {
        return new IOException(text(address) + ": " + reason);
    }

    /** Host and port, without asking a name server. */
    static String text(InetSocketAddress address) {
        if (address == null) {
            return "unknown address";
        }
        String host = address.isUnresolved() || !address.getHostString().contains(":")
                ? address.getHostString()
                : '[' + address.getHostString() + ']';
        return host + ':' + address.getPort();
    }

    /** The cause alone, for a sentence that has named the address. */
    static String reason(Throwable failure) {
        // Netty repeats the address in a wrapper of its own.
        Throwable root = failure instanceof java.net.SocketException && failure.getCause() instanceof IOException cause
                ? cause
                : failure;
        if (root instanceof UnknownHostException) {
            return "unknown host";
        }
        if (root instanceof ConnectTimeoutException) {
            return "connection timed out";
        }
        String message = root.getMessage();
        if (message == null || message.isBlank()) {
            return root.getClass().getSimpleName();
        }
        Matcher matcher = NATIVE_ERROR.matcher(message);
        String reason = matcher.matches() ? matcher.group(1) : message;
        if (reason.equals("Connection reset")) {
            return "connection reset by peer";
        }
        boolean acronym = reason.length() > 1 && Character.isUpperCase(reason.charAt(1));
        return acronym ? reason : Character.toLowerCase(reason.charAt(0)) + reason.substring(1);
    }
}
