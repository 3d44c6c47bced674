/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.codec.Codec;
import io.forebay.api.state.ChannelType;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.RelayMemory.Account;
import io.forebay.testkit.HandDrivenLoop;
import io.forebay.testkit.TrackingAllocator;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;

/** A chain that receives, with a peer that makes records, workers that run when they are told to, and a DRBD that takes. */
final class ReceiveRig implements ReceiveChain.Owner {

    static final long LIMIT = 4 << 20;
    static final int PIECE = MemoryPlan.pieceBytesFor(LIMIT);
    static final int BLOCK = MemoryPlan.recordBytesMax(PIECE);

    final HandDrivenLoop loop = new HandDrivenLoop();
    final List<Runnable> pending = new ArrayList<>();
    final PretendCodec codec = new PretendCodec();
    final RecordingJudge judge = new RecordingJudge();
    final List<String> misdeeds = judge.misdeeds;
    final List<String> suspicions = judge.suspicions;
    final List<Unreadable> violations = new ArrayList<>();
    final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    final RelayMemory memory;
    final Account account;
    final ReceiveChain chain;
    int progress;
    long ends;

    private final TrackingAllocator allocator = new TrackingAllocator(new HeapBabAllocator());
    private final CodecRegistry registry = new CodecRegistry(any -> properties -> true);
    final PlugIn<Codec> plugIn = new PlugIn<>(codec, PretendCodec.NAME, "a.vendor 1.2.3", 7, 0, Map.of());
    private final ArrayDeque<ByteBuffer> socket = new ArrayDeque<>();
    private final CRC32C crc = new CRC32C();
    private byte key;
    private boolean historyBegan;

    ReceiveRig() {
        try {
            PlugIn<BabAllocator> heap = PlugIn.plain("heap", allocator);
            PlugIns<BabAllocator> known = new PlugIns<>("BAB allocator", any -> properties -> true);
            known.add(heap);
            memory = new RelayMemory(
                    GuardedMemory.open(
                            heap,
                            "r0",
                            new MemoryPlan(LIMIT, MemoryPlan.segmentBytesFor(LIMIT)),
                            new BabLoans(known).begin(heap, "r0"),
                            loop,
                            judge),
                    LIMIT,
                    Runnable::run,
                    () -> {});
        } catch (BabException | PlugInFault e) {
            throw new IllegalStateException(e);
        }
        registry.add(plugIn);
        account = memory.open(ChannelType.DATA, loop, this::onMemoryFree);
        Workers workers = new Workers() {
            @Override
            public int count() {
                return 3;
            }

            @Override
            public void execute(Runnable task) {
                pending.add(task);
            }
        };
        chain = new ReceiveChain(
                account,
                this,
                registry.decoders(
                        new CodecNames(List.of(PretendCodec.NAME)),
                        name -> registry.plugIns().best(name, "")),
                workers,
                loop,
                judge,
                Long.MAX_VALUE);
        read(new byte[0]);
        try {
            chain.open();
        } catch (PeerViolation e) {
            throw new AssertionError(e);
        }
    }

    // ---- the peer

    /** Random bytes of which this codec makes half as many. */
    static byte[] block(Random random, int bytes) {
        byte[] raw = new byte[bytes];
        for (int i = 0; i < bytes; i += 2) {
            raw[i] = (byte) random.nextInt();
            raw[i + 1] = raw[i];
        }
        return raw;
    }

    void sendRaw(byte[] raw) {
        send(RecordType.DATA, 0, 0, raw, raw);
    }

    void sendAwaited(byte[] raw) {
        send(RecordType.DATA, 0, RecordLayout.FLAG_AWAITED, raw, raw);
    }

    void sendCompressed(byte[] raw) {
        send(RecordType.DATA, 1, 0, PretendCodec.compress(raw, (byte) 0), raw);
    }

    /** The first begins the history, whatever {@code anew}. */
    void sendHistory(byte[] raw, boolean anew) {
        boolean starts = anew || !historyBegan;
        historyBegan = true;
        key = starts ? 0 : key;
        int flags = RecordLayout.FLAG_HISTORY | (starts ? RecordLayout.FLAG_START : 0);
        send(RecordType.DATA, 1, flags, PretendCodec.compress(raw, key), raw);
        key = PretendCodec.nextKey(key, raw);
    }

    void sendControl(RecordType type) {
        send(type, 0, 0, new byte[8], new byte[8]);
    }

    private void send(RecordType type, int codecNumber, int flags, byte[] stored, byte[] raw) {
        ByteBuffer record = ByteBuffer.allocate(RecordLayout.HEADER_BYTES + stored.length);
        int crcOfRaw = RecordLayout.crc(ByteBuffer.wrap(raw), 0, raw.length, crc);
        long position = type == RecordType.DATA ? sent.size() : 0;
        RecordLayout.writeHeader(
                record, 0, type, codecNumber, flags, stored.length, raw.length, position, crcOfRaw, crc);
        record.put(RecordLayout.HEADER_BYTES, stored);
        if (type == RecordType.DATA) {
            sent.writeBytes(raw);
        }
        read(record.array());
    }

    private void read(byte[] wire) {
        int done = 0;
        while (done < wire.length) {
            ByteBuffer target = chain.target();
            int part = Math.min(target.remaining(), wire.length - done);
            target.put(wire, done, part);
            done += part;
            try {
                chain.onRead(part);
            } catch (PeerViolation e) {
                onUnreadable(Unreadable.of(e));
            }
        }
    }

    // ---- workers

    /** One of the jobs that wait, whichever, is done. */
    void work(Random random) {
        pending.remove(random.nextInt(pending.size())).run();
        runLoop();
    }

    void workAll() {
        while (!pending.isEmpty()) {
            work(new Random(1));
        }
    }

    void runLoop() {
        loop.runFor(1);
    }

    // ---- DRBD

    @Override
    public void deliver(ByteBuffer bytes) {
        socket.add(bytes.slice());
    }

    int socketBytes() {
        return socket.stream().mapToInt(ByteBuffer::remaining).sum();
    }

    /** DRBD takes so many bytes: whatever is in their memory by now. */
    void take(int bytes) {
        int left = bytes;
        while (left > 0) {
            ByteBuffer first = socket.getFirst();
            byte[] part = new byte[Math.min(left, first.remaining())];
            first.get(part);
            taken.writeBytes(part);
            left -= part.length;
            if (!first.hasRemaining()) {
                socket.removeFirst();
            }
        }
        try {
            chain.onWritten(bytes);
        } catch (PeerViolation e) {
            onUnreadable(Unreadable.of(e));
        }
        runLoop();
    }

    /** Works and takes until nothing is left. */
    void drain() {
        while (!pending.isEmpty() || socketBytes() > 0) {
            workAll();
            take(socketBytes());
        }
    }

    // ---- the channel

    @Override
    public void onControl(RecordType type, ByteBuffer buffer, int offset) {}

    @Override
    public void onEnd(ByteBuffer buffer, int offset) {
        ends = chain.queuedPosition();
    }

    @Override
    public void onProgress() {
        progress++;
    }

    @Override
    public void onUnreadable(Unreadable what) {
        violations.add(what);
    }

    private void onMemoryFree() {
        try {
            chain.deliver();
        } catch (PeerViolation e) {
            onUnreadable(Unreadable.of(e));
        }
    }

    void removeCodec() {
        registry.remove(plugIn);
    }

    /** Closes all, and proves that nothing is held any more. */
    void closeAndProveEmpty() {
        chain.close();
        workAll();
        assertThat(chain.isIdle()).as("no worker is at it").isTrue();
        chain.clear();
        workAll();
        assertThat(memory.heldBytes()).as("held").isZero();
        account.close();
        memory.close();
        assertThat(allocator.leasedBytes()).as("leased").isZero();
        removeCodec();
        assertThat(codec.open()).as("decompressors open").isZero();
    }
}
