/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which bytes are written. */
final class ContentOptions {
    private static final double RATIO_MAX = 500;

    @Option(
            names = "--data",
            paramLabel = "KIND",
            description = "zero, sequential, random, mix or file (default: mix, or file if there is a --file)")
    private DataKind kind;

    @Option(names = "--seed", description = "of random and mix (default: 1)")
    private Long seed;

    @Option(names = "--ratio", description = "what mix compresses to, about (default: 3)")
    private Double ratio;

    @Option(names = "--file", description = "the file that is written, again and again")
    private Path file;

    boolean isGiven() {
        return kind != null || seed != null || ratio != null || file != null;
    }

    /** @throws IllegalArgumentException if they do not go together, with a sentence */
    ContentPlan plan() {
        DataKind chosen = kind != null ? kind : file != null ? DataKind.FILE : DataKind.MIX;
        require((chosen == DataKind.FILE) == (file != null), "--file and --data file go together");
        require(ratio == null || chosen == DataKind.MIX, "--ratio is of --data mix only");
        double wanted = ratio == null ? 3 : ratio;
        require(wanted >= 1 && wanted <= RATIO_MAX, "--ratio must lie between 1 and 500, but is " + wanted);
        return new ContentPlan(chosen, seed == null ? 1 : seed, wanted, file);
    }

    static void require(boolean good, String sentence) {
        if (!good) {
            throw new IllegalArgumentException(sentence);
        }
    }
}
