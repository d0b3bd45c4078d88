package io.captioner.djl;

import io.captioner.search.LatentSearchContract;
import io.captioner.spi.BackendProvider;

final class DjlLatentTest extends LatentSearchContract {
    @Override
    protected BackendProvider backend() {
        return new DjlBackend();
    }
}
