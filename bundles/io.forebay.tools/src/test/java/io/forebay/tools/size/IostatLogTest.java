/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.size;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What sysstat's iostat prints, from version 9 to 12, in its shapes. */
class IostatLogTest {
    private static final String BANNER = "Linux 6.1.0-18-amd64 (alpha) \t11/21/2026 \t_x86_64_\t(4 CPU)\n\n";
    private static final String CPU = """
            avg-cpu:  %user   %nice %system %iowait  %steal   %idle
                       3.76    0.00    1.25    0.25    0.00   94.74

            """;
    private static final String EXTENDED =
            "Device            r/s     rkB/s   rrqm/s  %%rrqm r_await rareq-sz     w/s     wkB/s   wrqm/s  %%wrqm w_await"
                    + " wareq-sz     d/s     dkB/s   drqm/s  %%drqm d_await dareq-sz     f/s f_await  aqu-sz  %%util\n"
                    + "%s            0.10      4.00     0.00   0.00    1.00    40.00   12.00   %s     3.00  20.00"
                    + "    2.00    40.00    0.00      0.00     0.00   0.00    0.00     0.00    0.00    0.00    0.02   1.20\n\n";

    private static WriteRates rates(String text) throws SizeException {
        return IostatLog.read("the log", text).rates(List.of(), 0);
    }

    private static String extended(String device, String written) {
        return EXTENDED.formatted(device, written);
    }

    @Test
    void shouldReadTheExtendedReportWithTimesAndLeaveTheFirstOut() throws SizeException {
        WriteRates rates = rates(BANNER
                + "11/21/2026 11:59:50 AM\n" + CPU + extended("drbd0", "99999.00")
                + "11/21/2026 11:59:55 AM\n" + CPU + extended("drbd0", "100.00")
                + "11/21/2026 12:00:00 PM\n" + CPU + extended("drbd0", "200.50")
                + "11/21/2026 12:00:05 PM\n" + CPU + extended("drbd0", "0.00"));
        assertThat(rates.bytesPerSecond()).containsExactly(102_400, 205_312, 0);
        assertThat(rates.intervalSeconds()).isEqualTo(5);
        assertThat(rates.assumptions()).anyMatch(each -> each.contains("first report"));
    }

    @Test
    void shouldReadTimesAcrossMidnight() throws SizeException {
        WriteRates rates = rates(BANNER
                + "2026-11-21T23:59:49+0100\n" + extended("sda", "1")
                + "2026-11-21T23:59:59+0100\n" + extended("sda", "1")
                + "2026-11-22T00:00:09+0100\n" + extended("sda", "1"));
        assertThat(rates.intervalSeconds()).isEqualTo(10);
    }

    @Test
    void shouldSayWhatItAssumesWithoutTimes() throws SizeException {
        WriteRates rates = rates(BANNER + CPU + extended("sda", "1") + CPU + extended("sda", "2"));
        assertThat(rates.intervalSeconds()).isEqualTo(1);
        assertThat(rates.assumptions()).anyMatch(each -> each.contains("--interval"));
        assertThat(IostatLog.read("the log", BANNER + extended("sda", "1") + extended("sda", "2"))
                        .rates(List.of(), 60)
                        .intervalSeconds())
                .isEqualTo(60);
    }

    @Test
    void shouldReadTheShortReportInEveryUnit() throws SizeException {
        String table =
                "Device             tps    %1$s_read/s    %1$s_wrtn/s    %1$s_dscd/s    %1$s_read    %1$s_wrtn    %1$s_dscd\n"
                        + "sda               5.00         1.00         8.00         0.00          1          8          0\n\n";
        assertThat(rates(BANNER + table.formatted("kB").repeat(2)).bytesPerSecond())
                .containsExactly(8192);
        assertThat(rates(BANNER + table.formatted("MB").repeat(2)).bytesPerSecond())
                .containsExactly(8 << 20);
        assertThat(rates(BANNER + table.formatted("Blk").repeat(2)).bytesPerSecond())
                .containsExactly(4096);
    }

    @Test
    void shouldReadOldColumnsAndOtherLocales() throws SizeException {
        String table = """
                Device:         rrqm/s   wrqm/s     r/s     w/s   rsec/s   wsec/s avgrq-sz avgqu-sz   await  svctm  %util
                sda               0,00     1,00    0,00    2,00     0,00    64,50    20,00     0,00    1,00   1,00   0,10

                """;
        assertThat(rates(BANNER + table.repeat(2)).bytesPerSecond()).containsExactly(64.5 * 512);
        String inMegabytes = table.replace("wsec/s", "wMB/s");
        assertThat(rates(BANNER + inMegabytes.repeat(2)).bytesPerSecond()).containsExactly(64.5 * (1 << 20));
    }

    @Test
    void shouldReadJson() throws SizeException {
        String text = """
                {"sysstat": {"hosts": [{"nodename": "alpha", "sysname": "Linux", "number-of-cpus": 4, "date": "11/21/2026",
                 "statistics": [
                  {"timestamp": "11/21/2026 04:29:40 PM", "avg-cpu": {"user": 1.0}, "disk": [
                    {"disk_device": "drbd0", "r/s": 0.1, "w/s": 12.0, "rkB/s": 4.0, "wkB/s": 77.0, "util": 1.2}]},
                  {"timestamp": "11/21/2026 04:29:42 PM", "disk": [
                    {"disk_device": "drbd0", "r/s": 0.1, "w/s": 12.0, "rkB/s": 4.0, "wkB/s": 2.5, "util": 1.2},
                    {"disk_device": "sda", "r/s": 0.1, "w/s": 12.0, "rkB/s": 4.0, "wkB/s": 9, "util": 1.2}]}
                 ]}]}}
                """;
        WriteRates rates = rates(text);
        assertThat(rates.bytesPerSecond()).containsExactly(2560);
        assertThat(rates.intervalSeconds()).isEqualTo(2);
        String shortForm = text.replace("\"wkB/s\"", "\"MB_wrtn/s\"");
        assertThat(rates(shortForm).bytesPerSecond()).containsExactly(2.5 * (1 << 20));
    }

    @Test
    void shouldAddUpTheDevicesOfDrbdAndCountOneThatIsLeftOutAsIdle() throws SizeException {
        String both = extended("drbd0", "1") + extended("sda", "50");
        String table = both.replaceAll("\n\nDevice[^\n]*\n", "\n");
        String three = table.replaceFirst("(?m)^sda", "drbd1 0 0 0 0 0 0 0 3 0 0 0 0 0 0 0 0 0 0 0 0 0 0\nsda");
        WriteRates rates = rates(BANNER + table + three + table);
        assertThat(rates.bytesPerSecond()).containsExactly(4 * 1024, 1024);
        assertThat(rates.source()).isEqualTo("the log, drbd0 + drbd1");
    }

    @Test
    void shouldLeaveOutALineThatWasCut() throws SizeException {
        String log = BANNER + extended("sda", "1") + extended("sda", "2") + extended("sda", "3");
        assertThat(rates(log.substring(0, log.length() - 40)).bytesPerSecond()).startsWith(2048);
    }

    private static void assertRefused(String text, String... words) {
        assertThatThrownBy(() -> rates(text))
                .isInstanceOf(SizeException.class)
                .hasMessageContainingAll(words)
                .message()
                .hasLineCount(1);
    }

    @Test
    void shouldSayInOneSentenceWhyALogCannotBeRead() {
        assertRefused("", "no report of iostat", "iostat -x -t 1 3600");
        assertRefused("root:x:0:0\n", "no report of iostat");
        assertRefused(BANNER + extended("sda", "1"), "one report only", "since the machine was started");
        assertRefused(BANNER + extended("sda", "1.5M").repeat(2), "line 4", "\"1.5M\" is no number", "-h");
        assertRefused(
                BANNER + "Device tps kB/s rqm/s await areq-sz aqu-sz %util\nsda 1 2 3 4 5 6 7\n", "line 3", "(-s)");
        assertRefused(BANNER + "Device wkB/s\nsda 1 2\n\nDevice wkB/s\nsda 1\n", "line 4", "3 columns", "2");
        assertRefused("{\"sysstat\": {\"hosts\": [", "begins as JSON but is not", "Ctrl-C");
        assertRefused("{\"a\": 1}", "not of iostat -o JSON");
        assertRefused(
                BANNER + (extended("sda", "1") + extended("sdb", "2")).repeat(2), "several devices", "--device", "sdb");
    }

    @Test
    void shouldNameTheDevicesIfTheOneWantedIsNotThere() {
        String log = BANNER + extended("sda", "1").repeat(2);
        assertThatThrownBy(() -> IostatLog.read("the log", log).rates(List.of("sdx"), 0))
                .hasMessage("There is no device sdx in the log; it has sda");
    }
}
