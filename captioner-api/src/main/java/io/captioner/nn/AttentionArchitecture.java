package io.captioner.nn;

/** The hyper-parameters of an attention. A record, so that it can be saved in a model package. */
public interface AttentionArchitecture {
    /**
     * Makes the attention, with its weights under their PyTorch names in {@code parameters}.
     *
     * @param featureSize D
     * @param hiddenSize H
     */
    Attention bind(Parameters parameters, int featureSize, int hiddenSize);
}
