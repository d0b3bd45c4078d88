package io.captioner.djl;

import io.captioner.train.GeneralTrainingContract;
import io.captioner.train.TrainingBackend;

class DjlGeneralTrainingTest extends GeneralTrainingContract {
    @Override
    protected TrainingBackend backend() {
        return new DjlBackend();
    }
}
