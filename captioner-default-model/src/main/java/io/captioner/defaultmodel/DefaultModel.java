package io.captioner.defaultmodel;

import io.captioner.spi.ModelProvider;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/** Gives the files of the bundled model package; found by the service loader. Its model card says how it came to be. */
public final class DefaultModel implements ModelProvider {
    @Override
    public String id() {
        return "captioner-default-1";
    }

    @Override
    public InputStream open(String name) throws IOException {
        InputStream stream = name.contains("/") ? null : DefaultModel.class.getResourceAsStream("model/" + name);
        if (stream == null) {
            throw new FileNotFoundException("the bundled model has no file " + name);
        }
        return stream;
    }
}
