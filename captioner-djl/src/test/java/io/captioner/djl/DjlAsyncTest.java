package io.captioner.djl;

import io.captioner.Backend;
import io.captioner.runtime.AsyncContract;

class DjlAsyncTest extends AsyncContract {
    @Override
    protected Backend backend() {
        return Backend.DJL;
    }
}
