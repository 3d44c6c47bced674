/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import java.time.Instant;
import java.util.List;

/**
 * What an operator sees of a channel.
 *
 * @param id a number, unique in this Forebay's lifetime
 * @param role who dialled the local leg
 * @param type what DRBD uses it for
 * @param state its state
 * @param reason why it is in that state; may be empty
 * @param since when it entered the state
 * @param drbdAddress the local DRBD's end of the local leg; empty while there is none
 * @param peerAddress the peer Forebay's end of the bridge; empty while there is none
 * @param drbd DRBD's connection state as observed, for example {@code connected}; empty while nothing is known
 * @param transmit from the local DRBD to the far one
 * @param receive from the far DRBD to the local one
 * @param roundTripNs the bridge's round trip as last measured by the heartbeat; 0 while unknown
 */
public record ChannelStatus(
        long id,
        ChannelRole role,
        ChannelType type,
        ChannelState state,
        String reason,
        Instant since,
        String drbdAddress,
        String peerAddress,
        String drbd,
        Flow transmit,
        Flow receive,
        long roundTripNs) {

    /**
     * One direction of a channel. Positions are counts of DRBD's bytes since the channel's first.
     *
     * @param received position up to which bytes have arrived here: from the local DRBD, or from the peer
     * @param sent position up to which they were sent on: to the peer, or to the local DRBD
     * @param confirmed position up to which the far DRBD's socket (transmit) or the local one (receive) has taken them
     * @param wireBytes what these bytes were on the bridge, headers of records included
     * @param records records on the bridge
     * @param rawRecords those of them that were not compressed
     * @param heldBytes segments held
     * @param stalls how often reading paused because the BAB was full
     * @param packets DRBD's packets by type, those seen only
     * @param scanner empty, or why packets are not counted by type any more
     * @param compression what compression chose and saved; {@link Compression#NONE} while nothing was compressed here
     */
    public record Flow(
            long received,
            long sent,
            long confirmed,
            long wireBytes,
            long records,
            long rawRecords,
            long heldBytes,
            long stalls,
            List<PacketCount> packets,
            String scanner,
            Compression compression) {

        public Flow {
            packets = List.copyOf(packets);
        }

        /** One of which nothing was compressed here. */
        public Flow(
                long received,
                long sent,
                long confirmed,
                long wireBytes,
                long records,
                long rawRecords,
                long heldBytes,
                long stalls,
                List<PacketCount> packets,
                String scanner) {
            this(
                    received,
                    sent,
                    confirmed,
                    wireBytes,
                    records,
                    rawRecords,
                    heldBytes,
                    stalls,
                    packets,
                    scanner,
                    Compression.NONE);
        }

        /** The same with what compression chose and saved. */
        public Flow with(Compression done) {
            return new Flow(
                    received,
                    sent,
                    confirmed,
                    wireBytes,
                    records,
                    rawRecords,
                    heldBytes,
                    stalls,
                    packets,
                    scanner,
                    done);
        }

        /** The backlog in bytes: received minus confirmed. */
        public long backlogBytes() {
            return received - confirmed;
        }
    }

    /**
     * What compression chose and saved in one direction of a channel, since its DRBD connected. The level is chosen between
     * bounds by what is scarce: the line while compressed records wait for it, CPU while bytes wait for a codec thread.
     *
     * @param codec the codec of the last block that was compressed; empty if there was none
     * @param level its level in force, as a configuration spells it, for example {@code level 4}
     * @param lowest the lowest that may be chosen; equal to {@code level} if there is one only
     * @param highest the highest
     * @param moves how often another level was chosen
     * @param blocks blocks that went to a codec
     * @param blockBytes their bytes
     * @param storedBytes what became of these, without headers of records; those left raw as they are
     * @param rawBlocks blocks that were left raw because they do not shrink
     * @param rawBytes their bytes
     * @param lineNs how long the line was scarce
     * @param cpuNs how long CPU was scarce
     * @param freeNs how long neither was
     */
    public record Compression(
            String codec,
            String level,
            String lowest,
            String highest,
            long moves,
            long blocks,
            long blockBytes,
            long storedBytes,
            long rawBlocks,
            long rawBytes,
            long lineNs,
            long cpuNs,
            long freeNs) {

        /** Nothing was compressed. */
        public static final Compression NONE = new Compression("", "", "", "", 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /**
     * DRBD packets of one type.
     *
     * @param type DRBD's name of it, for example {@code P_DATA}
     * @param packets how many
     * @param bytes their bytes, headers included
     */
    public record PacketCount(String type, long packets, long bytes) {}
}
