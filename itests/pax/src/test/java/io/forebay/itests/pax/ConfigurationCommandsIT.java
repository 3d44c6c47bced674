/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.pax;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Hashtable;
import java.util.Map;
import javax.inject.Inject;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.service.cm.ConfigurationAdmin;

/** The configurations of any bundle are seen and changed in the shell. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class ConfigurationCommandsIT {

    private static final String PID = "com.example.pooled";

    @Inject
    private CommandProcessor gogo;

    @Inject
    private ConfigurationAdmin configurations;

    private CommandSession session;

    @Configuration
    public static Option[] distribution() throws IOException {
        return PackedDistribution.started();
    }

    @Before
    public void configureABundle() throws IOException {
        session = gogo.createSession(
                new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream(), new ByteArrayOutputStream());
        configurations
                .getConfiguration(PID, "?")
                .update(new Hashtable<>(Map.of("slabs", 4, "felix.fileinstall.filename", "file:/etc/pooled.cfg")));
    }

    @After
    public void closeTheSession() throws IOException {
        configurations.getConfiguration(PID, "?").delete();
        session.close();
    }

    private String run(String line) throws Exception {
        return session.format(session.execute(line), 0).toString();
    }

    private Object value(String key) throws IOException {
        return configurations.getConfiguration(PID, "?").getProperties().get(key);
    }

    @Test
    public void shouldListConfigurationsWithTheirFiles() throws Exception {
        assertTrue(run("cm:list"), run("cm:list").contains(PID + "  3           file:/etc/pooled.cfg"));
        assertTrue(run("cm:list --json"), run("cm:list --json").contains("\"pid\" : \"" + PID + "\""));
    }

    @Test
    public void shouldSetAndTakeAwayAProperty() throws Exception {
        String shown = run("cm:set " + PID + " owner two words");
        assertTrue(shown, shown.contains("owner                       two words"));
        assertEquals("two words", value("owner"));
        assertEquals(4, value("slabs"));
        run("cm:set " + PID + " owner");
        assertNull(value("owner"));
    }

    @Test
    public void shouldDeleteAConfigurationAndSayWhenThereIsNone() throws Exception {
        session.execute("cm:delete " + PID);
        Exception refused = assertThrows(Exception.class, () -> run("cm:get " + PID));
        assertEquals("There is no configuration " + PID + ": cm:list shows which there are.", refused.getMessage());
    }

    @Test
    public void shouldOfferConfigurationsAndTheirPropertiesToCompletion() throws Exception {
        assertTrue(run("cm:_next [cm:get]"), run("cm:_next [cm:get]").contains(PID));
        assertTrue(run("cm:_next [cm:set " + PID + "]").contains("slabs"));
    }
}
