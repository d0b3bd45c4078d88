package io.captioner.djl;

import io.captioner.train.LatentTrainingContract;
import io.captioner.train.TrainingBackend;

class DjlLatentTrainingTest extends LatentTrainingContract {
    @Override
    protected TrainingBackend backend() {
        return new DjlBackend();
    }
}
