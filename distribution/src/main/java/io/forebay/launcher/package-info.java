/**
 * Starts a Forebay, and talks to one: a plain Java program around an OSGi framework, and the client of its shell.
 *
 * <p>Nothing here is visible to bundles.
 */
package io.forebay.launcher;
