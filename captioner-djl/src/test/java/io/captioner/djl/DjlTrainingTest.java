package io.captioner.djl;

import io.captioner.train.TrainingBackend;
import io.captioner.train.TrainingContract;

class DjlTrainingTest extends TrainingContract {
    @Override
    protected TrainingBackend backend() {
        return new DjlBackend();
    }
}
