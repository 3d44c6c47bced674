/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.api.proxy.ProxyRefusedException;
import java.lang.reflect.Proxy;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

class ProxyLogLevelTest {

    private Dictionary<?, ?> logging = new Hashtable<>(Map.of("log4j2.rootLogger.level", "INFO"));

    /** The configuration of the logging service, and nothing else. */
    private final Configuration configuration = stub(Configuration.class, (method, arguments) -> switch (method) {
        case "getProperties" -> logging == null ? null : new Hashtable<>((Map<?, ?>) logging);
        case "update" -> logging = (Dictionary<?, ?>) arguments[0];
        default -> throw new AssertionError(method);
    });

    private final ProxyLogLevel level = new ProxyLogLevel(stub(ConfigurationAdmin.class, (method, arguments) -> {
        assertThat(method).isEqualTo("getConfiguration");
        assertThat(arguments).containsExactly("org.ops4j.pax.logging", "?");
        return configuration;
    }));

    private interface Answers {
        Object to(String method, Object[] arguments);
    }

    private static <T> T stub(Class<T> type, Answers answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (stub, method, arguments) -> {
                    Object answer = answers.to(method.getName(), arguments);
                    return method.getReturnType() == void.class ? null : answer;
                }));
    }

    @ParameterizedTest
    @CsvSource({"debug,DEBUG", "WARNING,WARN", "critical,FATAL", "off,OFF"})
    void shouldSetTheLevelOfForebaysOwnLoggersAndLeaveTheRest(String typed, String set) throws ProxyRefusedException {
        assertThat(level.set(List.of(typed))).isEqualTo(ProxyAnswer.NOTHING);
        assertThat(logging)
                .isEqualTo(new Hashtable<>(Map.of(
                        "log4j2.rootLogger.level", "INFO",
                        "log4j2.logger.forebay.name", "io.forebay",
                        "log4j2.logger.forebay.level", set)));
    }

    @Test
    void shouldSayWhatToDoWhenLoggingHasNoConfiguration() {
        logging = null;
        assertThatThrownBy(() -> level.set(List.of("debug")))
                .hasMessage("Logging has no configuration: restore etc/org.ops4j.pax.logging.cfg.");
    }
}
