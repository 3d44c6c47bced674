/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForebayFoldersTest {

    @TempDir
    Path folder;

    private ForebayFolders folders;

    @BeforeEach
    void installAHome() throws IOException {
        folders = new ForebayFolders(folder.resolve("home"), folder.resolve("base"));
        for (String name : new String[] {"system", "conf", "etc", "deploy"}) {
            Files.createDirectories(folders.home().resolve(name));
        }
        Files.writeString(folders.home().resolve("etc/gosh_profile"), "default");
        Files.writeString(folders.home().resolve("etc/io.forebay.relay-r0.cfg"), "inside = 127.0.0.1:1");
    }

    @Test
    void shouldGiveANewBaseTheDefaultsButNoRelays() throws Exception {
        folders.prepare();
        assertThat(folders.etc().resolve("gosh_profile")).hasContent("default");
        assertThat(folders.etc().resolve("io.forebay.relay-r0.cfg")).doesNotExist();
        assertThat(folders.tmp()).isDirectory();
    }

    @Test
    void shouldKeepWhatTheOperatorChanged() throws Exception {
        Files.createDirectories(folders.etc());
        Files.writeString(folders.etc().resolve("gosh_profile"), "mine");
        folders.prepare();
        assertThat(folders.etc().resolve("gosh_profile")).hasContent("mine");
    }

    @Test
    void shouldTakeLinksToFoldersWhereFoldersAreWanted() throws Exception {
        Path elsewhere = Files.createDirectories(folder.resolve("etc-of-the-system"));
        Files.createDirectories(folders.base());
        Files.createSymbolicLink(folders.etc(), elsewhere);
        folders.prepare();
        assertThat(folders.etc()).isSymbolicLink();
        assertThat(elsewhere.resolve("gosh_profile")).hasContent("default");
    }

    @Test
    void shouldWatchADeployFolderOfTheBaseAndTheOneOfHome() throws Exception {
        folders.prepare();
        assertThat(folders.deploy())
                .containsExactly(
                        folders.base().resolve("deploy"), folders.home().resolve("deploy"));
        ForebayFolders one = new ForebayFolders(folders.home(), folders.home());
        assertThat(one.deploy()).containsExactly(folders.home().resolve("deploy"));
    }

    @Test
    void shouldStartWithoutADeployFolderThatCannotBeMade() throws Exception {
        Files.createDirectories(folders.base());
        Files.writeString(folders.base().resolve("deploy"), "a file in its place");
        folders.prepare();
        assertThat(folders.deploy()).containsExactly(folders.home().resolve("deploy"));
    }

    @Test
    void shouldEmptyTmpButNotWhereALinkLeads() throws Exception {
        folders.prepare();
        Files.createDirectories(folders.tmp().resolve("a/b"));
        Files.writeString(folders.tmp().resolve("a/b/lib.so"), "");
        folders.emptyTmp();
        assertThat(folders.tmp()).isEmptyDirectory();

        Path shared = Files.createDirectories(folder.resolve("shared"));
        Files.writeString(shared.resolve("others"), "");
        Files.delete(folders.tmp());
        Files.createSymbolicLink(folders.tmp(), shared);
        folders.emptyTmp();
        assertThat(shared.resolve("others")).exists();
    }

    @Test
    void shouldRefuseAHomeWithoutBundles() {
        ForebayFolders nowhere = new ForebayFolders(folder.resolve("nowhere"), folders.base());
        assertThatThrownBy(nowhere::prepare)
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("nowhere")
                .hasMessageContaining("forebay.home");
    }

    @Test
    void shouldGiveABaseToOneOnlyUntilItIsClosed() throws Exception {
        folders.prepare();
        try (FolderLock first = FolderLock.take(folders)) {
            assertThat(first).isNotNull();
            assertThat(folders.pid())
                    .hasContent(String.valueOf(ProcessHandle.current().pid()));
            assertThatThrownBy(() -> FolderLock.take(folders))
                    .isInstanceOfSatisfying(
                            LaunchException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.BASE_TAKEN))
                    .hasMessageContaining(String.valueOf(ProcessHandle.current().pid()));
        }
        assertThat(folders.pid()).doesNotExist();
        FolderLock.take(folders).close();
    }

    @Test
    void shouldPutFoldersIntoTheFrameworksProperties() throws Exception {
        folders.prepare();
        Files.writeString(folders.frameworkProperties(), "a = ${forebay.base}/etc,${forebay.deploy}\n");
        Map<String, String> properties = FrameworkProperties.read(folders);
        assertThat(properties)
                .containsEntry(
                        "a", "%s/etc,%s/deploy,%s/deploy".formatted(folders.base(), folders.base(), folders.home()))
                .containsEntry("forebay.home", folders.home().toString())
                .containsEntry("org.osgi.framework.storage", folders.cache().toString());
    }

    @Test
    void shouldNameTheLineThatRefersToNothing() throws IOException {
        Files.writeString(folders.frameworkProperties(), "a = ${forebay.nonsense}\n");
        assertThatThrownBy(() -> FrameworkProperties.read(folders))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("the line a refers to ${forebay.nonsense}");
    }
}
