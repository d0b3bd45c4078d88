package io.captioner.search;

import io.captioner.nn.Decoder;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Several decoders that write one caption, each from features of its own: p(word) = 1/M sum_m p_m(word). The attention is the first one's.
 * The state is theirs, one behind the other. An object serves one run: how many tensors a row's state has may change with the first word, and
 * this keeps count.
 */
final class Ensemble implements Decoder {
    /** Smallest probability, so that its logarithm is a number. */
    private static final float LEAST = 1e-30f;

    private final List<Decoder> members;
    private final List<State> shapes = new ArrayList<>();

    Ensemble(List<Decoder> members) {
        this.members = List.copyOf(members);
    }

    @Override
    public State start(Tensor features) {
        return start(members.stream().map(member -> features).toList());
    }

    /** @param features of each member (N, L, D) */
    State start(List<Tensor> features) {
        shapes.clear();
        for (int i = 0; i < members.size(); i++) {
            shapes.add(members.get(i).start(features.get(i)));
        }
        return joined();
    }

    @Override
    public Step step(Tensor tokens, State state) {
        List<Step> steps = new ArrayList<>();
        Iterator<Tensor> images = state.perImage().iterator();
        Iterator<Tensor> rows = state.perRow().iterator();
        for (int i = 0; i < members.size(); i++) {
            State own = new State(
                    next(images, shapes.get(i).perImage().size()),
                    next(rows, shapes.get(i).perRow().size()));
            steps.add(members.get(i).step(tokens, own));
            shapes.set(i, steps.get(i).next());
        }
        Tensor sum = steps.get(0).logits().softmax(-1); // (N, R, V)
        for (Step step : steps.subList(1, steps.size())) {
            sum = sum.plus(step.logits().softmax(-1));
        }
        Tensor mean = sum.times(1f / members.size());
        return new Step(mean.clamp(LEAST, 1f).log(), joined(), steps.get(0).alpha());
    }

    private State joined() {
        return new State(
                shapes.stream().flatMap(state -> state.perImage().stream()).toList(),
                shapes.stream().flatMap(state -> state.perRow().stream()).toList());
    }

    private static List<Tensor> next(Iterator<Tensor> tensors, int count) {
        List<Tensor> some = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            some.add(tensors.next());
        }
        return some;
    }
}
