package io.captioner.djl;

import io.captioner.train.TrainerContract;

class DjlTrainerTest extends TrainerContract {}
