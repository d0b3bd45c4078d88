package io.captioner.djl;

import io.captioner.search.SearchFixtures;
import io.captioner.spi.BackendProvider;

/** The search as a Java loop over libtorch. */
final class DjlSearchTest extends SearchFixtures {
    @Override
    protected BackendProvider backend() {
        return new DjlBackend();
    }
}
