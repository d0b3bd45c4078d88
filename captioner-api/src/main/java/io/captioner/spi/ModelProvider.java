package io.captioner.spi;

import java.io.IOException;
import java.io.InputStream;

/** A model package bundled in a jar, found by {@link java.util.ServiceLoader}; used where an application names no model. */
public interface ModelProvider {
    /** The model's id, for example {@code captioner-default-1}. */
    String id();

    /**
     * A file of the package, as a new stream that the caller closes.
     *
     * @param name for example {@code captioner.json}
     * @throws java.io.FileNotFoundException when the package has no such file
     */
    InputStream open(String name) throws IOException;
}
