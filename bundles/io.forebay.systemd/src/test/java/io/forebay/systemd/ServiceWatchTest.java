/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.systemd;

import static io.forebay.systemd.StubForebay.relay;
import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.Leg;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceWatchTest {
    private static final long WATCHDOG_NS = TimeUnit.MILLISECONDS.toNanos(40);
    private static final String NO_RELAY = "STATUS=no relay is configured";

    /** More looks than a sign of life may be late by. */
    private static final int MANY_LOOKS = 10;

    @TempDir
    Path folder;

    private final StubForebay forebay = new StubForebay();
    private String address;
    private NotifyReceiver supervisor;
    private ServiceWatch watch;

    @BeforeEach
    void listen() {
        address = folder.resolve("notify").toString();
        supervisor = new NotifyReceiver(address);
    }

    @AfterEach
    void stop() {
        if (watch != null) {
            watch.close(false);
        }
        supervisor.close();
    }

    private void start(long watchdogNs) {
        watch = ServiceWatch.start(new SupervisorRequest(address, watchdogNs), forebay.relays(), forebay);
    }

    /** A datagram that comes after all that was sent before; the kernel keeps their order. */
    private String fence(String name) {
        forebay.show(relay(name, "", Optional.empty()), relay("x", name, Optional.empty()));
        return "STATUS=2 relays: 1 established, 1 broken: x " + name;
    }

    @Test
    void shouldTellThatForebayIsReadyAndHowItFares() throws InterruptedException {
        start(0);
        assertThat(supervisor.upTo("READY=1")).containsExactly(NO_RELAY, "READY=1");
    }

    @Test
    void shouldReachAnAbstractSocket() throws InterruptedException {
        address = "\0forebay-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        try (NotifyReceiver abstractOne = new NotifyReceiver(address)) {
            start(0);
            assertThat(abstractOne.upTo("READY=1")).containsExactly(NO_RELAY, "READY=1");
        }
    }

    @Test
    void shouldTellTheStatusWhenItHasChangedOnly() throws InterruptedException {
        start(WATCHDOG_NS);
        supervisor.upTo("READY=1");
        forebay.awaitLooks(MANY_LOOKS);
        forebay.show(relay("r3", "", Optional.of(Leg.OUTSIDE_TO_PEER)));
        assertThat(supervisor.upTo("STATUS=1 relay: 0 established, 1 broken: r3 the peer cannot be reached"))
                .doesNotContain(NO_RELAY);
        forebay.show();
        assertThat(supervisor.upTo(NO_RELAY)).containsOnlyOnce(NO_RELAY);
    }

    @Test
    void shouldGiveSignsOfLifeAgainAndAgain() throws InterruptedException {
        start(WATCHDOG_NS);
        supervisor.upTo("READY=1");
        for (int i = 0; i < MANY_LOOKS; i++) {
            supervisor.upTo("WATCHDOG=1");
        }
    }

    @Test
    void shouldGiveNoSignOfLifeIfNoneIsWanted() throws InterruptedException {
        start(0);
        supervisor.upTo("READY=1");
        assertThat(supervisor.upTo(fence("a"))).doesNotContain("WATCHDOG=1");
    }

    @Test
    void shouldNotBeReadyBeforeEveryLoopHasAnswered() throws InterruptedException {
        forebay.hang(true);
        start(WATCHDOG_NS);
        forebay.awaitLooks(MANY_LOOKS);
        assertThat(supervisor.upTo(fence("a"))).doesNotContain("READY=1", "WATCHDOG=1");
        forebay.hang(false);
        supervisor.upTo("READY=1");
        supervisor.upTo("WATCHDOG=1");
    }

    @Test
    void shouldWithholdTheSignOfLifeWhileALoopHangs() throws InterruptedException {
        start(WATCHDOG_NS);
        supervisor.upTo("WATCHDOG=1");
        forebay.hang(true);
        forebay.awaitLooks(3); // the answer to the last question may have been given
        supervisor.upTo(fence("a"));
        forebay.awaitLooks(MANY_LOOKS);
        String fence = fence("b");
        assertThat(supervisor.upTo(fence)).containsExactly(fence);
        forebay.hang(false);
        supervisor.upTo("WATCHDOG=1");
    }

    @Test
    void shouldWithholdTheSignOfLifeWhileRelaysDoNotTellTheirStatus() throws InterruptedException {
        start(WATCHDOG_NS);
        supervisor.upTo("WATCHDOG=1");
        forebay.silence(true);
        forebay.awaitLooks(2);
        supervisor.rest();
        forebay.awaitLooks(MANY_LOOKS);
        String fence = fence("a");
        forebay.silence(false);
        // Of the looks during the silence at most the datagram that was on its way when rest() looked.
        assertThat(supervisor.upTo(fence).stream().filter("WATCHDOG=1"::equals).count())
                .isLessThanOrEqualTo(1);
        supervisor.upTo("WATCHDOG=1");
    }

    @Test
    void shouldSayFarewellLast() throws InterruptedException {
        start(WATCHDOG_NS);
        supervisor.upTo("WATCHDOG=1");
        watch.close(true);
        watch = null;
        supervisor.upTo("STOPPING=1\nSTATUS=stopping");
        assertThat(supervisor.rest()).isEmpty();
    }

    @Test
    void shouldSayNothingWhenOnlyThisBundleEnds() throws InterruptedException {
        start(WATCHDOG_NS);
        supervisor.upTo("WATCHDOG=1");
        watch.close(false);
        watch = null;
        // Another Forebay's datagram comes after all of the first one's.
        start(0);
        assertThat(supervisor.upTo("READY=1")).noneMatch(text -> text.contains("STOPPING"));
    }

    @Test
    void shouldGoOnWithoutASupervisor() throws InterruptedException {
        supervisor.close();
        start(WATCHDOG_NS);
        forebay.awaitLooks(MANY_LOOKS);
    }
}
