/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.testkit.Forebay;
import io.forebay.testkit.drbd.FreeAddresses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Codecs and allocators of a running Forebay are exchanged, and chosen by target filters in a file. */
class SwapIT {

    private static final long DEADLINE_SECONDS = 60;

    @TempDir
    Path folder;

    private Forebay forebay;
    private Forebay.Running running;

    @BeforeEach
    void run() throws IOException, InterruptedException {
        forebay = new Forebay(folder.resolve("base"));
        running = forebay.begin("run");
        running.awaitReady();
    }

    @AfterEach
    void stop() throws InterruptedException {
        running.process().destroy();
        if (!running.process().waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
            running.process().destroyForcibly().waitFor();
        }
    }

    private Path file() {
        return forebay.base().resolve("etc/io.forebay.relay-r0.cfg");
    }

    /** Writes the relay's file, and waits until it is in force. */
    private void configure(String lines, String codec) throws IOException, InterruptedException {
        Files.writeString(file(), addresses() + lines);
        awaitShown("codec            " + codec);
    }

    private String addresses;

    private String addresses() throws IOException {
        if (addresses == null) {
            StringBuilder text = new StringBuilder();
            Iterator<InetSocketAddress> free = FreeAddresses.loopback(4).iterator();
            for (String key : List.of("inside", "drbd", "outside", "peer")) {
                text.append("%s = 127.0.0.1:%d%n".formatted(key, free.next().getPort()));
            }
            addresses = text.toString();
        }
        return addresses;
    }

    private void awaitShown(String line) throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        Forebay.Result shown = forebay.call("client", "show", "r0");
        while (!shown.out().contains("  " + line + "\n")) {
            assertThat(System.nanoTime())
                    .as("not within %d s: %s; %s%s", DEADLINE_SECONDS, line, shown.out(), shown.err())
                    .isLessThan(deadlineNs);
            shown = forebay.call("client", "show", "r0");
        }
    }

    private String done(String... words) throws IOException, InterruptedException {
        Forebay.Result result = forebay.call(words);
        assertThat(result.status()).as(result.err()).isZero();
        return result.out();
    }

    @Test
    void shouldSwapUntilTheFileChangesAndNeverWriteIt() throws IOException, InterruptedException {
        configure("codec = zstd level 3\n", "zstd level 3");
        String before = Files.readString(file());

        assertThat(done("client", "swap", "r0", "codec", "lz4")).contains("zstd level 3", "lz4", "to keep it, write");
        assertThat(done("client", "swap", "r0", "bab", "heap")).contains("direct", "heap");
        awaitShown("codec            lz4");
        awaitShown("allocator        heap");
        assertThat(Files.readString(file())).isEqualTo(before);

        Forebay.Result refused = forebay.call("client", "swap", "r0", "codec", "brotli");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).startsWith("codec = brotli: there is no codec brotli: use one of ");
        awaitShown("codec            lz4");

        configure("codec = zlib level 2\n", "zlib level 2");
        awaitShown("allocator        direct");
        done("client", "swap", "r0", "codec", "none");
        awaitShown("codec            none");
    }

    @Test
    void shouldSwapTheRelayOfAConnectionInTheWordsThatDrbdadmReads() throws IOException, InterruptedException {
        String words = addresses().replaceAll("\\w+ = ", "").replaceAll("\\R", " ");
        String[] each = words.strip().split(" ");
        done("ctl", "-c", "add connection r0 " + String.join(" ", each[0], each[3], each[2], each[1]));
        done("ctl", "-c", "set plugin r0 0 zstd level 3", "-c", "set plugin r0 1 drain-timeout 5s");
        done("client", "swap", "r0", "codec", "zlib", "level", "9");
        done("client", "swap", "r0", "bab", "mapped");
        assertThat(done("ctl", "show", "proxy-settings", "r0")).isEqualTo("""
                proxy {
                \tplugin {
                \t\tzlib level 9;
                \t\tdrain-timeout 5s;
                \t\tallocator mapped;
                \t}
                }
                """);
    }

    @Test
    void shouldReadTargetFiltersOfAFileAsTheyAreWritten() throws IOException, InterruptedException {
        configure(
                "codec = lz4\ncodec.target = (&(bundle.version>=0.1)(!(bundle.version>=9)))\n"
                        + "allocator.target=(bundle.symbolicName=io.forebay.bab.*)\n",
                "lz4");
        awaitShown("codec.target     (&(bundle.version>=0.1)(!(bundle.version>=9)))");
        awaitShown("allocator.target (bundle.symbolicName=io.forebay.bab.*)");
        assertThat(done("client", "codecs", "--json")).contains("\"relays\" : [ \"r0\" ]");

        configure("codec = zlib\ncodec.target = (&(bundle.version>=9)\\\n  (service.ranking>=1))\n", "zlib");
        awaitShown("codec.target     (&(bundle.version>=9)(service.ranking>=1))");
        assertThat(done("client", "codecs"))
                .contains("r0 wants it, and does not use it: there is no codec zlib that matches"
                        + " (&(bundle.version>=9)(service.ranking>=1)): ");
    }
}
