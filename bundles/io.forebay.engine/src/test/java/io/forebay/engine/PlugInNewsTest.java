/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.state.Transition;
import io.forebay.testkit.HandDrivenLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlugInNewsTest {

    private static final PlugIn<String> OWN = plugIn("own 1.0");
    private static final PlugIn<String> OTHER = plugIn("other 2.0");
    private static final long SETTLED_NS = PlugInNews.SETTLED_NS;

    private final HandDrivenLoop loop = new HandDrivenLoop();
    private final List<String> lines = new ArrayList<>();
    private final PlugInNews news = new PlugInNews("r0", "codec", loop, new ChannelEvents() {
        @Override
        public void onSentence(String relay, String sentence) {
            lines.add("WARN %s: %s".formatted(relay, sentence));
        }

        @Override
        public void onNews(String relay, String sentence) {
            lines.add("INFO %s: %s".formatted(relay, sentence));
        }

        @Override
        public void onTransition(Transition transition) {
            throw new AssertionError(transition);
        }
    });

    private static PlugIn<String> plugIn(String bundle) {
        return new PlugIn<>("service of " + bundle, "lz4", bundle, 1, 0, Map.of());
    }

    private List<String> told() {
        List<String> all = List.copyOf(lines);
        lines.clear();
        return all;
    }

    @Test
    void shouldWarnOfNothingThatComesAMomentAfterTheStart() {
        news.onChoice(null, "there is none");
        loop.runFor(SETTLED_NS - 1);
        news.onChoice(OWN, "");
        loop.runFor(10 * SETTLED_NS);
        assertThat(told()).containsExactly("INFO r0: codec lz4 (bundle own 1.0) is used");
    }

    @Test
    void shouldWarnOnceOfWhatLastsAndAgainWhenItComesBack() {
        news.onChoice(OWN, "");
        for (int round = 0; round < 3; round++) {
            told();
            news.onChoice(null, "there is none");
            loop.runFor(SETTLED_NS - 1);
            news.onChoice(null, "there is none");
            assertThat(told()).isEmpty();
            loop.runFor(1);
            news.onChoice(null, "there is none");
            loop.runFor(10 * SETTLED_NS);
            assertThat(told()).containsExactly("WARN r0: there is none");
            news.onChoice(OWN, "");
            assertThat(told()).containsExactly("INFO r0: codec lz4 (bundle own 1.0) is used as configured again");
        }
    }

    @Test
    void shouldSayWhatAProblemThatWasToldHasBecome() {
        news.onChoice(null, "there is none");
        loop.runFor(SETTLED_NS / 2);
        news.onChoice(null, "there is none, but others");
        loop.runFor(SETTLED_NS / 2);
        news.onChoice(OTHER, "there is none, other is used");
        assertThat(told())
                .containsExactly(
                        "WARN r0: there is none, but others",
                        "WARN r0: there is none, other is used",
                        "INFO r0: codec lz4 (bundle other 2.0) is used");
    }

    @Test
    void shouldCountTheTimeOfEachProblemAnew() {
        news.onChoice(null, "there is none");
        loop.runFor(SETTLED_NS - 2);
        news.onChoice(OWN, "");
        news.onChoice(null, "there is none");
        told();
        loop.runFor(SETTLED_NS - 1);
        assertThat(told()).isEmpty();
        loop.runFor(1);
        assertThat(told()).containsExactly("WARN r0: there is none");
    }

    @Test
    void shouldSayThatABetterOneIsUsedAndNothingOfAChoiceThatIsTheSame() {
        news.onChoice(OWN, "");
        news.onChoice(OTHER, "");
        news.onChoice(OTHER, "");
        news.onChoice(OWN, "");
        assertThat(told())
                .containsExactly(
                        "INFO r0: codec lz4 (bundle own 1.0) is used",
                        "INFO r0: codec lz4 (bundle other 2.0) is used",
                        "INFO r0: codec lz4 (bundle own 1.0) is used");
    }

    @Test
    void shouldSayNothingMoreOnceItIsClosed() {
        news.onChoice(null, "there is none");
        news.close();
        loop.runFor(10 * SETTLED_NS);
        assertThat(told()).isEmpty();
    }
}
