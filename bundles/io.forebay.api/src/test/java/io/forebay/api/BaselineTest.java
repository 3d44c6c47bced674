/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.differ.Baseline;
import aQute.bnd.differ.DiffPluginImpl;
import aQute.bnd.osgi.Instructions;
import aQute.bnd.osgi.Jar;
import aQute.bnd.osgi.Processor;
import aQute.bnd.service.diff.Delta;
import aQute.bnd.service.diff.Diff;
import java.io.File;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The exported packages against those of the baseline, by the rules of semantic versioning: what breaks those who implement or
 * call a package needs a new major version of it, what is merely added a new minor one.
 *
 * <p>A test rather than bnd's Maven plugin, because that reads its baseline through the local repository, where a release is
 * never read again once it is there, and nothing is read offline that is not there yet.
 */
class BaselineTest {

    private static final File BASELINE = new File("baseline/io.forebay.api.jar");
    private static final File CLASSES = new File("target/classes");
    private static final Set<Delta> WHOLE = EnumSet.of(Delta.ADDED, Delta.REMOVED);
    private static final Set<Delta> UNCHANGED = EnumSet.of(Delta.UNCHANGED, Delta.IGNORED);

    @Test
    void shouldRaiseTheVersionOfEveryPackageByWhatItsChangesMean() throws Exception {
        List<String> refusals = new ArrayList<>();
        for (Baseline.Info one : compare()) {
            if (one.packageDiff.getDelta() == Delta.REMOVED) {
                refusals.add("%s is gone: bring it back".formatted(one.packageName));
            } else if (one.mismatch) {
                refusals.add("%s is still version %s: raise @Version in its package-info.java to %s, because of%s"
                        .formatted(one.packageName, one.newerVersion, one.suggestedVersion, causes(one.packageDiff)));
            }
        }
        assertThat(refusals)
                .as("packages that changed since %s (README, \"Development\")", BASELINE)
                .isEmpty();
    }

    @Test
    void shouldHaveComparedPackagesThatVendorsImplement() throws Exception {
        assertThat(compare())
                .extracting(one -> one.packageName)
                .contains(
                        "io.forebay.api.bab",
                        "io.forebay.api.codec",
                        "io.forebay.api.state",
                        "io.forebay.api.transport");
    }

    private static Set<Baseline.Info> compare() throws Exception {
        try (Processor messages = new Processor();
                Jar now = new Jar(CLASSES);
                Jar before = new Jar(BASELINE)) {
            return new Baseline(messages, new DiffPluginImpl()).baseline(now, before, new Instructions());
        }
    }

    /** The members that differ, a line each, behind the names of what they are in. */
    private static String causes(Diff diff) {
        StringBuilder lines = new StringBuilder();
        for (Diff child : diff.getChildren()) {
            Delta delta = child.getDelta();
            if (WHOLE.contains(delta)) {
                lines.append("\n  %s %s %s".formatted(delta, child.getType(), child.getName()));
            } else if (!UNCHANGED.contains(delta)) {
                lines.append(causes(child).replace("\n  ", "\n  " + simpleName(child) + ": "));
            }
        }
        return lines.toString();
    }

    private static String simpleName(Diff diff) {
        return diff.getName().substring(diff.getName().lastIndexOf('.') + 1);
    }
}
