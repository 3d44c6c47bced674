/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * What a database writes to its device, made from a seed. Transactions change rows, more often those of a few hot pages; each
 * appends the rows as they are now to a journal, whose last block is written again with every commit; a checkpoint writes the
 * pages that have changed since the one before.
 *
 * <pre>
 *   journal block   journal block   …   page 17   page 230   …   journal block   …
 * </pre>
 */
public final class DatabaseWrites {

    private static final int ROW_BYTES = 200;
    private static final int JOURNAL_BLOCK_BYTES = 8 << 10;
    private static final int TRANSACTIONS_PER_CHECKPOINT = 400;
    private static final int ROWS_PER_TRANSACTION_MAX = 4;

    /** Of ten changes, as many are to the hot tenth of the pages. */
    private static final int HOT_OF_TEN = 8;

    private static final int WORDS = 3000;
    private static final int KEY_AT = 0;
    private static final int CHANGED_AT = 8;
    private static final int DIGEST_AT = 16;
    private static final int DIGEST_BYTES = 16;
    private static final int TEXT_AT = 32;

    private final SplittableRandom random;
    private final byte[][] words = new byte[WORDS][];
    private final ByteBuffer[] pages;
    private final ByteBuffer journal = ByteBuffer.allocate(JOURNAL_BLOCK_BYTES);
    private final TreeSet<Integer> dirty = new TreeSet<>();
    private long clock = 1_700_000_000_000L;
    private int transactions;

    /** A table of so many pages of so many bytes, 1 KiB to 64 KiB, filled before the first write. */
    public DatabaseWrites(long seed, int pages, int pageBytes) {
        this.random = new SplittableRandom(seed);
        this.pages = new ByteBuffer[pages];
        for (int i = 0; i < WORDS; i++) {
            StringBuilder word = new StringBuilder();
            for (int length = random.nextInt(2, 11); word.length() < length; ) {
                word.append((char) ('a' + random.nextInt(26)));
            }
            words[i] = word.append(' ').toString().getBytes(StandardCharsets.US_ASCII);
        }
        for (int page = 0; page < pages; page++) {
            this.pages[page] = ByteBuffer.allocate(pageBytes);
            for (int row = 0; row < rows(); row++) {
                this.pages[page].putLong(row * ROW_BYTES + KEY_AT, (long) page * rows() + row);
                change(page, row);
            }
        }
    }

    private int rows() {
        return pages[0].capacity() / ROW_BYTES;
    }

    private void change(int page, int row) {
        ByteBuffer of = pages[page];
        int at = row * ROW_BYTES;
        of.putLong(at + CHANGED_AT, clock);
        byte[] digest = new byte[DIGEST_BYTES];
        random.nextBytes(digest);
        of.put(at + DIGEST_AT, digest);
        for (int to = at + TEXT_AT; to < at + ROW_BYTES; ) {
            byte[] word = words[Math.min(random.nextInt(WORDS), random.nextInt(WORDS))];
            int bytes = Math.min(word.length, at + ROW_BYTES - to);
            of.put(to, word, 0, bytes);
            to += bytes;
        }
    }

    /** Makes the next writes, one after another, until there is no room for another one; answers how many bytes they are. */
    public int fill(ByteBuffer target) {
        int from = target.position();
        while (target.remaining() >= JOURNAL_BLOCK_BYTES + (long) dirty.size() * pages[0].capacity()) {
            transact(target);
        }
        return target.position() - from;
    }

    private void transact(ByteBuffer target) {
        clock += random.nextInt(1, 20);
        for (int rows = random.nextInt(1, ROWS_PER_TRANSACTION_MAX + 1); rows > 0; rows--) {
            int page = random.nextInt(10) < HOT_OF_TEN
                    ? random.nextInt(Math.max(1, pages.length / 10))
                    : random.nextInt(pages.length);
            int row = random.nextInt(rows());
            change(page, row);
            dirty.add(page);
            append(page, row, target);
        }
        target.put(journal.array());
        if (++transactions % TRANSACTIONS_PER_CHECKPOINT == 0) {
            dirty.forEach(page -> target.put(pages[page].array()));
            dirty.clear();
        }
    }

    private void append(int page, int row, ByteBuffer target) {
        if (journal.remaining() < ROW_BYTES) {
            target.put(journal.array());
            journal.clear().put(new byte[JOURNAL_BLOCK_BYTES]).clear();
        }
        journal.put(pages[page].array(), row * ROW_BYTES, ROW_BYTES);
    }
}
