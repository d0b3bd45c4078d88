package io.captioner.djl;

import java.util.Objects;
import org.slf4j.LoggerFactory;

/**
 * DJL logs through SLF4J, which complains on standard error where an application has no provider of it. Who did not ask for log lines is
 * not told that there are none: SLF4J is started here, before DJL does it, and without that complaint. An application that has a provider,
 * has set {@code slf4j.internal.verbosity}, or has started SLF4J before, finds nothing changed.
 */
final class QuietLogging {
    private static final String VERBOSITY = "slf4j.internal.verbosity";
    private static final String PROVIDER_SERVICE = "META-INF/services/org.slf4j.spi.SLF4JServiceProvider";
    private static final String PROVIDER_PROPERTY = "slf4j.provider";

    private QuietLogging() {}

    static void start() {
        if (System.getProperty(VERBOSITY) != null || hasProvider()) {
            return;
        }
        System.setProperty(VERBOSITY, "ERROR"); // SLF4J reads it once, when it starts
        try {
            LoggerFactory.getILoggerFactory();
        } finally {
            System.clearProperty(VERBOSITY);
        }
    }

    /** Looks where SLF4J looks. */
    private static boolean hasProvider() {
        ClassLoader loader =
                Objects.requireNonNullElse(LoggerFactory.class.getClassLoader(), ClassLoader.getSystemClassLoader());
        return System.getProperty(PROVIDER_PROPERTY) != null || loader.getResource(PROVIDER_SERVICE) != null;
    }
}
