/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

/** Explains an end of stream by what the two nodes told before it. */
final class SessionEnd {
    private static final int PROTOCOL_MAX_8_4 = 101;
    private static final int PROTOCOL_MIN_NEW = 118;
    private static final int PROTOCOL_FLAWED = 121;
    private static final int FLAG_RESYNC_DAGTAG = 16;

    private SessionEnd() {}

    /**
     * One sentence for operators.
     *
     * @param phase the phase before the end
     * @param announced whether a node said before that it would disconnect
     * @param ending whose stream ended first
     * @param socket on which socket
     */
    static String explain(
            SessionPhase phase, boolean announced, Node ending, SocketType socket, NodeFacts local, NodeFacts far) {
        String who = "The " + ending.label() + " DRBD ended the " + socket.label() + " socket";
        if (announced) {
            return who + " after an orderly disconnect; connect it again with drbdadm when wanted.";
        }
        return switch (phase) {
            case OPENING, IDENTIFIED, PAIRED ->
                who
                        + " before any features were exchanged, as happens when the two nodes' dials cross or one node is"
                        + " not ready; DRBD dials again by itself, if it never succeeds check that both sockets get"
                        + " through.";
            case FEATURES -> who + features(local, far);
            case AUTH ->
                who
                        + " during authentication, so the shared secrets probably differ; compare shared-secret and"
                        + " cram-hmac-alg on both nodes.";
            case REPORT_PARAMS -> who + parameters(local, far);
            case CLOSING -> who + ".";
            case OPAQUE, ERROR ->
                who + ", whose packets could not be seen; look for the cause in the kernel log of both" + " nodes.";
            default ->
                who
                        + " without announcing it, as after a keep-alive time-out, a network failure or a crash; look in the"
                        + " kernel log of both nodes and compare ping-timeout with the round trip.";
        };
    }

    private static String features(NodeFacts local, NodeFacts far) {
        if (!local.featuresSeen || !far.featuresSeen) {
            Node silent = local.featuresSeen ? Node.FAR : Node.LOCAL;
            return " while the " + silent.label() + " node had sent no features, so that node or the way from it is too"
                    + " slow for DRBD's limit of 4 x ping-timeout; raise ping-timeout or check the link.";
        }
        String ranges = " (local offers " + local.range() + ", far offers " + far.range() + ")";
        int agreed = NodeFacts.agreed(local, far);
        if (agreed == 0) {
            return " because the protocol ranges do not meet" + ranges + "; update the older DRBD.";
        }
        int lower = Math.min(local.protocolMax, far.protocolMax);
        int higher = Math.max(local.protocolMax, far.protocolMax);
        boolean between = lower > PROTOCOL_MAX_8_4 && lower < PROTOCOL_MIN_NEW;
        boolean flawed = lower == PROTOCOL_FLAWED && (local.flags & far.flags & FLAG_RESYNC_DAGTAG) != 0;
        if (higher > lower && (between || flawed)) {
            return " after protocol " + agreed + " was negotiated" + ranges
                    + ", which newer DRBD 9 refuses; update the node that offers the lower maximum.";
        }
        if (!NodeFacts.idsMatch(local, far)) {
            return " because the node ids do not match (local is " + local.nodeId + " and expects " + local.peerNodeId
                    + ", far is " + far.nodeId + " and expects " + far.peerNodeId
                    + "); correct node-id in the configuration or the relay's addresses.";
        }
        return " right after the features" + ranges + ", so one node refused the other; look in the kernel log of both"
                + " nodes, authentication set on one node only is a common cause.";
    }

    private static String parameters(NodeFacts local, NodeFacts far) {
        if (local.replication != 0 && far.replication != 0 && local.replication != far.replication) {
            return " because one node is set to protocol " + replicationName(local.replication) + " and the other to "
                    + replicationName(far.replication) + "; set the same protocol on both nodes.";
        }
        return " while parameters and state were reported, so the nodes disagree on something essential such as options,"
                + " sizes or a split brain; look in the kernel log of both nodes.";
    }

    static String replicationName(int replication) {
        return switch (replication) {
            case 1 -> "A";
            case 2 -> "B";
            case 3 -> "C";
            default -> "?";
        };
    }
}
