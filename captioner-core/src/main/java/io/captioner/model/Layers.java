package io.captioner.model;

import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Some of an encoder's stages, one after the other: those of a range are bound, the others cost nothing. */
final class Layers implements UnaryOperator<Tensor> {
    private final int from;
    private final int to;
    private final List<UnaryOperator<Tensor>> layers = new ArrayList<>();

    /** Stages {@code from} to before {@code to}. */
    Layers(int from, int to) {
        this.from = from;
        this.to = to;
    }

    boolean has(int stage) {
        return stage >= from && stage < to;
    }

    void add(UnaryOperator<Tensor> layer) {
        layers.add(layer);
    }

    @Override
    public Tensor apply(Tensor input) {
        Tensor x = input;
        for (UnaryOperator<Tensor> layer : layers) {
            x = layer.apply(x);
        }
        return x;
    }
}
