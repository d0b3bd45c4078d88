package io.captioner.search;

import io.captioner.reference.ReferenceBackend;
import io.captioner.spi.BackendProvider;

/** The search on the plain Java interpreter. */
final class ReferenceSearchTest extends SearchFixtures {
    @Override
    protected BackendProvider backend() {
        return new ReferenceBackend();
    }
}
