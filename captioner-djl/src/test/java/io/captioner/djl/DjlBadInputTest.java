package io.captioner.djl;

import io.captioner.Backend;
import io.captioner.runtime.BadInputContract;

class DjlBadInputTest extends BadInputContract {
    @Override
    protected Backend backend() {
        return Backend.DJL;
    }
}
