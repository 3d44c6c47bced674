/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.RelaySettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * One run, as a pure function of its seed: what both sites are like, and which faults happen when.
 *
 * @param faults in the order of their times, which count from the moment when both DRBDs are connected
 */
record Scenario(long seed, Kind kind, Wan wan, Relay relay, List<Drbd> drbds, List<Fault> faults) {

    /** What a scenario is to show. */
    enum Kind {
        /** Anything may happen; afterwards everything must be well again. */
        MIXED,
        /** Only the bridge breaks, for less than resume-timeout and ping-timeout: the DRBD session must survive. */
        SURVIVAL,
        /** A DRBD leaves with a backlog, and the bridge breaks for a while: what it left behind is delivered. */
        DRAIN,
        /** As MIXED, and the WAN damages bytes. */
        DAMAGE,
        /** Both DRBDs dial at the same moment, with the same roles; nothing breaks. */
        CROSSED
    }

    /** The line between the two Forebays. */
    record Wan(long delayNs, long jitterNs, long bytesPerSecond, int windowBytes) {
        long roundTripNs() {
            return 2 * (delayNs + jitterNs);
        }
    }

    /** What both relays are configured with; the codecs of site A and site B, which of them dials as they
     * say, and over how many links data is to be spread. */
    record Relay(
            long memlimitBytes,
            List<String> codecs,
            List<DialMode> dial,
            List<Integer> links,
            int drainTimeoutMs,
            int resumeTimeoutMs,
            boolean directMemory) {

        /**
         * What of a memlimit is reserved: all, half or a third of it for every fourth seed. Not drawn, so that what else a seed
         * means stays.
         */
        long reserveBytes(long ofBytes) {
            return drainTimeoutMs % 4 == 0 ? ofBytes / (1 + drainTimeoutMs % 3) : 0;
        }
    }

    /**
     * A DRBD's settings and load.
     *
     * @param blocksMax the largest write, in blocks of 512 bytes
     * @param slowness after one of so many reads it reads nothing for a moment
     * @param lingerNs how long it goes on reading one of its sockets when the other one has ended
     */
    record Drbd(
            long connectIntNs,
            long pingIntNs,
            long pingTimeoutNs,
            long writeIntervalNs,
            int blocksMax,
            int slowness,
            long lingerNs) {

        Drbd withConnectInt(long ns) {
            return new Drbd(ns, pingIntNs, pingTimeoutNs, writeIntervalNs, blocksMax, slowness, lingerNs);
        }
    }

    /**
     * One fault.
     *
     * @param site 0 is A, 1 is B
     * @param lengthNs how long it lasts, if it lasts
     * @param amount bytes, or a number that selects one of several
     */
    record Fault(long atNs, What what, int site, long lengthNs, int amount) {
        long endNs() {
            return atNs + lengthNs;
        }
    }

    /** The kinds of faults, and of events that make faults hurt. */
    enum What {
        CUT,
        CUT_ONE_WAY,
        FORGET_LINK,
        RESET_LINK,
        RESET_LINK_AFTER,
        SLOW_WAN,
        KILL_FOREBAY,
        DRBD_CLOSES,
        DRBD_RESETS,
        DRBD_CRASHES,
        BREAK_INSIDE,
        STOP_READING,
        BURST,
        IDLE,
        /** No DRBD writes; in the end all memory must be home, without a byte that pushes the last ones. */
        SILENCE,
        CODEC,
        /** The bundle of a codec is stopped, and started again. */
        CODEC_LEAVES,
        MEMLIMIT,
        /** The allocator is taken away and comes back; an odd amount takes the other one, too. */
        ALLOCATOR,
        FLIP_BIT;

        /** Whether it breaks a bridge, which no DRBD need notice if it does not last. */
        boolean isOfBridge() {
            return BRIDGE_FAULTS.contains(this);
        }
    }

    static final long SECOND = 1_000_000_000L;
    private static final long MS = 1_000_000L;

    /** After a DRBD left, so that nothing that it did not read makes its own end a reset. */
    private static final long WRITES_AGAIN_NS = 5 * MS;

    private static final int CROSSED_PERCENT = 4;
    private static final long CROSSED_DELAY_NS = 50 * MS;
    private static final long CONNECT_INT_NS = 10 * SECOND;

    /** A memlimit that is changed is one of so many: 1 MiB, 2 MiB, and so on. */
    private static final int MEMLIMITS = 7;

    /** After the end of a fault; in this time the largest backlog is delivered over the slowest line. */
    private static final long SILENCE_NS = 12 * SECOND;

    /** What DRBD leaves behind at most when it must be delivered: much less than what drain-timeout is enough for. */
    private static final int LEFT_BYTES_MAX = 400_000;

    private static final List<String> CODECS =
            List.of("none", "none", "lz4", "zstd level 1..5", "zstd level 1..2 long 20", "zlib level 1");

    private static final List<Integer> LINKS = List.of(1, 1, 1, 1, 1, 2, 3, 8);

    /** All that do not contradict each other. */
    private static final List<List<DialMode>> DIALS = List.of(
            List.of(DialMode.BOTH, DialMode.BOTH),
            List.of(DialMode.BOTH, DialMode.BOTH),
            List.of(DialMode.BOTH, DialMode.BOTH),
            List.of(DialMode.BOTH, DialMode.BOTH),
            List.of(DialMode.OUTBOUND, DialMode.INBOUND),
            List.of(DialMode.INBOUND, DialMode.OUTBOUND),
            List.of(DialMode.OUTBOUND, DialMode.BOTH),
            List.of(DialMode.BOTH, DialMode.OUTBOUND),
            List.of(DialMode.INBOUND, DialMode.BOTH),
            List.of(DialMode.BOTH, DialMode.INBOUND));

    /** Faults that a DRBD session must survive if they are short enough. */
    private static final List<What> BRIDGE_FAULTS =
            List.of(What.CUT, What.CUT, What.CUT_ONE_WAY, What.FORGET_LINK, What.RESET_LINK, What.RESET_LINK_AFTER);

    private static final List<What> PREPARATIONS = List.of(
            What.BURST,
            What.BURST,
            What.BURST,
            What.IDLE,
            What.CODEC,
            What.CODEC_LEAVES,
            What.MEMLIMIT,
            What.MEMLIMIT,
            What.ALLOCATOR);

    private static final List<What> MIXED_FAULTS = List.of(
            What.CUT,
            What.CUT,
            What.CUT,
            What.CUT_ONE_WAY,
            What.FORGET_LINK,
            What.FORGET_LINK,
            What.RESET_LINK,
            What.RESET_LINK_AFTER,
            What.RESET_LINK_AFTER,
            What.SLOW_WAN,
            What.KILL_FOREBAY,
            What.DRBD_CLOSES,
            What.DRBD_CLOSES,
            What.DRBD_RESETS,
            What.DRBD_CRASHES,
            What.BREAK_INSIDE,
            What.STOP_READING,
            What.BURST,
            What.BURST,
            What.BURST,
            What.IDLE,
            What.CODEC,
            What.CODEC_LEAVES,
            What.MEMLIMIT,
            What.MEMLIMIT,
            What.ALLOCATOR,
            What.ALLOCATOR);

    static Scenario of(long seed) {
        Random random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        int dice = random.nextInt(100);
        if (dice < CROSSED_PERCENT) {
            return crossed(seed);
        }
        Kind kind = dice < 45 ? Kind.MIXED : dice < 75 ? Kind.SURVIVAL : dice < 95 ? Kind.DRAIN : Kind.DAMAGE;
        Wan wan = wan(random);
        Random ofLines = new Random(seed);
        Relay relay = relay(random, kind, pick(DIALS, ofLines), List.of(pick(LINKS, ofLines), pick(LINKS, ofLines)));
        List<Drbd> drbds = List.of(drbd(random, kind, relay), drbd(random, kind, relay));
        List<Fault> faults = new ArrayList<>(
                switch (kind) {
                    case SURVIVAL -> bridgeFaults(random, relay);
                    case DRAIN -> leave(random, wan, relay);
                    case MIXED, DAMAGE -> mixedFaults(random, relay, kind);
                    case CROSSED -> List.of();
                });
        faults.sort(Comparator.comparingLong(Fault::atNs));
        return new Scenario(seed, kind, wan, relay, drbds, List.copyOf(faults));
    }

    /** Connections that cross, over a line with a round trip of 100 ms, of DRBDs with their default connect-int. */
    static Scenario crossed(long seed) {
        Random random = new Random(seed);
        Wan wan = new Wan(CROSSED_DELAY_NS, 0, wan(random).bytesPerSecond, 512 << 10);
        Relay relay = relay(random, Kind.CROSSED, pick(DIALS, new Random(~seed)), List.of(1, 2));
        List<Drbd> drbds = List.of(
                drbd(random, Kind.CROSSED, relay).withConnectInt(CONNECT_INT_NS),
                drbd(random, Kind.CROSSED, relay).withConnectInt(CONNECT_INT_NS));
        return new Scenario(seed, Kind.CROSSED, wan, relay, drbds, List.of());
    }

    private static Wan wan(Random random) {
        long delayNs = (long) (100_000 * Math.pow(1000, random.nextDouble()));
        long jitterNs = random.nextInt(3) == 0 ? (long) (random.nextDouble() * delayNs / 2) : 0;
        long bytesPerSecond = (long) (2e6 * Math.pow(50, random.nextDouble()));
        long product = bytesPerSecond * 2 * delayNs / SECOND;
        int window = (int) Math.max(64 << 10, Math.min(512 << 10, product));
        return new Wan(delayNs, jitterNs, bytesPerSecond, window);
    }

    private static Relay relay(Random random, Kind kind, List<DialMode> dial, List<Integer> links) {
        boolean mayResume = kind == Kind.SURVIVAL || kind == Kind.DRAIN || random.nextInt(6) != 0;
        int resume = mayResume ? 4_000 + random.nextInt(16_000) : 0;
        return new Relay(
                RelaySettings.MEMLIMIT_MIN_BYTES << random.nextInt(3),
                List.of(pick(CODECS, random), pick(CODECS, random)),
                dial,
                links,
                (kind == Kind.DRAIN ? 8_000 : 500) + random.nextInt(8_000),
                resume,
                random.nextInt(4) == 0);
    }

    private static Drbd drbd(Random random, Kind kind, Relay relay) {
        boolean patient = kind == Kind.SURVIVAL || kind == Kind.DRAIN || random.nextInt(3) == 0;
        long lingerNs = kind == Kind.DRAIN || random.nextInt(4) == 0 ? (relay.drainTimeoutMs + 5_000) * MS : 0;
        return new Drbd(
                SECOND + random.nextInt(5_000) * MS,
                SECOND / 2 + random.nextInt(3_000) * MS,
                patient ? relay.resumeTimeoutMs * MS + 20 * SECOND : SECOND / 2 + random.nextInt(1500) * MS,
                (20 + random.nextInt(200)) * MS,
                8 << random.nextInt(5),
                kind == Kind.SURVIVAL || random.nextBoolean() ? Integer.MAX_VALUE : 5 + random.nextInt(200),
                lingerNs);
    }

    /** One fault after the other, with time between them in which everything must be well again. */
    private static List<Fault> bridgeFaults(Random random, Relay relay) {
        List<Fault> faults = new ArrayList<>();
        long at = 0;
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            at += random.nextInt(2_000) * MS;
            if (random.nextBoolean()) {
                faults.add(preparation(random, at - random.nextInt(400) * MS, relay));
            }
            What what = pick(BRIDGE_FAULTS, random);
            boolean isCut = what == What.CUT || what == What.CUT_ONE_WAY;
            long most = Math.max(500, relay.resumeTimeoutMs - 2_000);
            long lengthNs = isCut ? (50 + (long) (Math.pow(random.nextDouble(), 2) * most)) * MS : 0;
            Fault fault = new Fault(Math.max(0, at), what, random.nextInt(2), lengthNs, random.nextInt(100_000));
            faults.add(fault);
            if (random.nextInt(3) == 0) {
                long fromNs = Math.max(0, fault.atNs - random.nextInt(300) * MS);
                faults.add(new Fault(fromNs, What.SILENCE, 0, fault.endNs() - fromNs + SILENCE_NS, 0));
            }
            if (isCut && random.nextInt(3) == 0) {
                faults.add(preparation(random, fault.atNs + random.nextInt(1_000) * MS, relay));
            }
            at = fault.endNs() + SILENCE_NS + SECOND;
        }
        return faults;
    }

    /** What makes the next fault find something to break. */
    private static Fault preparation(Random random, long atNs, Relay relay) {
        What what = pick(PREPARATIONS, random);
        return new Fault(
                Math.max(0, atNs), what, random.nextInt(2), random.nextInt(2_000) * MS, amount(random, what, relay));
    }

    private static int amount(Random random, What what, Relay relay) {
        return switch (what) {
            case BURST -> (int) (relay.memlimitBytes * Math.pow(random.nextDouble(), 2) * 1.5) + 1;
            case CODEC, CODEC_LEAVES -> random.nextInt(CODECS.size());
            case MEMLIMIT -> 1 << random.nextInt(MEMLIMITS);
            case BREAK_INSIDE, RESET_LINK_AFTER, FLIP_BIT -> (int) (100_000 * Math.pow(random.nextDouble(), 3));
            default -> random.nextInt(100_000);
        };
    }

    /** One DRBD writes, leaves, and does not come back before the drain is over. */
    private static List<Fault> leave(Random random, Wan wan, Relay relay) {
        int site = random.nextInt(2);
        int lengthMs = 50 + random.nextInt(Math.min(relay.drainTimeoutMs, relay.resumeTimeoutMs) - 3_500);
        What what = pick(BRIDGE_FAULTS, random);
        boolean isCut = what == What.CUT || what == What.CUT_ONE_WAY;
        int bytes = 1 + (int) (LEFT_BYTES_MAX * Math.pow(random.nextDouble(), 2));
        long breakNs = SECOND + random.nextInt(500) * MS;
        long leaveNs = SECOND + (2 + random.nextInt(isCut ? lengthMs : 300)) * MS;
        if (random.nextBoolean()) {
            // Just when the last bytes are on their way, or their confirmation is.
            long transferNs = wan.roundTripNs() + (long) bytes * SECOND / wan.bytesPerSecond();
            leaveNs = SECOND + (long) (2 * random.nextDouble() * transferNs) + MS;
            breakNs = leaveNs + (long) (2 * random.nextDouble() * transferNs);
        }
        // Whoever writes to a DRBD that has left already makes its system answer with a reset.
        long silenceNs = random.nextBoolean() ? 20 * SECOND : leaveNs + WRITES_AGAIN_NS;
        long changeNs = SECOND + random.nextInt(2_000) * MS;
        return List.of(
                new Fault(0, What.SILENCE, 0, silenceNs, 0),
                new Fault(changeNs, What.MEMLIMIT, random.nextInt(2), 0, amount(random, What.MEMLIMIT, relay)),
                new Fault(SECOND, What.BURST, site, 0, bytes),
                new Fault(breakNs, what, random.nextInt(2), isCut ? lengthMs * MS : 0, amount(random, what, relay)),
                new Fault(leaveNs, What.DRBD_CLOSES, site, (relay.drainTimeoutMs + 6_000) * MS, 0));
    }

    /** Clusters of faults, close together. */
    private static List<Fault> mixedFaults(Random random, Relay relay, Kind kind) {
        List<Fault> faults = new ArrayList<>();
        int clusters = 1 + random.nextInt(4);
        long at = 0;
        for (int i = 0; i < clusters; i++) {
            at += random.nextInt(3_000) * MS;
            long spread = 20L << random.nextInt(7);
            int count = 1 + random.nextInt(4);
            long end = at;
            for (int j = 0; j < count; j++) {
                What what = kind == Kind.DAMAGE && random.nextInt(3) == 0 ? What.FLIP_BIT : pick(MIXED_FAULTS, random);
                Fault fault = new Fault(
                        at + (long) (random.nextDouble() * spread * MS),
                        what,
                        random.nextInt(2),
                        lengthNs(random, what, relay),
                        amount(random, what, relay));
                faults.add(fault);
                end = Math.max(end, fault.atNs + (random.nextBoolean() ? fault.lengthNs : 0));
            }
            at = end;
        }
        return faults;
    }

    private static long lengthNs(Random random, What what, Relay relay) {
        long shortNs = (long) (2_000 * Math.pow(random.nextDouble(), 2)) * MS;
        return switch (what) {
            case CUT, CUT_ONE_WAY ->
                switch (random.nextInt(4)) {
                    case 0 -> shortNs / 4;
                    case 1 -> shortNs;
                    case 2 -> 4 * shortNs;
                    default -> (long) (random.nextDouble() * 1.3 * relay.resumeTimeoutMs) * MS;
                };
            case STOP_READING, IDLE -> 2 * shortNs;
            default -> shortNs;
        };
    }

    private static <T> T pick(List<T> of, Random random) {
        return of.get(random.nextInt(of.size()));
    }

    /** One of the codecs as a configuration spells it. */
    static String codec(int number) {
        return CODECS.get(number);
    }

    /** How many codecs there are to choose from. */
    static int codecs() {
        return CODECS.size();
    }

    @Override
    public String toString() {
        return "%s, %s, %s, DRBD A %s, DRBD B %s, %d faults"
                .formatted(kind, wan, relay, drbds.get(0), drbds.get(1), faults.size());
    }
}
