package io.captioner.djl;

import io.captioner.Backend;
import io.captioner.runtime.StandaloneContract;

class DjlStandaloneTest extends StandaloneContract {
    @Override
    protected Backend backend() {
        return Backend.DJL;
    }
}
