/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostKeyTest {

    @TempDir
    private Path folder;

    @Test
    void shouldMakeAKeyForItsOwnerOnlyAndKeepIt() throws IOException {
        Path file = folder.resolve("host");
        byte[] key = HostKey.of(file).getPublic().getEncoded();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(folder).isDirectoryContaining(file::equals);
        assertThat(HostKey.of(file).getPublic().getEncoded()).isEqualTo(key);
        assertThat(Files.list(folder)).hasSize(1);
    }

    @Test
    void shouldRefuseAKeyThatOthersCanRead() throws IOException {
        Path file = folder.resolve("host");
        HostKey.of(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> HostKey.of(file))
                .isInstanceOf(IOException.class)
                .hasMessage("%s is open to other users: close it with chmod 600 %s.", file, file);
    }

    @Test
    void shouldSayThatAFileHoldsNoKey() throws IOException {
        Path file = Files.createFile(
                folder.resolve("host"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, "nonsense");
        assertThatThrownBy(() -> HostKey.of(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + " holds no private key without passphrase")
                .hasMessageEndingWith("remove it, and a new one is made.");
    }

    @Test
    void shouldSayThatAKeyCannotBeMade() {
        Path file = folder.resolve("absent/host");
        assertThatThrownBy(() -> HostKey.of(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file + " cannot be made", "let the user of Forebay write in its folder");
    }
}
