/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.PlugInTargets;
import io.forebay.api.relay.RelaySettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelayFileTest {

    private static final String FILE = "etc/io.forebay.relay-r0.cfg";

    private static Map<String, Object> valid() {
        Map<String, Object> properties = new HashMap<>();
        properties.put("service.pid", "io.forebay.relay~r0");
        properties.put("service.factoryPid", "io.forebay.relay");
        properties.put("service.bundleLocation", "?");
        properties.put("felix.fileinstall.filename", "file:/opt/forebay/etc/io.forebay.relay-r0.cfg");
        properties.put("component.name", "io.forebay.config.ConfiguredRelay");
        properties.put("component.id", 7L);
        properties.put(".internal", "x");
        properties.put("inside", "10.0.0.1:7788");
        properties.put("drbd", "10.0.0.2:7788");
        properties.put("outside", "192.0.2.1:7789");
        properties.put("peer", "192.0.2.2:7789");
        return properties;
    }

    private static RelayFile with(String key, Object value) {
        Map<String, Object> properties = valid();
        properties.put(key, value);
        return RelayFile.of(properties);
    }

    private static RelayFile with(String key, Object value, String other, Object otherValue) {
        Map<String, Object> properties = valid();
        properties.put(key, value);
        properties.put(other, otherValue);
        return RelayFile.of(properties);
    }

    private static RelayFile without(String key) {
        Map<String, Object> properties = valid();
        properties.remove(key);
        return RelayFile.of(properties);
    }

    private static RelaySettings settings(RelayFile file) {
        assertThat(file.problems()).isEmpty();
        return file.settings().orElseThrow();
    }

    private static String onlyProblem(RelayFile file) {
        assertThat(file.settings()).isEmpty();
        assertThat(file.problems()).hasSize(1);
        assertThat(file.problems().get(0)).startsWith(FILE + ": ").matches("(?s).*[.?]");
        return file.problems().get(0).substring(FILE.length() + 2);
    }

    @Test
    void shouldTakeDefaultsWhenOnlyTheFourAddressesAreGiven() {
        RelaySettings settings = settings(RelayFile.of(valid()));
        assertThat(settings.name()).isEqualTo("r0");
        assertThat(settings.resource()).isEqualTo("r0");
        assertThat(settings.addresses().inside()).hasToString("/10.0.0.1:7788");
        assertThat(settings.addresses().drbd()).hasToString("/10.0.0.2:7788");
        assertThat(settings.addresses().outside()).hasToString("/192.0.2.1:7789");
        assertThat(settings.addresses().peer()).hasToString("/192.0.2.2:7789");
        assertThat(settings.memlimitBytes()).isEqualTo(16 << 20);
        assertThat(settings.codec()).hasToString("none");
        assertThat(settings.allocator()).isEqualTo("direct");
        assertThat(settings.timeouts().drainMs()).isEqualTo(10_000);
        assertThat(settings.timeouts().resumeMs()).isEqualTo(30_000);
        assertThat(settings.source()).isEqualTo(FILE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"inside", "drbd", "outside", "peer"})
    void shouldSayWhichRequiredKeyIsMissing(String key) {
        assertThat(onlyProblem(without(key)))
                .isEqualTo(
                        key + " is missing, and a relay needs inside, drbd, outside and peer: add a line, for example "
                                + key + " = 10.0.0.1:7788.");
        assertThat(onlyProblem(with(key, " "))).isEqualTo(key + " has no value: give it one, or remove the line.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"inside", "drbd", "outside", "peer"})
    void shouldReadIpv6InBrackets(String key) {
        Map<String, Object> properties = valid();
        properties.put("inside", "[fd00::1]:1");
        properties.put("drbd", "[fd00::2]:1");
        properties.put(key, "[fd00::abcd]:65535");
        RelaySettings settings = settings(RelayFile.of(properties));
        var addresses = settings.addresses();
        var address = switch (key) {
            case "inside" -> addresses.inside();
            case "drbd" -> addresses.drbd();
            case "outside" -> addresses.outside();
            default -> addresses.peer();
        };
        assertThat(address.getAddress().getHostAddress()).isEqualTo("fd00:0:0:0:0:0:0:abcd");
        assertThat(address.getPort()).isEqualTo(65535);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            10.0.0.9             | is not an address with a port
            10.0.0.9:            | has no valid port
            10.0.0.9:0           | has no valid port
            10.0.0.9:65536       | has no valid port
            10.0.0.9:http        | has no valid port
            10.0.0.9:-1          | has no valid port
            :7788                | names no host
            300.0.0.1:7788       | has no valid IPv4 address
            10.0.0.09:7788       | has no valid IPv4 address
            10.0.1:7788          | has no valid IPv4 address
            fd00::1:7788         | does not tell the IPv6 address from the port
            [fd00::1]            | does not tell
            [fd00::1]:0          | has no valid port
            [fd00::1::2]:7788    | has no valid IPv6 address
            [10.0.0.1]:7788      | has no valid IPv6 address
            [fe80::1%absent0]:1  | has no valid IPv6 address
            a b:7788             | names no host
            -x:7788              | names no host
            0.0.0.0:7788         | stands for every address
            [::]:7788            | stands for every address
            224.0.0.1:7788       | is a multicast address
            """)
    void shouldRefuseWhatIsNoAddress(String text, String problem) {
        for (String key : List.of("inside", "drbd", "outside", "peer")) {
            if (text.equals("[fd00::1]")) {
                assertThat(onlyProblem(with(key, text))).startsWith(key + " = " + text + " is not an address");
            } else {
                assertThat(onlyProblem(with(key, text))).startsWith(key + " = " + text + " " + problem);
            }
        }
    }

    @Test
    void shouldTakeHostNamesOnlyForWhatIsDialledAndNotLookThemUp() {
        RelaySettings settings = settings(with("peer", "b.example.org:7789"));
        assertThat(settings.addresses().peer().isUnresolved()).isTrue();
        assertThat(settings.addresses().peer().getHostString()).isEqualTo("b.example.org");
        assertThat(settings(with("drbd", "localhost:1")).addresses().drbd().isUnresolved())
                .isTrue();
        for (String key : List.of("inside", "outside")) {
            assertThat(onlyProblem(with(key, "localhost:7000")))
                    .isEqualTo(key + " = localhost:7000 is a host name, and Forebay listens on exact addresses only:"
                            + " write the IP address itself, for example 10.0.0.1:7000.");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "inside,drbd",
        "inside,outside",
        "inside,peer",
        "drbd,outside",
        "drbd,peer",
        "outside,peer",
    })
    void shouldRefuseAnAddressThatStandsTwice(String first, String second) {
        Map<String, Object> properties = valid();
        properties.put(second, properties.get(first));
        assertThat(onlyProblem(RelayFile.of(properties)))
                .isEqualTo(second + " = " + properties.get(first) + " is also " + first
                        + ", and the four addresses belong to four different sockets: give each its own.");
    }

    @Test
    void shouldSeeThatTwoSpellingsAreOneAddress() {
        Map<String, Object> properties = valid();
        properties.put("outside", "[fd00::1]:1");
        properties.put("peer", "[fd00:0:0::1]:1");
        assertThat(onlyProblem(RelayFile.of(properties))).contains("is also outside");
        properties = valid();
        properties.put("drbd", "Node.example:1");
        properties.put("peer", "node.example:1");
        assertThat(onlyProblem(RelayFile.of(properties))).contains("is also drbd");
    }

    @Test
    void shouldRefuseToDialDrbdFromTheOtherFamily() {
        assertThat(onlyProblem(with("drbd", "[fd00::2]:7788")))
                .contains("cannot be dialled from inside = 10.0.0.1:7788", "write both in one family.");
    }

    @ParameterizedTest
    @CsvSource({
        "1M,1048576",
        "1048576,1048576",
        "1024k,1048576",
        "1024K,1048576",
        "64m,67108864",
        "2G,2147483648",
        "4096s,2097152",
        "2T,2199023255552",
        "8589934591G,1125899906842624",
    })
    void shouldReadSizesInPowersOf1024(String text, long bytes) {
        assertThat(settings(with("memlimit", text)).memlimitBytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            12Q              | is not a size: use bytes with k, M, G or T, for example 64M.
            -1M              | is not a size: use bytes with k, M, G or T, for example 64M.
            1.5G             | is not a size: use bytes with k, M, G or T, for example 64M.
            64 M             | is not a size: use bytes with k, M, G or T, for example 64M.
            64MiB            | is not a size: use bytes with k, M, G or T, for example 64M.
            1023k            | is too little for a relay to work with: use 1M or more, for example 64M.
            1048575          | is too little for a relay to work with: use 1M or more, for example 64M.
            0                | is too little for a relay to work with: use 1M or more, for example 64M.
            8589934592G      | is more than any memory: use a smaller size, for example 64M.
            9999999999999999999 | is more than any memory: use a smaller size, for example 64M.
            """)
    void shouldRefuseWhatIsNoMemlimit(String text, String problem) {
        assertThat(onlyProblem(with("memlimit", text))).isEqualTo("memlimit = " + text + " " + problem);
    }

    @ParameterizedTest
    @CsvSource({"64M,0,0", "64M,1,1", "64M,16m,16777216", "64M,64M,67108864", "1G,1048576k,1073741824"})
    void shouldReadAReserveThatIsAPartOfTheMemlimit(String memlimit, String reserve, long bytes) {
        assertThat(settings(with("memlimit", memlimit)).reserveBytes()).isZero();
        assertThat(settings(with("memlimit", memlimit, "reserve", reserve)).reserveBytes())
                .isEqualTo(bytes);
    }

    @Test
    void shouldRefuseAReserveThatIsMoreThanTheMemlimit() {
        assertThat(onlyProblem(with("memlimit", "64M", "reserve", "65M")))
                .isEqualTo(
                        "reserve = 65M is more than memlimit = 64M, of which it is the part that is taken in advance:"
                                + " lower reserve, or raise memlimit.");
        assertThat(onlyProblem(with("reserve", "16777217")))
                .startsWith("reserve = 16777217 is more than memlimit = 16M, ");
        assertThat(onlyProblem(with("memlimit", "12Q", "reserve", "1G"))).startsWith("memlimit = 12Q is not a size");
    }

    @ParameterizedTest
    @ValueSource(strings = {"half", "-1M", "1.5G", "50%"})
    void shouldRefuseWhatIsNoReserve(String text) {
        assertThat(onlyProblem(with("reserve", text)))
                .isEqualTo("reserve = " + text + " is not a size: use bytes with k, M, G or T, for example 64M.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "lz4", "zstd level 7", "zlib level 9", "zstd level 3 long 24"})
    void shouldReadCodecsAsDrbdConfSpellsThem(String text) {
        assertThat(settings(with("codec", text)).codec()).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            zstd, level 7        | is not a codec and its options
            "zstd level 7"       | is not a codec and its options
            zstd level 7 level 8 | gives an option twice
            none level 1         | gives options to no codec
            """, quoteCharacter = '\'')
    void shouldRefuseWhatIsNoCodec(String text, String problem) {
        assertThat(onlyProblem(with("codec", text))).startsWith("codec = " + text + " " + problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"heap", "direct", "mapped", "com.vendor.numa-2"})
    void shouldTakeAnyAllocatorThatCouldBeInstalled(String text) {
        assertThat(settings(with("allocator", text)).allocator()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Heap", "he ap", "(name=heap)"})
    void shouldRefuseWhatCannotBeAnAllocator(String text) {
        assertThat(onlyProblem(with("allocator", text)))
                .startsWith("allocator = " + text + " is not the name of a BAB allocator: write heap, direct, mapped");
    }

    @ParameterizedTest
    @CsvSource({"0s,0", "0ms,0", "250ms,250", "10s,10000", "2147483s,2147483000", "2147483647ms,2147483647"})
    void shouldReadTimesInMillisecondsAndSeconds(String text, int milliseconds) {
        assertThat(settings(with("drain-timeout", text)).timeouts().drainMs()).isEqualTo(milliseconds);
        assertThat(settings(with("resume-timeout", text)).timeouts().resumeMs()).isEqualTo(milliseconds);
    }

    @ParameterizedTest
    @CsvSource({
        "10,is not a time",
        "10m,is not a time",
        "-1s,is not a time",
        "1.5s,is not a time",
        "soon,is not a time",
        "2147484s,is too long",
        "2147483648ms,is too long",
        "9999999999999999999s,is too long",
    })
    void shouldRefuseWhatIsNoDrainTimeout(String text, String problem) {
        assertThat(onlyProblem(with("drain-timeout", text))).startsWith("drain-timeout = " + text + " " + problem);
    }

    @Test
    void shouldTakeNameAndResourceWhenGiven() {
        Map<String, Object> properties = valid();
        properties.put("name", "left");
        assertThat(settings(RelayFile.of(properties)).resource()).isEqualTo("left");
        properties.put("resource", "r0-node2-node1");
        assertThat(settings(RelayFile.of(properties)))
                .extracting(RelaySettings::name, RelaySettings::resource)
                .containsExactly("left", "r0-node2-node1");
    }

    @Test
    void shouldRefuseNamesThatCouldNotBeTypedInTheShell() {
        assertThat(onlyProblem(with("name", "a b"))).startsWith("name = a b is not a name: use up to 200 letters");
        assertThat(onlyProblem(with("name", "-v"))).startsWith("name = -v is not a name");
        assertThat(onlyProblem(with("resource", "r$0"))).startsWith("resource = r$0 is not a name");
        assertThat(settings(with("name", "x".repeat(200))).name()).hasSize(200);
        assertThat(onlyProblem(with("name", "x".repeat(201)))).contains("is not a name");
        assertThat(onlyProblem(with("service.pid", "io.forebay.relay~a b"))).startsWith("name = a b is not a name");
    }

    @Test
    void shouldAskForANameWhenThePidHasNone() {
        Map<String, Object> properties = valid();
        properties.remove("felix.fileinstall.filename");
        properties.put("service.pid", "io.forebay.relay.1234");
        RelayFile file = RelayFile.of(properties);
        assertThat(file.problems())
                .containsExactly("configuration io.forebay.relay.1234: name is missing, and the PID has no name after a"
                        + " ~: add a line, for example name = r0.");
        assertThat(file.name()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "memlimt,memlimit",
        "insde,inside",
        "Inside,inside",
        "drdb,drbd",
        "peers,peer",
        "drainTimeout,drain-timeout",
        "drain_timeout,drain-timeout",
        "alocator,allocator",
        "resourse,resource",
        "codecs,codec",
        "codec-target,codec.target",
        "codec.targets,codec.target",
        "allocator_target,allocator.target",
        "alocator.taget,allocator.target",
    })
    void shouldSuggestTheKeyThatWasMeant(String spelling, String meant) {
        assertThat(onlyProblem(with(spelling, "1")))
                .isEqualTo(spelling + " is not a key of a relay: did you mean " + meant + "?");
    }

    @Test
    void shouldTakeAnyPlugInOfTheNameUnlessAFilterSaysWhich() {
        assertThat(settings(RelayFile.of(valid())).targets()).isEqualTo(PlugInTargets.ANY);
        RelaySettings settings = settings(with("allocator.target", " (service.ranking>=100) "));
        assertThat(settings.targets()).isEqualTo(new PlugInTargets("", "(service.ranking>=100)"));
        String range = "(&(bundle.version>=1.2)(!(bundle.version>=2)))";
        assertThat(settings(with("codec.target", range)).targets()).isEqualTo(new PlugInTargets(range, ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.2",
                "bundle.version>=1.2",
                "(bundle.version>=1.2",
                "(bundle.version>1.2)",
                "(&(bundle.version>=1.2)(!(bundle.version>=2))",
                "()",
            })
    void shouldRefuseWhatIsNoFilterAndStartNothing(String text) {
        assertThat(onlyProblem(with("codec.target", text)))
                .isEqualTo(
                        "codec.target = " + text + " is not an OSGi filter: write for example (bundle.version>=1.2).");
        assertThat(onlyProblem(with("allocator.target", text)))
                .startsWith("allocator.target = " + text + " is not an OSGi filter");
    }

    @Test
    void shouldListTheKeysWhenNoneIsNear() {
        assertThat(onlyProblem(with("bandwidth", "1")))
                .isEqualTo(
                        "bandwidth is not a key of a relay: the keys are inside, drbd, outside, peer, tls, name, resource,"
                                + " memlimit, reserve, codec, allocator, codec.target, allocator.target, drain-timeout,"
                                + " resume-timeout, ping-timeout, sndbuf-size, rcvbuf-size, bwlimit, dial, congestion, links,"
                                + " compression, read-loops, plugin.");
    }

    @Test
    void shouldTakeNumbersFromEditorsThatTypeThemAndRefuseLists() {
        assertThat(settings(with("memlimit", 4L << 20)).memlimitBytes()).isEqualTo(4 << 20);
        assertThat(onlyProblem(with("peer", List.of("10.0.0.9:1"))))
                .isEqualTo("peer is not a single text: give it one value.");
    }

    @Test
    void shouldReportAllProblemsOfAFileTogether() {
        Map<String, Object> properties = valid();
        properties.remove("peer");
        properties.put("inside", "0.0.0.0:7788");
        properties.put("memlimit", "12Q");
        properties.put("codecc", "lz4");
        RelayFile file = RelayFile.of(properties);
        assertThat(file.problems()).hasSize(4);
        assertThat(file.report("The relay r0 is not started.").lines())
                .hasSize(4)
                .allMatch(line -> line.startsWith(FILE + ": "))
                .contains(FILE + ": memlimit = 12Q is not a size: use bytes with k, M, G or T, for example 64M."
                        + " The relay r0 is not started.");
    }
}
