package io.captioner.model;

import io.captioner.OptionException;
import io.captioner.nn.Decoder;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;

/**
 * The decoder of Vaswani et al. 2017 over the places of a picture: masked self-attention over the words, attention over the places, a
 * network for each word. It keeps keys and values of the words so far, so that a step costs as much as the caption is long. The weights over
 * the places that it reports are the mean over the last layer's heads.
 *
 * <p>Weights are named embedding, visual_projection, position (where learned), transformer.* as in PyTorch's {@code TransformerDecoder}, and
 * fc. Word vectors are not scaled.
 *
 * @param width W of the word vectors and layers, at least 1; even for sinusoid positions
 * @param heads that share W evenly, at least 1
 * @param feedForward width of the network between, at least 1
 * @param layers at least 1
 * @param norm where layers are normalised
 * @param activation of the network between
 * @param positions how a word knows its place
 * @param maxTokens positions that there are, 2 to 512; later words of a longer caption share the last one
 * @param dropout share dropped in training of the word vectors and of what each part of a layer gives, 0 to below 1
 * @param tiedOutput whether the output layer's weight is the embedding's (Press and Wolf 2017)
 */
public record TransformerDecoder(
        int width,
        int heads,
        int feedForward,
        int layers,
        Norm norm,
        Activation activation,
        Positions positions,
        int maxTokens,
        double dropout,
        boolean tiedOutput)
        implements DecoderArchitecture {

    /** Where layers are normalised. */
    public enum Norm {
        /** After each part, x = norm(x + part(x)), as in the paper. */
        POST,
        /** Before each part, x = x + part(norm(x)), and once at the end: Xiong et al. 2020. */
        PRE
    }

    /** What bends the network between. */
    public enum Activation {
        RELU,
        /** In its exact form. */
        GELU
    }

    /** How a word knows its place. */
    public enum Positions {
        /** sin and cos of place / 10000^(2 i / W), section 3.5 of the paper. */
        SINUSOID,
        /** A learned vector for each place. */
        LEARNED
    }

    private static final int MOST_TOKENS = 512;

    public TransformerDecoder {
        Limits.atLeast("width", width, 1);
        Limits.atLeast("number of heads", heads, 1);
        Limits.divides("width", width, heads);
        Limits.atLeast("feed-forward width", feedForward, 1);
        Limits.atLeast("number of layers", layers, 1);
        Limits.share("dropout", dropout);
        if (maxTokens < 2 || maxTokens > MOST_TOKENS) {
            throw new OptionException("most tokens are " + maxTokens + "; they must be between 2 and " + MOST_TOKENS);
        }
        if (positions == Positions.SINUSOID && width % 2 != 0) {
            throw new OptionException("width is " + width
                    + "; sinusoid positions pair a sine with a cosine, so it must be even, or the positions LEARNED");
        }
    }

    @Override
    public Decoder bind(Parameters parameters, int encoderSize, int vocabularySize) {
        return new CachedTransformer(this, parameters, encoderSize, vocabularySize);
    }

    /**
     * The table of sinusoid positions: p_(t, 2i) = sin(t / 10000^(2i / W)), p_(t, 2i + 1) = cos(t / 10000^(2i / W)), section 3.5 of the paper.
     *
     * @param count of positions, at least 1
     * @param width W, even
     * @return (count, W)
     */
    public static HostTensor sinusoids(int count, int width) {
        Limits.atLeast("number of positions", count, 1);
        if (width < 2 || width % 2 != 0) {
            throw new OptionException(
                    "width is " + width + "; sinusoid positions pair a sine with a cosine, so it must be even");
        }
        float[] values = new float[count * width];
        for (int t = 0; t < count; t++) {
            for (int i = 0; i < width; i += 2) {
                double angle = t / Math.pow(10000, (double) i / width);
                values[t * width + i] = (float) Math.sin(angle);
                values[t * width + i + 1] = (float) Math.cos(angle);
            }
        }
        return HostTensor.ofFloats(Shape.of(count, width), values);
    }

    /**
     * Starts from W = 512 in 8 heads, 2048 between, 3 layers, normalised before each part, GELU, learned positions for 64 tokens, dropout 0.1,
     * untied.
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds an architecture; values are as in {@link TransformerDecoder}. Not thread-safe. */
    public static final class Builder {
        private int width = 512;
        private int heads = 8;
        private int feedForward = 2048;
        private int layers = 3;
        private Norm norm = Norm.PRE;
        private Activation activation = Activation.GELU;
        private Positions positions = Positions.LEARNED;
        private int maxTokens = 64;
        private double dropout = 0.1;
        private boolean tiedOutput;

        private Builder() {}

        /** Default 512. */
        public Builder width(int width) {
            Limits.atLeast("width", width, 1);
            this.width = width;
            return this;
        }

        /** Default 8. */
        public Builder heads(int heads) {
            Limits.atLeast("number of heads", heads, 1);
            this.heads = heads;
            return this;
        }

        /** Default 2048. */
        public Builder feedForward(int width) {
            Limits.atLeast("feed-forward width", width, 1);
            this.feedForward = width;
            return this;
        }

        /** Default 3. */
        public Builder layers(int layers) {
            Limits.atLeast("number of layers", layers, 1);
            this.layers = layers;
            return this;
        }

        /** Default PRE. */
        public Builder norm(Norm norm) {
            this.norm = norm;
            return this;
        }

        /** Default GELU. */
        public Builder activation(Activation activation) {
            this.activation = activation;
            return this;
        }

        /** Default LEARNED. */
        public Builder positions(Positions positions) {
            this.positions = positions;
            return this;
        }

        /** Default 64. */
        public Builder maxTokens(int tokens) {
            this.maxTokens = tokens;
            return this;
        }

        /** Default 0.1. */
        public Builder dropout(double share) {
            Limits.share("dropout", share);
            this.dropout = share;
            return this;
        }

        /** Default false. */
        public Builder tiedOutput(boolean tied) {
            this.tiedOutput = tied;
            return this;
        }

        /** @throws OptionException when values do not fit together, as {@link TransformerDecoder} says */
        public TransformerDecoder build() {
            return new TransformerDecoder(
                    width, heads, feedForward, layers, norm, activation, positions, maxTokens, dropout, tiedOutput);
        }
    }
}
