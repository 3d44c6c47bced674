/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.TransitionListener;

/** Is told of what happens to channels, on their loops. */
public interface ChannelEvents extends TransitionListener {

    /** Something an operator should read, as a sentence. */
    void onSentence(String relay, String sentence);

    /** Something has changed as it may, and whatever was wrong before counts as new when it comes again; a sentence. */
    void onNews(String relay, String sentence);
}
