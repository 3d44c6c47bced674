/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static io.forebay.api.state.ChannelRole.ACCEPTOR;
import static io.forebay.api.state.ChannelRole.CONNECTOR;
import static io.forebay.api.state.ChannelState.*;
import static io.forebay.api.state.ChannelType.DATA;
import static io.forebay.api.state.ChannelType.META;
import static io.forebay.api.state.ChannelType.UNDEFINED;
import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.state.ChannelEvent;
import io.forebay.api.state.ChannelEvent.*;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.api.state.Transition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

class EventLogTest {

    private static final String REFUSED = "Connection refused";
    private static final String TIMED_OUT = "no answer to the hello within 5 s";

    private final RecordingLogger logger = new RecordingLogger();
    private final EventLog log = new EventLog(logger);

    @Test
    void shouldWriteATransitionAsOneLineOfKeysAndValues() {
        log.onTransition(transition(7, ACCEPTOR, DATA, ESTABLISHING, ESTABLISHED, new Established("far DRBD reached")));
        log.onTransition(transition(7, ACCEPTOR, DATA, ESTABLISHED, RESUMING, new BridgeLost("silent for 10.0 s")));

        assertThat(logger.lines)
                .containsExactly(
                        "INFO relay=r0 channel=7 role=acceptor type=data from=establishing to=established event=Established"
                                + " reason=\"far DRBD reached\"",
                        "WARN relay=r0 channel=7 role=acceptor type=data from=established to=resuming event=BridgeLost"
                                + " reason=\"silent for 10.0 s\"");
    }

    @Test
    void shouldLogASessionWhenItIsEstablishedAndNotBefore() {
        up(7, ACCEPTOR);
        logger.lines.clear();
        log.onTransition(transition(7, ACCEPTOR, DATA, CONNECTED, ESTABLISHING, new TypeKnown(DATA, "the peer dials")));
        assertThat(logger.news()).isEmpty();
        log.onTransition(transition(7, ACCEPTOR, DATA, ESTABLISHING, ESTABLISHED, new Established("far DRBD reached")));
        assertThat(logger.news()).hasSize(1);
    }

    @Test
    void shouldKeepWhatAPeerSaysWithinItsValue() {
        String forged = "no\" to=established\nrelay=r1 {}";
        log.onTransition(
                new Transition("site b=1", 1, CONNECTOR, DATA, ESTABLISHED, STOPPING, new Stop(forged), Instant.EPOCH));

        assertThat(logger.lines)
                .containsExactly(
                        "INFO relay=\"site b=1\" channel=1 role=connector type=data from=established to=stopping"
                                + " event=Stop reason=\"no' to=established?relay=r1 {}\"");
    }

    @Test
    void shouldLogARepeatedFaultOnceUntilItIsAnother() {
        fail(1, REFUSED);
        fail(1, REFUSED);
        fail(1, REFUSED);
        fail(1, TIMED_OUT);
        fail(1, TIMED_OUT);
        fail(1, REFUSED);

        assertThat(logger.news())
                .containsExactly(failed(1, REFUSED, 1), failed(1, TIMED_OUT, 4), failed(1, REFUSED, 6));
    }

    @Test
    void shouldLogAFaultOnceForAllChannelsThatMeetIt() {
        fail(1, REFUSED);
        fail(2, REFUSED);
        fail(1, TIMED_OUT);
        fail(2, REFUSED);
        fail(1, TIMED_OUT);
        fail(2, TIMED_OUT);

        assertThat(logger.news()).containsExactly(failed(1, REFUSED, 1), failed(1, TIMED_OUT, 2));
    }

    @Test
    void shouldSayHowOftenItFailedWhenTheFaultIsOver() {
        fail(1, REFUSED);
        fail(2, REFUSED);
        fail(1, REFUSED);
        up(1, CONNECTOR);
        up(2, CONNECTOR);
        up(3, CONNECTOR);

        assertThat(logger.news())
                .containsExactly(failed(1, REFUSED, 1), stands(1) + " failures=2", stands(2) + " failures=1");
    }

    @Test
    void shouldLogAFaultAgainAfterItWasOver() {
        fail(1, REFUSED);
        up(1, CONNECTOR);
        log.onTransition(transition(1, CONNECTOR, UNDEFINED, CONNECTING, BRIDGING, new BridgeLost("silent")));
        fail(1, REFUSED);

        assertThat(logger.news())
                .containsExactly(
                        failed(1, REFUSED, 1),
                        stands(1) + " failures=1",
                        "WARN relay=r0 channel=1 role=connector type=undefined from=connecting to=bridging"
                                + " event=BridgeLost reason=\"silent\"",
                        failed(1, REFUSED, 1));
    }

    @Test
    void shouldNotTakeABridgeThatThePeerDialledForTheEndOfAFault() {
        fail(1, REFUSED);
        up(2, ACCEPTOR);
        fail(1, REFUSED);
        up(3, CONNECTOR);

        assertThat(logger.news())
                .containsExactly(
                        failed(1, REFUSED, 1),
                        "INFO relay=r0 channel=2 role=acceptor type=undefined from=bridging to=bridged event=BridgeUp"
                                + " reason=\"with bravo\"",
                        stands(3));
    }

    @Test
    void shouldTellFaultsOfRelaysApart() {
        fail(1, REFUSED);
        log.onTransition(new Transition(
                "r1", 2, CONNECTOR, UNDEFINED, BRIDGING, BRIDGING, new BridgeFailed(REFUSED), Instant.EPOCH));

        assertThat(logger.news())
                .containsExactly(failed(1, REFUSED, 1), failed(2, REFUSED, 1).replace("relay=r0", "relay=r1"));
    }

    @Test
    void shouldLogOfStandbysOnlyTheFirstBridgeAndTheLast() {
        for (long channel = 1; channel <= 2; channel++) {
            log.onTransition(transition(
                    channel, CONNECTOR, UNDEFINED, ALLOCATING, BRIDGING, new MemoryObtained("dialling bravo")));
            up(channel, CONNECTOR);
            log.onTransition(transition(channel, CONNECTOR, UNDEFINED, BRIDGED, CONNECTING, new Ready("awaiting")));
        }
        log.onTransition(transition(1, CONNECTOR, UNDEFINED, CONNECTING, STOPPING, new Stop("taken down")));
        log.onTransition(transition(1, CONNECTOR, UNDEFINED, STOPPING, STOPPED, new Closed("")));
        log.onTransition(transition(2, CONNECTOR, UNDEFINED, CONNECTING, STOPPING, new Stop("taken down")));
        log.onTransition(transition(2, CONNECTOR, UNDEFINED, STOPPING, STOPPED, new Closed("")));

        assertThat(logger.news())
                .containsExactly(
                        stands(1),
                        "INFO relay=r0 channel=2 role=connector type=undefined from=connecting to=stopping event=Stop"
                                + " reason=\"taken down\"");
        assertThat(logger.lines).as("every transition, at debug").hasSize(10);
    }

    @Test
    void shouldLogARepeatedFaultOnceWhileSessionsResume() {
        log.onTransition(transition(1, ACCEPTOR, DATA, ESTABLISHED, RESUMING, new BridgeLost("reset")));
        log.onTransition(transition(2, ACCEPTOR, META, ESTABLISHED, RESUMING, new BridgeLost("reset")));
        log.onTransition(transition(1, ACCEPTOR, DATA, RESUMING, RESUMING, new BridgeFailed(REFUSED)));
        log.onTransition(transition(2, ACCEPTOR, META, RESUMING, RESUMING, new BridgeFailed(REFUSED)));
        log.onTransition(transition(1, ACCEPTOR, DATA, RESUMING, RESUMING, new BridgeFailed(REFUSED)));
        log.onTransition(transition(1, ACCEPTOR, DATA, RESUMING, ESTABLISHED, new Resumed("")));
        log.onTransition(transition(2, ACCEPTOR, META, RESUMING, STOPPING, new Closing(0, "resume-timeout")));

        assertThat(logger.news())
                .extracting(line -> line.replaceFirst(" role.* event=", " "))
                .containsExactly(
                        "WARN relay=r0 channel=1 BridgeLost reason=\"reset\"",
                        "WARN relay=r0 channel=2 BridgeLost reason=\"reset\"",
                        "WARN relay=r0 channel=1 BridgeFailed reason=\"Connection refused\" failures=1",
                        "INFO relay=r0 channel=1 Resumed reason=\"\" failures=2",
                        "INFO relay=r0 channel=2 Closing reason=\"resume-timeout\" failures=1");
    }

    @Test
    void shouldForgetTheFaultsOfARelayThatIsTakenDown() {
        fail(1, REFUSED);
        log.onTransition(transition(1, CONNECTOR, UNDEFINED, BRIDGING, STOPPING, new Stop("taken down")));
        log.onTransition(transition(1, CONNECTOR, UNDEFINED, STOPPING, STOPPED, new Closed("")));
        fail(2, REFUSED);

        assertThat(logger.news())
                .containsExactly(
                        failed(1, REFUSED, 1),
                        "INFO relay=r0 channel=1 role=connector type=undefined from=bridging to=stopping event=Stop"
                                + " reason=\"taken down\" failures=1",
                        failed(2, REFUSED, 1));
    }

    @Test
    void shouldSayASentenceOnceUntilItIsAnotherOrTheRelayWorksAgain() {
        log.onSentence("r0", "no bridge");
        log.onSentence("r0", "no bridge");
        log.onSentence("r1", "no bridge");
        log.onSentence("r0", "not DRBD");
        log.onTransition(transition(1, CONNECTOR, DATA, ESTABLISHING, ESTABLISHED, new Established("")));
        log.onSentence("r0", "not DRBD");

        assertThat(logger.news())
                .filteredOn(line -> line.startsWith("WARN"))
                .containsExactly("WARN r0: no bridge", "WARN r1: no bridge", "WARN r0: not DRBD", "WARN r0: not DRBD");
    }

    @Test
    void shouldSayNewsAsInfoAndWhatWasWrongBeforeAgainWhenItComesBack() {
        log.onSentence("r0", "no codec");
        log.onSentence("r1", "no codec");
        log.onNews("r0", "codec is used as configured again");
        log.onSentence("r0", "no codec");
        log.onSentence("r1", "no codec");

        assertThat(logger.news())
                .containsExactly(
                        "WARN r0: no codec",
                        "WARN r1: no codec",
                        "INFO r0: codec is used as configured again",
                        "WARN r0: no codec");
    }

    @Test
    void shouldTellEveryListenerThoughAnotherFails() {
        List<Transition> told = new ArrayList<>();
        log.add(transition -> {
            throw new IllegalStateException("broken");
        });
        log.add(told::add);
        fail(1, REFUSED);
        fail(1, REFUSED);

        assertThat(told).as("repetitions too").hasSize(2);
        assertThat(logger.news())
                .filteredOn(line -> line.startsWith("ERROR A listener to transitions failed"))
                .hasSize(2);
    }

    private void fail(long channel, String reason) {
        log.onTransition(transition(channel, CONNECTOR, UNDEFINED, BRIDGING, BRIDGING, new BridgeFailed(reason)));
    }

    private void up(long channel, ChannelRole role) {
        log.onTransition(transition(channel, role, UNDEFINED, BRIDGING, BRIDGED, new BridgeUp("with bravo")));
    }

    private static String failed(long channel, String reason, int failures) {
        return ("WARN relay=r0 channel=%d role=connector type=undefined from=bridging to=bridging event=BridgeFailed"
                        + " reason=\"%s\" failures=%d")
                .formatted(channel, reason, failures);
    }

    private static String stands(long channel) {
        return "INFO relay=r0 channel=%d role=connector type=undefined from=bridging to=bridged event=BridgeUp reason=\"with bravo\""
                .formatted(channel);
    }

    private static Transition transition(
            long channel, ChannelRole role, ChannelType type, ChannelState from, ChannelState to, ChannelEvent event) {
        return new Transition("r0", channel, role, type, from, to, event, Instant.EPOCH);
    }

    /** Remembers what is logged, level first. */
    private static final class RecordingLogger extends LegacyAbstractLogger {
        private static final long serialVersionUID = 1L;

        private final transient List<String> lines = new ArrayList<>();

        /** What an operator reads who did not ask for more. */
        List<String> news() {
            return lines.stream().filter(line -> !line.startsWith("DEBUG")).toList();
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level, Marker marker, String message, Object[] arguments, Throwable thrown) {
            lines.add(level + " " + MessageFormatter.basicArrayFormat(message, arguments));
        }

        @Override
        protected String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        public boolean isTraceEnabled() {
            return true;
        }

        @Override
        public boolean isDebugEnabled() {
            return true;
        }

        @Override
        public boolean isInfoEnabled() {
            return true;
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }
    }
}
