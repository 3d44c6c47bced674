/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.keygen;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Java's own tool, because its library has no call that makes a certificate: works on one PKCS #12 file. */
final class Keytool {

    /** PKCS #12 wants a password; what protects the file is its mode. Forebay reads it with the same. */
    static final String PASSWORD = "forebay";

    private static final String PASSWORD_VARIABLE = "FOREBAY_KEYGEN_PASSWORD";

    private final Path store;
    private final String site;
    private final int days;

    /**
     * @param site what its certificates are to be called
     * @param days for how long these are to be good, from now on
     */
    Keytool(Path store, String site, int days) {
        this.store = store;
        this.site = site;
        this.days = days;
    }

    /** A new key, and its certificate. */
    void generate(String alias) throws KeygenException, IOException, InterruptedException {
        run(
                "-genkeypair",
                alias,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + site,
                "-validity",
                days());
    }

    /** Another certificate for a key that is there. */
    void certify(String alias) throws KeygenException, IOException, InterruptedException {
        run("-selfcert", alias, "-dname", "CN=" + site, "-validity", days());
    }

    void delete(String alias) throws KeygenException, IOException, InterruptedException {
        run("-delete", alias);
    }

    void rename(String alias, String to) throws KeygenException, IOException, InterruptedException {
        run("-changealias", alias, "-destalias", to);
    }

    private String days() {
        return String.valueOf(days);
    }

    private void run(String action, String alias, String... options)
            throws KeygenException, IOException, InterruptedException {
        Path tool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        List<String> command = new ArrayList<>(List.of(tool.toString(), action, "-alias", alias));
        command.addAll(List.of(options));
        command.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString()));
        command.addAll(List.of("-storepass:env", PASSWORD_VARIABLE));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put(PASSWORD_VARIABLE, PASSWORD);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new KeygenException("keytool %s failed (%s); look whether %s is complete and its disk has room"
                    .formatted(action, output.replaceAll("\\s+", " "), store.getParent()));
        }
    }
}
