package io.captioner.model;

import io.captioner.nn.DType;
import io.captioner.nn.LatentDecoder;
import io.captioner.nn.Parameters;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link VariationalRnn} with its weights. A state's last row tensor is the latent's part of the gates. D features (projected), Z latent. */
final class VariationalRnnDecoder extends AttentionRnnDecoder implements LatentDecoder {
    private static final long PADDING = 0;

    private final int latentSize;
    private final int hiddenSize;
    private final Tensor latentWeight; // W_ih[:, E:E + Z] of the first layer (G H, Z)
    private final Linear mean; // D + E to Z
    private final Linear logVariance; // D + E to Z
    private final @Nullable Discriminator discriminator;

    VariationalRnnDecoder(VariationalRnn architecture, Parameters parameters, int encoderSize, int vocabularySize) {
        super(architecture.decoder(), architecture.latentSize(), parameters, encoderSize, vocabularySize);
        latentSize = architecture.latentSize();
        hiddenSize = architecture.decoder().hiddenSize();
        latentWeight = seenWeight().slice(1, 0, latentSize);
        int d = architecture.decoder().featureSize() > 0
                ? architecture.decoder().featureSize()
                : encoderSize;
        int known = d + architecture.decoder().embeddingSize();
        mean = Linear.of(parameters.scope("mu"), known, latentSize);
        logVariance = Linear.of(parameters.scope("logvar"), known, latentSize);
        discriminator = architecture.discriminatorSize() > 0
                ? Discriminator.of(parameters.scope("discriminator"), latentSize, architecture.discriminatorSize())
                : null;
    }

    @Override
    public State start(Tensor features) {
        Tensor anything = features.slice(1, 0, 1).slice(2, 0, 1); // (N, 1, 1)
        return start(features, zerosLike(anything).expand(-1, -1, latentSize));
    }

    @Override
    public State start(Tensor features, Tensor latent) {
        State start = super.start(features);
        // W_ih [w; z; context] = W_w w + W_z z + W_c context: z's part is the same for all words
        Tensor gates = latent.linear(latentWeight, null); // (N, R, G H)
        Tensor each = gates.slice(2, 0, hiddenSize); // (N, R, H)
        List<Tensor> rows = new ArrayList<>();
        start.perRow().forEach(memory -> rows.add(memory.expandAs(each)));
        rows.add(gates);
        return start.withRows(rows);
    }

    @Override
    Look look(State state, Tensor hidden) {
        Look look = super.look(state, hidden);
        Tensor gates = state.perRow().get(state.perRow().size() - 1); // (N, R, G H)
        return new Look(look.gates() == null ? gates : look.gates().plus(gates), look.alpha());
    }

    @Override
    public Posterior posterior(Tensor features, Tensor captions) {
        // u = [mean a; mean of the words' vectors, start and end among them]
        Tensor picture = projected(features).mean(true, 1); // (N, 1, D)
        Tensor real = captions.equalTo(captions.algebra().scalar(PADDING)).not().to(DType.FLOAT32); // (N, R, T)
        Tensor count = real.sum(true, 2).clamp(1, Float.MAX_VALUE); // (N, R, 1)
        Tensor words =
                embedded(captions).times(real.expandDims(-1)).sum(false, 2).dividedBy(count); // (N, R, E)
        // mu = W_mu u + b_mu      log sigma^2 = W_lv u + b_lv
        return new Posterior(ofBoth(mean, picture, words), ofBoth(logVariance, picture, words));
    }

    /** W [picture; words] + b, the picture's part once for all its captions: (N, 1, D), (N, R, E) to (N, R, Z). */
    private static Tensor ofBoth(Linear layer, Tensor picture, Tensor words) {
        long d = picture.dim(2);
        return words.linear(layer.weight().slice(1, d, Long.MAX_VALUE), null)
                .plus(picture.linear(layer.weight().slice(1, 0, d), layer.bias()));
    }

    @Override
    public Regulariser regulariser(Posterior posterior, Tensor latent) {
        return discriminator == null
                ? LatentDecoder.super.regulariser(posterior, latent)
                : discriminator.regulariser(latent);
    }
}
