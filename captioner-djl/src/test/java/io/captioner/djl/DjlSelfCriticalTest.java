package io.captioner.djl;

import io.captioner.train.SelfCriticalContract;
import io.captioner.train.TrainingBackend;

class DjlSelfCriticalTest extends SelfCriticalContract {
    @Override
    protected TrainingBackend backend() {
        return new DjlBackend();
    }
}
