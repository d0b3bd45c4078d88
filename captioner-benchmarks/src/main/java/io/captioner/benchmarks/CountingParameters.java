package io.captioner.benchmarks;

import io.captioner.nn.Algebra;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.HashMap;
import java.util.Map;

/** Parameters of any name as shapes, and how many elements they have. */
final class CountingParameters implements Parameters {
    private final CountingAlgebra algebra;
    private final Map<String, CountingTensor> bound;
    private final String prefix;

    CountingParameters(CountingAlgebra algebra) {
        this(algebra, new HashMap<>(), "");
    }

    private CountingParameters(CountingAlgebra algebra, Map<String, CountingTensor> bound, String prefix) {
        this.algebra = algebra;
        this.bound = bound;
        this.prefix = prefix;
    }

    @Override
    public Tensor parameter(String name, Shape shape, Initializer initializer) {
        return bound.computeIfAbsent(prefix + name, key -> algebra.parameter(shape));
    }

    @Override
    public Tensor buffer(String name, Shape shape, Initializer initializer) {
        return parameter(name, shape, initializer);
    }

    @Override
    public Parameters scope(String name) {
        return new CountingParameters(algebra, bound, prefix + name + ".");
    }

    @Override
    public Algebra algebra() {
        return algebra;
    }

    /** Elements of all that was asked for. */
    long size() {
        return bound.values().stream()
                .mapToLong(tensor -> tensor.shape().size())
                .sum();
    }
}
