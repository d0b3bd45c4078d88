package io.captioner.djl;

import io.captioner.Backend;
import io.captioner.runtime.EnsembleContract;

/** Ensembles and guided search on this backend. */
final class DjlEnsembleTest extends EnsembleContract {
    @Override
    protected Backend backend() {
        return Backend.DJL;
    }
}
