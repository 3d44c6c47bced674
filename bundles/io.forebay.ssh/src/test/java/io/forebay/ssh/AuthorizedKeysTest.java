/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorizedKeysTest {

    @TempDir
    private Path folder;

    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private Path file;
    private AuthorizedKeys keys;

    @BeforeEach
    void catchTheLog() {
        file = folder.resolve("authorized_keys");
        keys = new AuthorizedKeys(file);
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void releaseTheLog() {
        System.setErr(standardError);
    }

    private String log() {
        return log.toString(StandardCharsets.UTF_8);
    }

    private void write(String... lines) throws IOException {
        Files.writeString(file, String.join("\n", lines));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ed25519", "EC", "RSA"})
    void shouldKnowWhoseKeyItIs(String algorithm) throws IOException, GeneralSecurityException {
        KeyPair pair = SampleKeys.generate(algorithm);
        write("# operators", "", "  " + SampleKeys.line(pair) + "  alice at home");
        assertThat(keys.ownerOf(pair.getPublic())).contains("alice at home");
        assertThat(keys.ownerOf(SampleKeys.generate(algorithm).getPublic())).isEmpty();
        assertThat(log()).isEmpty();
    }

    @Test
    void shouldReadTheFileAgain() throws IOException, GeneralSecurityException {
        KeyPair alice = SampleKeys.generate("Ed25519");
        KeyPair bob = SampleKeys.generate("Ed25519");
        write(SampleKeys.line(alice));
        assertThat(keys.ownerOf(alice.getPublic())).contains("");
        write(SampleKeys.line(bob));
        assertThat(keys.ownerOf(alice.getPublic())).isEmpty();
        assertThat(keys.ownerOf(bob.getPublic())).contains("");
    }

    @Test
    void shouldSayOnceThatTheFileIsMissing() throws GeneralSecurityException {
        KeyPair pair = SampleKeys.generate("EC");
        assertThat(keys.ownerOf(pair.getPublic())).isEmpty();
        assertThat(keys.ownerOf(pair.getPublic())).isEmpty();
        assertThat(log())
                .hasLineCount(1)
                .contains("Nobody can log in", file + " does not exist: create it, or configure another.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-rw-r--", "rw-r--rw-"})
    void shouldRefuseAFileThatOthersCanWrite(String permissions) throws IOException, GeneralSecurityException {
        KeyPair pair = SampleKeys.generate("EC");
        write(SampleKeys.line(pair));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        assertThat(keys.ownerOf(pair.getPublic())).isEmpty();
        assertThat(log()).hasLineCount(1).contains("is open to other users: close it with chmod go-w " + file);
    }

    @Test
    void shouldNotIgnoreOptions() throws IOException, GeneralSecurityException {
        KeyPair pair = SampleKeys.generate("EC");
        write("from=\"192.0.2.1\" " + SampleKeys.line(pair));
        assertThat(keys.ownerOf(pair.getPublic())).isEmpty();
        assertThat(log()).hasLineCount(1).contains("Line 1 of " + file, "options are not supported, remove them");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssh-ed25519", "ssh-ed25519 AAAA", "ssh-nonsense AAAA", "ssh-rsa ====", "ssh-dss x\u0007"})
    void shouldSayWhichLineHoldsNoKeyAndTakeTheOthers(String line) throws IOException, GeneralSecurityException {
        KeyPair pair = SampleKeys.generate("Ed25519");
        write(line, SampleKeys.line(pair));
        assertThat(keys.ownerOf(pair.getPublic())).contains("");
        assertThat(log())
                .hasLineCount(1)
                .contains("Line 1 of " + file + " holds no key that this Forebay can use", "write one of ed25519");
    }
}
