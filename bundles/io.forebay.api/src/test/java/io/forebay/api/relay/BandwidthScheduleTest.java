/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.api.relay.BandwidthSchedule.Change;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BandwidthScheduleTest {

    private static final long M = 1 << 20;
    private static final ZoneId OSLO = ZoneId.of("Europe/Oslo");

    private static Instant at(String local, ZoneId zone) {
        return LocalDateTime.parse(local).atZone(zone).toInstant();
    }

    private static long rate(String schedule, String local) {
        return BandwidthSchedule.parse(schedule).bytesPerS(at(local, ZoneOffset.UTC), ZoneOffset.UTC);
    }

    /** 2026-11-20 is a Friday. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            08:00-18:00 10M, otherwise 100M                   | 2026-11-20T07:59:59 | 100
            08:00-18:00 10M, otherwise 100M                   | 2026-11-20T08:00:00 | 10
            08:00-18:00 10M, otherwise 100M                   | 2026-11-20T17:59:59 | 10
            08:00-18:00 10M, otherwise 100M                   | 2026-11-20T18:00:00 | 100
            08:00-18:00 10M                                   | 2026-11-20T18:00:00 | 0
            08:00-12:00 1M, 13:00-18:00 2M, otherwise 3M      | 2026-11-20T12:30:00 | 3
            08:00-12:00 1M, 13:00-18:00 2M, otherwise 3M      | 2026-11-20T13:30:00 | 2
            08:00-12:00 1M 10:00-18:00 2M otherwise 3M        | 2026-11-20T11:00:00 | 1
            22:00-06:00 none, otherwise 5M                    | 2026-11-20T23:00:00 | 0
            22:00-06:00 7M, otherwise 5M                      | 2026-11-20T05:59:59 | 7
            22:00-06:00 7M, otherwise 5M                      | 2026-11-20T06:00:00 | 5
            fri 22:00-06:00 7M, otherwise 5M                  | 2026-11-20T23:00:00 | 7
            fri 22:00-06:00 7M, otherwise 5M                  | 2026-11-21T05:00:00 | 7
            fri 22:00-06:00 7M, otherwise 5M                  | 2026-11-20T05:00:00 | 5
            mon-fri 08:00-18:00 10M, otherwise 100M           | 2026-11-21T12:00:00 | 100
            sat,sun 00:00-24:00 9M, mon-fri 08:00-18:00 1M    | 2026-11-22T23:59:59 | 9
            fri-mon 12:00-13:00 9M, otherwise 1M              | 2026-11-22T12:30:00 | 9
            fri-mon 12:00-13:00 9M, otherwise 1M              | 2026-11-24T12:30:00 | 1
            Mon-Fri 08 : 00-18 : 00 10M otherwise 100M        | 2026-11-20T12:00:00 | 10
            mon-fri,08:00-18:00,10M,otherwise,100M            | 2026-11-20T12:00:00 | 10
            00:00-24:00 4M, otherwise 1M                      | 2026-11-20T00:00:00 | 4
            12M                                               | 2026-11-20T00:00:00 | 12
            0                                                 | 2026-11-20T00:00:00 | 0
            none                                              | 2026-11-20T00:00:00 | 0""")
    void shouldHaveTheRateOfTheMoment(String schedule, String local, long mebibytes) {
        assertThat(rate(schedule, local)).isEqualTo(mebibytes * M);
        String again = BandwidthSchedule.parse(schedule).toString();
        assertThat(rate(again, local)).as(again).isEqualTo(mebibytes * M);
        assertThat(rate(BandwidthSchedule.oneWord(again), local)).isEqualTo(mebibytes * M);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            08:00-18:00 10M, otherwise 100M         | 2026-11-20T07:00:00 | 2026-11-20T08:00:00 | 10
            08:00-18:00 10M, otherwise 100M         | 2026-11-20T08:00:00 | 2026-11-20T18:00:00 | 100
            mon-fri 08:00-18:00 10M, otherwise 100M | 2026-11-20T18:00:00 | 2026-11-23T08:00:00 | 10
            mon 08:00-09:00 10M, otherwise 1M       | 2026-11-23T09:00:00 | 2026-11-30T08:00:00 | 10
            08:00-12:00 1M, 12:00-18:00 1M          | 2026-11-20T08:00:00 | 2026-11-20T18:00:00 | 0
            22:00-06:00 7M, otherwise 5M            | 2026-11-20T23:00:00 | 2026-11-21T06:00:00 | 5""")
    void shouldTellItsNextChange(String schedule, String local, String next, long mebibytes) {
        assertThat(BandwidthSchedule.parse(schedule).next(at(local, OSLO), OSLO))
                .contains(new Change(LocalDateTime.parse(next).atZone(OSLO), mebibytes * M));
    }

    @Test
    void shouldNeverChangeWithoutWindows() {
        assertThat(BandwidthSchedule.always(7).next(Instant.EPOCH, OSLO)).isEmpty();
        assertThat(BandwidthSchedule.parse("00:00-24:00 1M, otherwise 2M").next(Instant.EPOCH, OSLO))
                .isEmpty();
    }

    @Test
    void shouldFollowTheClocksWhenTheyAreChangedToDaylightSavingTimeAndBack() {
        BandwidthSchedule night = BandwidthSchedule.parse("02:15-02:45 1M, otherwise 9M");
        // 2026-03-29: no 02:00 to 03:00; 2026-10-25: twice
        assertThat(night.next(at("2026-03-29T00:00:00", OSLO), OSLO))
                .hasValueSatisfying(
                        change -> assertThat(change.at().toLocalDate()).isEqualTo("2026-03-30"));
        Instant first = at("2026-10-25T00:00:00", OSLO);
        String changes = "";
        Instant now = first;
        for (int i = 0; i < 4; i++) {
            Change change = night.next(now, OSLO).orElseThrow();
            changes += change.at().toLocalTime() + " ";
            now = change.at().toInstant();
        }
        assertThat(changes).isEqualTo("02:15 02:45 02:15 02:45 ");
        assertThat(now).isBefore(at("2026-10-25T03:00:00", OSLO));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            08:00-18:00 10M, otherwise 100M             | 08:00-18:00 10M, otherwise 100M
            sun,mon 08:00-24:00 1500, wed 01:00-02:00 0 | mon sun 08:00-24:00 1500, wed 01:00-02:00 none, otherwise none
            mon-sun 08:00-18:00 1G otherwise 2G         | 08:00-18:00 1G, otherwise 2G
            10240k                                      | 10M""")
    void shouldWriteItselfAsItIsRead(String text, String written) {
        BandwidthSchedule schedule = BandwidthSchedule.parse(text);
        assertThat(schedule).hasToString(written);
        assertThat(BandwidthSchedule.parse(written)).isEqualTo(schedule);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            10Mbit                          | has "10mbit", which is no rate: write bytes per second
            08:00-25:00 10M                 | has 25:00, which is no time of day: write 00:00 to 23:59
            24:00-08:00 10M                 | has 24:00, which is no time of day
            08:00-18:00                     | has no rate after 08:00-18:00: write
            08:00-18:00 10M otherwise       | has no rate after otherwise: write
            08:00-18:00 10M otherwise 1M 2M | goes on after otherwise, which comes last: write
            mon-fri                         | has "mon-fri", which is no rate
            mon-fri 10M                     | has a word that does not belong there, "10m": write
            08:00-18:00 10M mon             | names days without a window: write
            otherwise 10M                   | has a word that does not belong there, "otherwise": write
            08:00-18:00 10M 20M             | has a word that does not belong there, "20m": write""")
    void shouldSayWhatIsWrongAndWhatToWrite(String text, String message) {
        assertThatThrownBy(() -> BandwidthSchedule.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void shouldRefuseNothingAtAll() {
        assertThatThrownBy(() -> BandwidthSchedule.parse(" , ")).isInstanceOf(IllegalArgumentException.class);
    }
}
