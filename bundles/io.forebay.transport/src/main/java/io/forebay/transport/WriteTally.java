/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import java.util.Arrays;

/**
 * The promise of every write of one connection. It is never done itself: Netty completes writes in their order, so a ring
 * of sizes tells how many bytes each completion stands for, and no promise is made per write. On the loop.
 */
final class WriteTally extends DefaultChannelPromise {

    private final Runnable onCompletion;
    private int[] sizes = new int[64];
    private int first;
    private int count;
    private long writtenBytes;
    private Throwable failure;

    WriteTally(Channel channel, Runnable onCompletion) {
        super(channel);
        this.onCompletion = onCompletion;
    }

    void add(int bytes) {
        if (count == sizes.length) {
            int[] grown = Arrays.copyOfRange(sizes, first, first + 2 * count);
            System.arraycopy(sizes, 0, grown, count - first, first);
            sizes = grown;
            first = 0;
        }
        sizes[(first + count) & (sizes.length - 1)] = bytes;
        count++;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** The bytes that were written since this was last asked. */
    long takeWrittenBytes() {
        long taken = writtenBytes;
        writtenBytes = 0;
        return taken;
    }

    /** Why a write failed first; {@code null} if none did. */
    Throwable failure() {
        return failure;
    }

    private int removeFirst() {
        int bytes = sizes[first];
        first = (first + 1) & (sizes.length - 1);
        count--;
        return bytes;
    }

    @Override
    public boolean trySuccess() {
        return trySuccess(null);
    }

    @Override
    public boolean trySuccess(Void result) {
        writtenBytes += removeFirst();
        onCompletion.run();
        return true;
    }

    @Override
    public ChannelPromise setSuccess() {
        trySuccess(null);
        return this;
    }

    @Override
    public ChannelPromise setSuccess(Void result) {
        trySuccess(null);
        return this;
    }

    @Override
    public boolean tryFailure(Throwable cause) {
        removeFirst();
        if (failure == null) {
            failure = cause;
        }
        return true;
    }

    @Override
    public ChannelPromise setFailure(Throwable cause) {
        tryFailure(cause);
        return this;
    }

    @Override
    public boolean setUncancellable() {
        return true;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return false;
    }
}
