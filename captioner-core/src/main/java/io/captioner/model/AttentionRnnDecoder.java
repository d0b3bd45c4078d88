package io.captioner.model;

import io.captioner.nn.Attention;
import io.captioner.nn.Attention.Attended;
import io.captioner.nn.Parameters;
import io.captioner.nn.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link AttentionRnn} with its weights. H hidden state, D features (projected), A keys, G gates of a cell, Z latent. */
class AttentionRnnDecoder extends RecurrentDecoder {
    private final Attention attention;
    private final Linear initHidden; // D to layers * H
    private final @Nullable Linear initCell; // D to layers * H
    private final @Nullable Linear beta; // H to D
    private final Tensor contextWeight; // W_ih[:, E + Z:] of the first layer (G H, D)

    AttentionRnnDecoder(AttentionRnn architecture, Parameters parameters, int encoderSize, int vocabularySize) {
        this(architecture, 0, parameters, encoderSize, vocabularySize);
    }

    /** @param latentSize Z: numbers that stand between word and context in the first layer's input */
    AttentionRnnDecoder(
            AttentionRnn architecture, int latentSize, Parameters parameters, int encoderSize, int vocabularySize) {
        this(architecture, Settings.of(architecture), latentSize, parameters, encoderSize, vocabularySize);
    }

    private AttentionRnnDecoder(
            AttentionRnn architecture,
            Settings settings,
            int latentSize,
            Parameters parameters,
            int encoderSize,
            int vocabularySize) {
        super(settings, parameters, encoderSize, latentSize + settings.featureSize(encoderSize), vocabularySize);
        int h = settings.hiddenSize();
        int d = settings.featureSize(encoderSize);
        int all = settings.layers() * h;
        attention = architecture.attention().bind(parameters.scope("attention"), d, h);
        initHidden = Linear.of(parameters.scope("init_h"), d, all);
        initCell = settings.cell().hasCellState() ? Linear.of(parameters.scope("init_c"), d, all) : null;
        beta = architecture.gate() ? Linear.of(parameters.scope("f_beta"), h, d) : null;
        contextWeight = latentSize == 0 ? seenWeight() : seenWeight().slice(1, latentSize, Long.MAX_VALUE);
    }

    @Override
    public State start(Tensor features) {
        Tensor a = projected(features); // (N, L, D)
        // h_0 = W_h mean(a) + b_h      c_0 = W_c mean(a) + b_c
        Tensor mean = a.mean(true, 1); // (N, 1, D)
        return new State(
                List.of(a, attention.keys(a)), // (N, L, D), (N, L, A)
                divided(initHidden.apply(mean), initCell == null ? null : initCell.apply(mean)));
    }

    @Override
    Look look(State state, Tensor h) {
        Tensor features = state.perImage().get(0); // (N, L, D)
        Tensor keys = state.perImage().get(1); // (N, L, A)
        // z, alpha = attention(a, h)
        Attended attended = attention.attend(features, keys, h);
        // z = sigmoid(W_beta h + b_beta) * z
        Tensor z = beta == null ? attended.context() : beta.apply(h).sigmoid().times(attended.context()); // (N, R, D)
        // h, c = cell([w; z], h, c): z's part of the gates
        return new Look(z.linear(contextWeight, null), attended.alpha()); // (N, R, G H)
    }
}
