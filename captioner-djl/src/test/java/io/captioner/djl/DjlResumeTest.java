package io.captioner.djl;

import io.captioner.train.ResumeContract;

class DjlResumeTest extends ResumeContract {}
