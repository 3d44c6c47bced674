/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of a relay's file for those who edit it by program; {@link RelayFileReader} is what reads it. */
@ObjectClassDefinition(
        name = "Forebay relay",
        description = "One configured DRBD connection (a resource and one peer) as this site's Forebay serves it.")
@interface RelayConfiguration {

    @AttributeDefinition(
            description = "Where the local DRBD dials this Forebay, as ip:port or [ipv6]:port with an exact address;"
                    + " DRBD is dialled from this IP, too.")
    String inside();

    @AttributeDefinition(
            description =
                    "The local DRBD's own address, which this Forebay dials, as ip:port, [ipv6]:port or host:port.")
    String drbd();

    @AttributeDefinition(
            description = "Where the peer Forebay dials this one, as ip:port or [ipv6]:port with an exact address.")
    String outside();

    @AttributeDefinition(description = "The peer Forebay's outside address, as ip:port, [ipv6]:port or host:port.")
    String peer();

    @AttributeDefinition(
            required = false,
            description = "Whether TLS protects the links to the peer, on or off, the same at both sites; by default on"
                    + " unless outside and peer are both loopback addresses.")
    String tls() default "";

    @AttributeDefinition(
            required = false,
            description = "The relay's name, unique in this Forebay; by default what follows the hyphen in the file's"
                    + " name.")
    String name();

    @AttributeDefinition(
            required = false,
            description = "What both sites call the relay, unique among those that share an outside address; by default"
                    + " its name.")
    String resource();

    @AttributeDefinition(
            required = false,
            description = "The most memory that the relay's BABs hold, in bytes or with k, M or G (powers of 1024); 1M"
                    + " or more.")
    String memlimit() default "16M";

    @AttributeDefinition(
            required = false,
            description =
                    "What of memlimit is taken from the allocator in advance and kept, in bytes or with k, M or G;"
                            + " memlimit at most.")
    String reserve() default "0";

    @AttributeDefinition(
            required = false,
            description = "The compression of what is sent, as drbd.conf spells it: none, lz4, zlib level 9, zstd level"
                    + " 7.")
    String codec() default "none";

    @AttributeDefinition(
            required = false,
            description = "The BAB allocator: heap, direct, mapped, or the name of a vendor's.")
    String allocator() default "direct";

    @AttributeDefinition(
            required = false,
            description = "Which of several codecs of that name: an OSGi filter over its service properties,"
                    + " bundle.symbolicName and bundle.version, for example (bundle.version>=1.2); empty for any.")
    String codec_target() default "";

    @AttributeDefinition(required = false, description = "Likewise for the BAB allocator.")
    String allocator_target() default "";

    @AttributeDefinition(
            required = false,
            description = "How long a backlog is still delivered after its DRBD has gone, in whole ms or s.")
    String drain$_$timeout() default "10s";

    @AttributeDefinition(
            required = false,
            description =
                    "How long DRBD's connections are kept while a broken bridge is rebuilt, in whole ms or s; 0s ends"
                            + " them at once.")
    String resume$_$timeout() default "30s";

    @AttributeDefinition(
            required = false,
            description =
                    "How long a link may be silent until it counts as broken, in tenths of a second, or in ms or s; 1s"
                            + " or more.")
    String ping$_$timeout() default "1s";

    @AttributeDefinition(
            required = false,
            description = "The send buffer of the relay's sockets, in bytes or with k or M; 0 leaves it to the system.")
    String sndbuf$_$size() default "0";

    @AttributeDefinition(
            required = false,
            description =
                    "The receive buffer of the relay's sockets, in bytes or with k or M; 0 leaves it to the system.")
    String rcvbuf$_$size() default "0";

    @AttributeDefinition(
            required = false,
            description =
                    "The most that data channels send over the WAN, in bytes per second or with k, M or G, or a schedule,"
                            + " for example mon-fri 08:00-18:00 10M, otherwise 100M; 0 for no limit.")
    String bwlimit() default "0";

    @AttributeDefinition(
            required = false,
            description = "Which site dials the WAN: outbound for this one alone, inbound for the peer alone, or both.")
    String dial() default "both";

    @AttributeDefinition(
            required = false,
            description = "TCP's congestion control on the relay's links, by the system's name, for example bbr; empty"
                    + " leaves it to the system.")
    String congestion() default "";

    @AttributeDefinition(
            required = false,
            description =
                    "Over how many links a data channel is spread, 1 to 16, and the local addresses from which they are"
                            + " dialled, for example 4 from 10.0.0.1,10.1.0.1.")
    String links() default "1";
}
