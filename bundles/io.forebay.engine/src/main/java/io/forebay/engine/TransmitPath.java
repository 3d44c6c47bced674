/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.transport.Loop;
import io.forebay.drbd.FrameScanner;
import io.forebay.engine.RelayMemory.Account;
import io.forebay.engine.RelayMemory.Use;
import java.nio.ByteBuffer;
import java.util.stream.Stream;

/**
 * The way of a byte from the local DRBD's socket to the link: looked at by the scanner, compressed if the channel's codec
 * says so, kept in the BAB until it is confirmed. Owned by one loop.
 */
final class TransmitPath {

    private final Account account;
    private final RecordChain chain;
    private final CodecSelector selector;
    private final FrameScanner scanner;
    private final Surroundings surroundings;
    private final Loop loop;
    private final PlugInJudge judge;
    private final Runnable onProgress;
    private final ReadAhead readAhead;
    private CompressionStage stage;
    private boolean compressing;
    private long receivedPosition;
    private long stalls;

    /**
     * With {@code onProgress}, what to do when a block is compressed, or when a closed path is empty, and {@code onDue}, when DRBD is to
     * be read although the line has no room.
     */
    TransmitPath(
            Account account,
            RecordChain chain,
            CodecSelector selector,
            FrameScanner scanner,
            Surroundings surroundings,
            Loop loop,
            PlugInJudge judge,
            Runnable onProgress,
            Runnable onDue) {
        this.account = account;
        this.chain = chain;
        this.selector = selector;
        this.scanner = scanner;
        this.surroundings = surroundings;
        this.loop = loop;
        this.judge = judge;
        this.onProgress = onProgress;
        this.readAhead = new ReadAhead(loop, onDue);
    }

    /**
     * Where to read DRBD's next bytes; {@code null} if the BAB is full, or if enough lies there already.
     *
     * @param recordBytesMax the largest payload that suits what carries it
     */
    ByteBuffer target(int recordBytesMax) {
        if (!readAhead.isDue(chain.unsentWireBytes())) {
            return null;
        }
        ByteBuffer target = compressing() ? stage.target() : chain.intakeTarget(recordBytesMax);
        if (target == null) {
            stalls++;
        }
        return target;
    }

    /** Whether what is read next is compressed: the choice may change while the session lives, order may not. */
    private boolean compressing() {
        boolean raw = selector.choice().isRaw();
        if (stage == null && !raw) {
            stage = new CompressionStage(account, chain, selector, surroundings, loop, judge, onProgress);
        }
        compressing = stage != null && !(raw && stage.isEmpty());
        return compressing;
    }

    /** So many bytes were read into the last target. */
    void onRead(int bytes) {
        receivedPosition += bytes;
        if (compressing) {
            scanner.scan(stage.targetMemory(), stage.targetOffset(), bytes);
            stage.onRead(bytes);
        } else {
            scanner.scan(chain.intakeMemory(), chain.intakeOffset(), bytes);
            chain.commitIntake(bytes);
        }
    }

    /** Puts the first packet, already read, in front of everything, raw; the memory for it is kept back. */
    void putFirst(ByteBuffer packet) {
        int bytes = packet.remaining();
        chain.intakeTarget(bytes).put(packet);
        onRead(bytes);
    }

    /** Compresses and sends what can be. */
    void pump(Carrier carrier) {
        if (stage != null) {
            stage.pump();
        }
        chain.send(carrier);
    }

    void onWritten(int bytes) {
        chain.onWritten(bytes);
        readAhead.onWritten(bytes);
    }

    /** Whether DRBD was not read because enough lay here, and now there does not. */
    boolean isDue() {
        return readAhead.isPausing() && readAhead.isDue(chain.unsentWireBytes());
    }

    /** Goes on from where the peer is; see {@link RecordChain#rewind}. */
    void rewind(Hello peer) throws PeerViolation {
        chain.rewind(peer.receivedPosition(), peer.receivedWireBytes(), peer.creditLimit());
    }

    void onConfirm(long position, long credit, int recordBytes) throws PeerViolation {
        chain.onConfirm(position, credit, recordBytes);
    }

    long receivedPosition() {
        return receivedPosition;
    }

    boolean isAllSent() {
        return (stage == null || stage.isEmpty()) && chain.unsentWireBytes() == 0;
    }

    boolean isAllConfirmed() {
        return chain.allConfirmed();
    }

    long backlogBytes() {
        return receivedPosition - chain.confirmedPosition();
    }

    /**
     * The peer has told its codecs anew: the selector knows, and no block to come refers to one before.
     *
     * @return the position from which on blocks obey that
     */
    long obeyCodecs() {
        if (stage == null) {
            return receivedPosition;
        }
        stage.endHistory();
        return receivedPosition - stage.uncutBytes();
    }

    /** The relay's codec may be another one now. */
    void onCodecs() {
        if (stage != null) {
            stage.settle();
        }
    }

    /** Compresses nothing more; {@code onProgress} runs when no worker reads its memory any more. */
    void close() {
        if (stage != null) {
            stage.close();
        }
    }

    /** Waits no longer for workers that do not come back. */
    void giveUpWorkers() {
        if (stage != null) {
            stage.giveUpWorkers();
        }
    }

    /** Whose calls have not returned. */
    Stream<PlugIn<?>> busy() {
        return stage == null ? Stream.empty() : stage.busy();
    }

    /** Returns all segments, unless a worker still reads one; nothing may be lent to the link. */
    boolean release() {
        if (stage != null && !stage.isReleased()) {
            return false;
        }
        chain.clear();
        return true;
    }

    ChannelStatus.Flow flow() {
        return ChannelTexts.flow(
                        receivedPosition,
                        chain.sentPosition(),
                        chain.confirmedPosition(),
                        chain.sentWireBytes(),
                        chain.records(),
                        chain.rawRecords(),
                        account.heldBytes(Use.INTAKE) + account.heldBytes(Use.RECORD),
                        stalls,
                        scanner)
                .with(
                        stage == null
                                ? ChannelStatus.Compression.NONE
                                : stage.ledger().status());
    }
}
