/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

/** A plug-in did what its contract forbids. The message is a clause that goes on after its name. */
final class PlugInFault extends Exception {

    private static final long serialVersionUID = 1;

    PlugInFault(String clause) {
        super(clause);
    }

    /** It threw what it must not; what it threw is not kept, because its class would keep the plug-in's bundle. */
    static PlugInFault thrown(Throwable thrown, String call) {
        return new PlugInFault("threw %s in %s".formatted(words(thrown), call));
    }

    private static String words(Throwable thrown) {
        String type = thrown.getClass().getName();
        try {
            String message = thrown.getMessage();
            return message == null ? type : type + ": " + message;
        } catch (Throwable again) {
            return type; // its message is a plug-in's own code, too
        }
    }
}
