package io.captioner.nn;

/** The hyper-parameters of a decoder. A record, so that it can be saved in a model package. */
public interface DecoderArchitecture {
    /**
     * Makes the decoder, with its weights under their PyTorch names in {@code parameters}.
     *
     * @param featureSize D of the encoder
     * @param vocabularySize V
     */
    Decoder bind(Parameters parameters, int featureSize, int vocabularySize);

    /** Most words that it can write, the end among them; as many as one likes where it counts no positions. */
    default int maxTokens() {
        return Integer.MAX_VALUE;
    }

    /** Numbers of the latent that it writes from, where its decoder is a {@link LatentDecoder}; else 0. */
    default int latentSize() {
        return 0;
    }
}
