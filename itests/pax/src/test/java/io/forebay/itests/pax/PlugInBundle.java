/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.pax;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.osgi.framework.FrameworkUtil;

/**
 * A plug-in as a vendor would pack it: one component, and its class with what is nested in it.
 *
 * @param symbolicName the bundle's
 * @param version the bundle's
 * @param component its class, which has a method {@code activate(Map)}
 * @param service the interface that it provides
 * @param properties the component's, {@code service.ranking} included
 */
record PlugInBundle(
        String symbolicName, String version, Class<?> component, Class<?> service, Map<String, String> properties) {

    private static final String DESCRIPTION = "OSGI-INF/plug-in.xml";

    /** The bundle, to be installed or to update another with. */
    InputStream jar() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest())) {
            jar.putNextEntry(new JarEntry(DESCRIPTION));
            jar.write(description().getBytes(StandardCharsets.UTF_8));
            for (URL file : classes()) {
                jar.putNextEntry(new JarEntry(file.getPath().substring(1)));
                try (InputStream in = file.openStream()) {
                    in.transferTo(jar);
                }
            }
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    private Manifest manifest() {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", symbolicName);
        headers.putValue("Bundle-Version", version);
        headers.putValue("Import-Package", service.getPackageName() + ";version=\"[1.0,2)\"");
        headers.putValue("Service-Component", DESCRIPTION);
        return manifest;
    }

    private String description() {
        String lines = properties.entrySet().stream()
                .map(property -> "<property name='%s' type='%s' value='%s'/>"
                        .formatted(
                                property.getKey(),
                                property.getKey().equals("service.ranking") ? "Integer" : "String",
                                property.getValue()))
                .collect(Collectors.joining());
        return """
                <scr:component xmlns:scr='http://www.osgi.org/xmlns/scr/v1.3.0' name='plug-in' activate='activate'>
                  <implementation class='%s'/><service><provide interface='%s'/></service>%s
                </scr:component>""".formatted(component.getName(), service.getName(), lines);
    }

    /** The files of the component's class and of all that are nested in it. */
    private Collection<URL> classes() {
        String folder = "/" + component.getPackageName().replace('.', '/');
        return Collections.list(
                FrameworkUtil.getBundle(component).findEntries(folder, component.getSimpleName() + "*.class", false));
    }
}
