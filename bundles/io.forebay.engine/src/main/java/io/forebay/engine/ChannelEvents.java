/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelEvent;
import io.forebay.api.state.ChannelState;

/** Is told of what happens to channels, on their loops. */
interface ChannelEvents {

    /** A channel changed its state, or the reason for it. */
    void onTransition(Channel channel, ChannelState from, ChannelState to, ChannelEvent event);

    /** Something an operator should read, as a sentence. */
    void onSentence(String relay, String sentence);
}
