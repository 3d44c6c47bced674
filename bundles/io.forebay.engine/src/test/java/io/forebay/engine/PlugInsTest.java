/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class PlugInsTest {

    private final PlugIns<String> codecs =
            new PlugIns<>("codec", filter -> properties -> filter.equals(properties.get("filter")));
    private long nextId;

    private void add(String name, String bundle, int ranking) {
        codecs.add(new PlugIn<>(bundle, name, bundle, nextId++, ranking, Map.of("filter", "(never)")));
    }

    @Test
    void shouldSayWhatThereIsWhenTheNameIsMissingAndWhereToLookWhenTheBundleIsNot() {
        assertThat(codecs.noneOf("snap", ""))
                .isEqualTo(
                        "there is no codec snap: use another when one is there, or install its bundle; if lb -s shows"
                                + " that bundle, scr:list and scr:info say why it brings none");
        add("zlib", "io.forebay.codec.deflate 0.1.0", 0);
        add("lz4", "io.forebay.codec.lz4 0.1.0", 0);
        assertThat(codecs.noneOf("snap", "(any)"))
                .startsWith("there is no codec snap: use one of lz4, zlib, or install");
    }

    @Test
    void shouldSayWhichBundlesAFilterRefuses() {
        add("snap", "com.example.snap 1.0.0", 0);
        add("snap", "com.example.snap 1.2.0", 5);
        add("lz4", "io.forebay.codec.lz4 0.1.0", 0);
        assertThat(codecs.noneOf("snap", "(bundle.version>=2)"))
                .isEqualTo("there is no codec snap that matches (bundle.version>=2): write a filter for one of"
                        + " com.example.snap 1.2.0, com.example.snap 1.0.0, or install a bundle that it matches");
    }
}
