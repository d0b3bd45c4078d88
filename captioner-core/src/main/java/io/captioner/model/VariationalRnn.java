package io.captioner.model;

import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.LatentDecoder;
import io.captioner.nn.Parameters;

/**
 * A conditional variational autoencoder over an attention decoder (Wang, Schwing and Lazebnik 2017; Kingma and Welling 2014): the cell reads
 * [word; z; context] in place of [word; context]. In training a recognition network tells z from picture and caption; when a caption is
 * written z is drawn from the prior, so that other seeds give other captions.
 *
 * <p>The latents of the training captions are held to the prior by the KL divergence, or, with a discriminator, by its opinion (Makhzani et al.
 * 2015, adversarial autoencoders): it learns to tell latents of captions from draws of the prior, by binary cross entropy, and the recognition
 * network learns that it cannot.
 *
 * <p>Weights are those of {@code decoder}, whose {@code decode_step.weight_ih} is (G H, E + Z + D), and {@code mu}, {@code logvar} and, with a
 * discriminator, {@code discriminator.0}, {@code .2} and {@code .4}.
 *
 * @param decoder what writes
 * @param latentSize Z, at least 1
 * @param discriminatorSize units of each of the discriminator's two hidden layers; 0 for none, and the KL divergence
 */
public record VariationalRnn(AttentionRnn decoder, int latentSize, int discriminatorSize)
        implements DecoderArchitecture {
    public VariationalRnn {
        Limits.atLeast("latent size", latentSize, 1);
        Limits.atLeast("discriminator size", discriminatorSize, 0);
    }

    /** With the KL divergence. */
    public static VariationalRnn of(AttentionRnn decoder, int latentSize) {
        return new VariationalRnn(decoder, latentSize, 0);
    }

    /** With the KL divergence, over one LSTM layer. */
    public static VariationalRnn of(AttentionLstm decoder, int latentSize) {
        return of(AttentionRnn.of(Cell.LSTM, 1, decoder), latentSize);
    }

    /** With a discriminator of so many units in each of two hidden layers in place of the KL divergence. */
    public VariationalRnn adversarial(int units) {
        Limits.atLeast("discriminator size", units, 1);
        return new VariationalRnn(decoder, latentSize, units);
    }

    @Override
    public LatentDecoder bind(Parameters parameters, int encoderSize, int vocabularySize) {
        return new VariationalRnnDecoder(this, parameters, encoderSize, vocabularySize);
    }
}
