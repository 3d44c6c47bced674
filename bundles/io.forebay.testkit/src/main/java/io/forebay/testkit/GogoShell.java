/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.felix.gogo.jline.Builtin;
import org.apache.felix.gogo.jline.Posix;
import org.apache.felix.gogo.jline.Procedural;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Function;

/** Gogo and its JLine shell as the framework would wire them, without a framework. */
public final class GogoShell implements AutoCloseable {

    private final ThreadIOImpl threadIo = new ThreadIOImpl();
    private final CommandProcessorImpl processor = new CommandProcessorImpl(threadIo);
    private volatile boolean frameworkStopped;

    /**
     * @param home the folder in which etc/gosh_profile is looked for
     */
    public GogoShell(Path home) {
        threadIo.start();
        Shell shell = new Shell(
                new Shell.Context() {
                    @Override
                    public String getProperty(String name) {
                        return name.equals("gosh.home") ? home.toString() : null;
                    }

                    @Override
                    public void exit() {
                        frameworkStopped = true;
                    }
                },
                processor);
        for (String name : new String[] {"gosh", "sh", "source", "help"}) {
            processor.addCommand("gogo", shell, name);
        }
        processor.addCommand("gogo", new Posix(processor), "grep");
        processor.addCommand("gogo", new Posix(processor), "echo");
        processor.addCommand("gogo", new Posix(processor), "sleep");
        processor.addCommand("gogo", new Builtin(), "complete");
        processor.addCommand("gogo", new Procedural(), "each");
        processor.addCommand("gogo", new Procedural(), "throw");
        processor.addCommand("gogo", new Procedural(), "while");
    }

    public CommandProcessorImpl processor() {
        return processor;
    }

    /** Adds methods of an object as commands. */
    public void addCommands(String scope, Object commands, String... names) {
        for (String name : names) {
            processor.addCommand(scope, commands, name);
        }
    }

    /** Adds a command of the scope {@code gogo}. */
    public void addCommand(String name, Function command) {
        processor.addCommand("gogo", command, name);
    }

    /** Whether a command asked the framework to stop. */
    public boolean frameworkStopped() {
        return frameworkStopped;
    }

    /** What a line prints, and then what it returns, as text. */
    public String run(String line) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]), out, out)) {
            Object result = session.execute(line);
            if (result != null) {
                out.write(session.format(result, Converter.INSPECT).toString().getBytes(StandardCharsets.UTF_8));
            }
            return out.toString(StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        processor.stop();
        threadIo.stop();
    }
}
