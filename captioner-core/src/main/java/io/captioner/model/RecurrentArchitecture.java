package io.captioner.model;

import io.captioner.nn.DecoderArchitecture;

/** What every decoder over layers of a recurrent cell is told, however it sees the picture. */
interface RecurrentArchitecture extends DecoderArchitecture {
    /** What remembers. */
    Cell cell();

    /** How many layers of cells, at least 1. */
    int layers();

    /** E. */
    int embeddingSize();

    /** H. */
    int hiddenSize();

    /** Share of hidden states that is dropped in training. */
    double dropout();

    /** Share of word vectors that is dropped in training. */
    double embeddingDropout();

    /** d to which the encoder's features are projected, or 0. */
    int featureSize();

    /** Whether the output shares the embedding. */
    boolean tiedOutput();
}
