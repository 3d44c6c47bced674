/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.util.ArrayList;
import java.util.List;

/** Writes down what plug-ins are blamed for. */
final class RecordingJudge implements PlugInJudge {

    final List<String> misdeeds = new ArrayList<>();
    final List<String> suspicions = new ArrayList<>();

    @Override
    public void onMisbehaviour(PlugIn<?> plugIn, String what) {
        misdeeds.add(plugIn + " " + what);
    }

    @Override
    public void onSuspicion(PlugIn<?> plugIn, String what) {
        suspicions.add(plugIn + " " + what);
    }
}
