package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a tensor was made of, back to the leaves of libtorch's graph: those are what {@link Tape} asks libtorch for gradients of. */
final class Origin {
    private final @Nullable PtNDArray leaf;
    private final List<Origin> parents;

    private Origin(@Nullable PtNDArray leaf, List<Origin> parents) {
        this.leaf = leaf;
        this.parents = parents;
    }

    static Origin of(PtNDArray leaf) {
        return new Origin(leaf, List.of());
    }

    /** Of what was made of both; none is of no gradient. */
    static @Nullable Origin join(@Nullable Origin a, @Nullable Origin b) {
        if (a == null || b == null || a == b) {
            return a == null ? b : a;
        }
        return new Origin(null, List.of(a, b));
    }

    /** Each once, in an order that depends on nothing but the computation. */
    List<PtNDArray> leaves() {
        List<PtNDArray> leaves = new ArrayList<>();
        Set<Origin> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Origin> waiting = new ArrayDeque<>(List.of(this));
        while (!waiting.isEmpty()) {
            Origin next = waiting.pop();
            if (seen.add(next)) {
                if (next.leaf != null) {
                    leaves.add(next.leaf);
                }
                next.parents.forEach(waiting::push);
            }
        }
        return leaves;
    }
}
