/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.ChannelStatus;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Statuses of channels, each taken on its own loop, within a second in all. One thread. */
final class Snapshots {

    private final long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);

    List<ChannelStatus> of(Collection<Channel> channels) {
        List<CompletableFuture<ChannelStatus>> all = channels.stream()
                .sorted((a, b) -> Long.compare(a.id(), b.id()))
                .map(channel -> channel.loop().inLoop()
                        ? CompletableFuture.completedFuture(channel.status())
                        : CompletableFuture.supplyAsync(channel::status, channel.loop()))
                .toList();
        return all.stream().map(this::await).filter(Objects::nonNull).toList();
    }

    private ChannelStatus await(CompletableFuture<ChannelStatus> one) {
        try {
            return one.get(Math.max(0, endNs - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException("status of a channel failed", e.getCause());
        }
    }
}
