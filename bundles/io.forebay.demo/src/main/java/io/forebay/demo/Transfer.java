/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import io.forebay.tools.drbd.DrbdCommand;
import io.forebay.tools.drbd.LatencyHistogram;
import io.forebay.tools.drbd.StandInPeer;
import io.forebay.tools.drbd.StandInReceiver;
import io.forebay.tools.drbd.StandInSender;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One file from one stand-in to the other, whatever lies between them: both peers in threads of their own, watched by
 * the caller's, which ends them when nothing arrives any more.
 */
final class Transfer implements AutoCloseable {
    /**
     * How long to wait for what.
     *
     * @param connectNs until both nodes have agreed to be connected
     * @param stallNs without a byte written, while some are missing
     * @param graceNs after the sender has stopped at its limit, for what it sent to be delivered
     */
    record Patience(long connectNs, long stallNs, long graceNs) {}

    /** Called by the watching thread every so often; may throw to end the transfer. */
    interface Watch {
        void look(TransferMeter meter) throws IOException;
    }

    /** What came of it; {@code equal} says that both sides are the same bytes. */
    record Outcome(long bytes, String sha256Source, String sha256Target, boolean equal) {}

    private static final long LOOK_MS = 200;
    private static final long END_SECONDS = 10;

    private final StandInPeer.Addresses nodeA;
    private final StandInPeer.Addresses nodeB;
    private final int roundTripMs;
    private final SendLimit limit;
    private final Patience patience;
    private final TransferMeter meter = new TransferMeter();
    private final LatencyHistogram pings = new LatencyHistogram();
    private final ExecutorService threads = Executors.newFixedThreadPool(2, task -> {
        Thread thread = new Thread(task, "drbd-stand-in");
        thread.setDaemon(true);
        return thread;
    });

    Transfer(
            StandInPeer.Addresses nodeA,
            StandInPeer.Addresses nodeB,
            int roundTripMs,
            SendLimit limit,
            Patience patience) {
        this.nodeA = nodeA;
        this.nodeB = nodeB;
        this.roundTripMs = roundTripMs;
        this.limit = limit;
        this.patience = patience;
    }

    TransferMeter meter() {
        return meter;
    }

    LatencyHistogram pings() {
        return pings;
    }

    /** Runs the transfer and compares; once. */
    Outcome run(Path source, Path target, Watch watch) throws IOException, InterruptedException {
        long sourceBytes = Files.size(source);
        StandInPeer peerA = new StandInPeer(nodeA, DrbdCommand.INITIAL_DATA, roundTripMs);
        StandInPeer peerB = new StandInPeer(nodeB, DrbdCommand.INITIAL_META, roundTripMs);
        long sentBytes;
        long deviceBytes = StandInSender.sectorsUp(sourceBytes);
        try (FileSource from = new FileSource(source, limit, meter);
                FileTarget to = new FileTarget(target, meter);
                StandInSender sender = new StandInSender(peerA, from, StandInSender.Writes.DEFAULT, meter, pings);
                StandInReceiver receiver = new StandInReceiver(peerB, to, pings)) {
            Callable<Long> send = () -> sender.run(0, deviceBytes, patience.connectNs);
            Callable<Long> receive = () -> receiver.run(deviceBytes, patience.connectNs, () -> {});
            Future<Long> sending = threads.submit(send);
            Future<Long> receiving = threads.submit(receive);
            watchUntilDone(List.of(sending, receiving), watch);
            sentBytes = result(sending);
            requireAllWritten(StandInSender.sectorsUp(sentBytes), result(receiving));
        }
        return compare(source, target, sentBytes);
    }

    private void watchUntilDone(List<Future<Long>> both, Watch watch) throws IOException, InterruptedException {
        long writtenBytes = 0;
        long progressNs = System.nanoTime();
        long sendingOverNs = 0;
        while (!both.stream().allMatch(Future::isDone)) {
            failIfOneFailed(both);
            awaitOne(both);
            watch.look(meter);
            long nowNs = System.nanoTime();
            if (!meter.isStarted() || meter.writtenBytes() != writtenBytes) {
                writtenBytes = meter.writtenBytes();
                progressNs = nowNs;
            }
            if (meter.isSendingOver() && sendingOverNs == 0) {
                sendingOverNs = nowNs;
            }
            failIfStalled(nowNs - progressNs, sendingOverNs == 0 ? 0 : nowNs - sendingOverNs);
        }
        failIfOneFailed(both);
    }

    /** The other one cannot end well after a failure; if it has failed too, either may be the cause, so both are told. */
    private static void failIfOneFailed(List<Future<Long>> both) throws IOException, InterruptedException {
        IOException first = null;
        for (Future<Long> each : both) {
            try {
                if (each.isDone()) {
                    result(each);
                }
            } catch (IOException e) {
                first = first == null ? e : new IOException(first.getMessage() + "; " + e.getMessage(), first);
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static void awaitOne(List<Future<Long>> both) throws InterruptedException {
        Future<Long> open = both.get(0).isDone() ? both.get(1) : both.get(0);
        try {
            open.get(LOOK_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // looked at by the caller
        }
    }

    private void failIfStalled(long stalledNs, long afterSendingNs) throws IOException {
        if (stalledNs > patience.stallNs) {
            throw new IOException("nothing has arrived at the far side for " + stalledNs / 1_000_000_000
                    + " s; backlogBytes=" + meter.backlogBytes());
        }
        if (limit != SendLimit.NONE && afterSendingNs > patience.graceNs) {
            throw new IOException("what was sent has not arrived within " + afterSendingNs / 1_000_000_000
                    + " s after the sender stopped; backlogBytes=" + meter.backlogBytes());
        }
    }

    private static long result(Future<Long> done) throws IOException, InterruptedException {
        try {
            return done.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        }
    }

    private static void requireAllWritten(long sentBytes, long writtenBytes) throws IOException {
        if (sentBytes != writtenBytes) {
            throw new IOException("bytes are missing: sentBytes=" + sentBytes + ", writtenBytes=" + writtenBytes);
        }
    }

    private static Outcome compare(Path source, Path target, long bytes) throws IOException {
        try (FileChannel file = FileChannel.open(target, StandardOpenOption.WRITE)) {
            file.truncate(bytes); // the last sector's padding is not part of the file
        }
        String sha256Source = sha256(source, bytes);
        String sha256Target = sha256(target, bytes);
        return new Outcome(bytes, sha256Source, sha256Target, sha256Source.equals(sha256Target));
    }

    /** Of the first {@code bytes} of the file, or of all of it if it is shorter. */
    static String sha256(Path file, long bytes) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            byte[] piece = new byte[128 * 1024];
            long left = bytes;
            while (left > 0) {
                int count = in.read(piece, 0, (int) Math.min(piece.length, left));
                if (count < 0) {
                    break;
                }
                left -= count;
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Ends what still runs; idempotent. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            threads.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
