/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

/** Is told when a plug-in does what its contract forbids. Any thread; never blocks. */
interface PlugInJudge {

    /**
     * A plug-in misbehaved: it is not used any more where that was seen.
     *
     * @param what it did, a clause that goes on after its name, such as {@code threw java.lang.Error: gone}
     */
    void onMisbehaviour(PlugIn<?> plugIn, String what);

    /**
     * A plug-in did what it may not be to blame for, such as to take too long on a busy machine; when that happens again and
     * again, it misbehaves.
     *
     * @param what it did, as above
     */
    void onSuspicion(PlugIn<?> plugIn, String what);
}
