package io.captioner.model;

import io.captioner.model.PlainRnn.Picture;
import io.captioner.nn.Parameters;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link PlainRnn} with its weights. E word vector, H hidden state, D features (projected). */
final class PlainRnnDecoder extends RecurrentDecoder {
    private final PlainRnn architecture;
    private final @Nullable Linear initHidden; // D to layers * H
    private final @Nullable Linear initCell; // D to layers * H
    private final @Nullable Linear initWord; // D to E

    PlainRnnDecoder(PlainRnn architecture, Parameters parameters, int encoderSize, int vocabularySize) {
        super(Settings.of(architecture), parameters, encoderSize, 0, vocabularySize);
        this.architecture = architecture;
        int d = Settings.of(architecture).featureSize(encoderSize);
        int all = architecture.layers() * architecture.hiddenSize();
        boolean word = architecture.picture() == Picture.FIRST_WORD;
        boolean cell = architecture.picture() == Picture.INITIAL_STATE
                && architecture.cell().hasCellState();
        initHidden = word ? null : Linear.of(parameters.scope("init_h"), d, all);
        initCell = cell ? Linear.of(parameters.scope("init_c"), d, all) : null;
        initWord = word ? Linear.of(parameters.scope("init_x"), d, architecture.embeddingSize()) : null;
    }

    @Override
    public State start(Tensor features) {
        Tensor f = projected(features).mean(true, 1); // (N, 1, D)
        Tensor evenly =
                zerosLike(features.slice(2, 0, 1).squeeze(2)).softmax(-1).expandDims(1); // (N, 1, L), 1 / L each
        return new State(List.of(evenly), rows(f));
    }

    private List<Tensor> rows(Tensor f) {
        if (initHidden != null) {
            // h_0 = W_h f + b_h      c_0 = W_c f + b_c, or 0
            Tensor hidden = initHidden.apply(f); // (N, 1, layers * H)
            Tensor cell = initCell != null
                    ? initCell.apply(f)
                    : architecture.cell().hasCellState() ? zerosLike(hidden) : null;
            return divided(hidden, cell);
        }
        // h, c = cell(W_x f + b_x, 0, 0)
        Tensor zero = zerosLike(f.slice(2, 0, 1)).expand(-1, -1, architecture.hiddenSize()); // (N, 1, H)
        int tensors = architecture.layers() * (architecture.cell().hasCellState() ? 2 : 1);
        List<Tensor> nothing = new ArrayList<>(Collections.nCopies(tensors, zero));
        return initWord == null ? nothing : pass(gatesOf(initWord.apply(f)), nothing);
    }

    @Override
    Look look(State state, Tensor hidden) {
        Tensor evenly = state.perImage().get(0); // (N, 1, L)
        return new Look(null, zerosLike(hidden.slice(2, 0, 1)).plus(evenly)); // (N, R, L)
    }
}
