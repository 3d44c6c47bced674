/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.bab.mapped;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import io.forebay.api.bab.Segment;
import io.forebay.testkit.BabAllocatorContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedBabAllocatorTest extends BabAllocatorContract {

    private static final long MIB = 1L << 20;

    @TempDir
    private Path temp;

    private Path folder() {
        return temp.resolve("data").resolve("bab");
    }

    @Override
    protected BabAllocator newAllocator() {
        return new MappedBabAllocator(folder());
    }

    @Override
    protected void assertFreed(BabAllocator allocator) throws IOException {
        assertThat(below(temp).filter(Files::isRegularFile)).isEmpty();
        if (Files.exists(folder())) {
            assertThat(folder()).isEmptyDirectory();
        }
        Path maps = Path.of("/proc/self/maps");
        if (Files.exists(maps)) {
            assertThat(Files.readString(maps)).doesNotContain(temp.toString());
        }
    }

    @Test
    void shouldServeMoreThanTwoGibibytesInFilesOfOneAtMost() throws Exception {
        long limitBytes = 2 * 1024 * MIB + 64 * MIB;
        assumeTrue(Files.getFileStore(temp).getUsableSpace() > 2 * limitBytes, "needs 4 GiB of disk");
        BabMemory memory = open("large", limitBytes, 1 << 20);
        List<Segment> segments = leaseAll(memory);
        assertThat(segments).hasSize((int) (limitBytes / MIB));
        assertThat(files().map(path -> path.toFile().length()))
                .containsExactlyInAnyOrder(1024 * MIB, 1024 * MIB, 64 * MIB);
        for (int i = 0; i < segments.size(); i++) {
            ByteBuffer buffer = segments.get(i).memory();
            buffer.putInt(0, i).putInt((1 << 20) - 4, ~i);
        }
        for (int i = 0; i < segments.size(); i++) {
            assertThat(segments.get(i).memory().getInt(0)).isEqualTo(i);
            assertThat(segments.get(i).memory().getInt((1 << 20) - 4)).isEqualTo(~i);
        }
        segments.forEach(Segment::release);
    }

    @Test
    void shouldOwnItsFilesAloneAndNameThemAfterTheOwner() throws Exception {
        assumeTrue(temp.getFileSystem().supportedFileAttributeViews().contains("posix"), "needs POSIX permissions");
        open("r0/../peer", MIB, 4096);
        assertThat(files()).singleElement().satisfies(file -> {
            assertThat(file.getFileName()).hasToString("r0____peer.0-0.bab");
            assertThat(file).hasSize(MIB);
        });
        assertThat(below(folder()))
                .allSatisfy(path -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------"));
    }

    @Test
    void shouldTakeOwnersLongerThanFileNamesMayBe() throws Exception {
        open("r".repeat(300), MIB, 4096);
        open("r".repeat(300), MIB, 4096);
        assertThat(files()).hasSize(2);
    }

    @Test
    void shouldReserveTheDiskSpaceWhenOpened() throws Exception {
        Path store = temp.resolve("blocks");
        open("whole", 8 * MIB, 65536);
        Process du = new ProcessBuilder("du", "-sk", folder().toString())
                .redirectOutput(store.toFile())
                .start();
        assertThat(du.waitFor()).isZero();
        long allocatedKib = Long.parseLong(Files.readString(store).split("\\s")[0]);
        Files.delete(store);
        assertThat(allocatedKib).isGreaterThanOrEqualTo(8192);
    }

    @Test
    void shouldRefuseMoreThanTheFileSystemHasFree() throws Exception {
        long limitBytes = Files.getFileStore(temp).getUsableSpace() + 1024 * MIB;
        assertThatThrownBy(() -> allocator().open("r9", limitBytes, 65536))
                .isInstanceOf(BabException.class)
                .message()
                .startsWith("Relay r9 wants " + (limitBytes / 65536 * 65536 + MIB - 1) / MIB + " MiB for its BAB in "
                        + folder() + ", but only ")
                .endsWith(" MiB are free there: make room, set folder in io.forebay.bab.mapped to a larger file"
                        + " system, or lower the relay's memlimit.");
    }

    @Test
    void shouldRemoveWhatItWroteWhenTheDiskFillsUpMeanwhile() throws Exception {
        Path disk = Files.createDirectory(temp.resolve("disk"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk.toString()), "needs a small tmpfs");
        try {
            Path path = disk.resolve("r0.0-0.bab");
            assertThatThrownBy(() -> MappedFile.create(path, (int) (32 * MIB))).isInstanceOf(IOException.class);
            assertThat(disk).isEmptyDirectory();

            MappedBabAllocator allocator = new MappedBabAllocator(disk);
            assertThatThrownBy(() -> allocator.open("r0", 17 * MIB, 4096))
                    .hasMessageContaining("wants 17 MiB")
                    .hasMessageContaining("only 16 MiB are free");
            assertThat(disk).isEmptyDirectory();
            BabMemory all = allocator.open("r0", 15 * MIB, 4096);
            List<Segment> segments = leaseAll(all);
            segments.forEach(segment -> segment.memory().putLong(8, 1));
            segments.forEach(Segment::release);
            all.close();
            assertThat(disk).isEmptyDirectory();
        } finally {
            assertThat(run("umount", disk.toString())).isTrue();
            Files.delete(disk);
        }
    }

    @Test
    void shouldSayThatTheFolderCannotBeUsed() throws Exception {
        Path file = Files.createFile(temp.resolve("file"));
        assertThatThrownBy(() -> new MappedBabAllocator(file.resolve("bab")).open("r0", MIB, 4096))
                .isInstanceOf(BabException.class)
                .hasMessageContaining("the folder cannot be used")
                .message()
                .endsWith("set folder in io.forebay.bab.mapped to another.");
        Files.delete(file);
    }

    @Test
    void shouldRemoveTheFilesOfACrashedProcessButNotOfALiveOne() throws Exception {
        Process process = otherProcess();
        try {
            assertThat(process.getInputStream().read()).isEqualTo('.');
            assertThat(files()).hasSize(1);
            new MappedBabAllocator(folder());
            assertThat(files()).hasSize(1);
            BabMemory ours = open("ours", MIB, 4096);
            assertThat(files()).hasSize(2);

            process.destroyForcibly().waitFor();
            assertThat(files()).hasSize(2);
            new MappedBabAllocator(folder());
            assertThat(files())
                    .singleElement()
                    .satisfies(file -> assertThat(file.getFileName().toString()).startsWith("ours."));

            // Our lock must have survived that we looked around.
            Process third = otherProcess();
            assertThat(third.getInputStream().read()).isEqualTo('.');
            assertThat(files()).hasSize(2);
            third.destroyForcibly().waitFor();
            ours.close();
            new MappedBabAllocator(folder());
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void shouldLeaveStrangeFilesAlone() throws Exception {
        Path strange = Files.createDirectories(folder().resolve("1-2-keepsake")).resolve("x.bab");
        Files.createFile(strange);
        Path unlocked = Files.createDirectory(folder().resolve("1-2-01234567"));
        new MappedBabAllocator(folder());
        assertThat(strange).exists();
        assertThat(unlocked).doesNotExist();
        Files.delete(strange);
        Files.delete(strange.getParent());
    }

    private Process otherProcess() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherForebay.class.getName(),
                        folder().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Opens a BAB, says so, and waits to be killed. */
    static final class OtherForebay {

        private OtherForebay() {}

        public static void main(String[] args) throws Exception {
            new MappedBabAllocator(Path.of(args[0])).open("other", MIB, 4096);
            System.out.print('.');
            System.out.flush();
            TimeUnit.MINUTES.sleep(1);
        }
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    private Stream<Path> files() throws IOException {
        return below(folder()).filter(path -> path.toString().endsWith(".bab"));
    }

    private static Stream<Path> below(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.toList().stream();
        }
    }
}
