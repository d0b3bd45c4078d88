package io.captioner.djl;

import io.captioner.nn.Algebra;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;

/** Names within a scope, of parameters that something else keeps. */
final class DjlParameters implements Parameters {
    private final DjlAlgebra algebra;
    private final Store store;
    private final String prefix;

    DjlParameters(DjlAlgebra algebra, Store store) {
        this(algebra, store, "");
    }

    private DjlParameters(DjlAlgebra algebra, Store store, String prefix) {
        this.algebra = algebra;
        this.store = store;
        this.prefix = prefix;
    }

    /** Keeps parameters by full name. */
    interface Store {
        DjlTensor get(String name, Shape shape, Initializer initializer, boolean buffer);
    }

    @Override
    public Tensor parameter(String name, Shape shape, Initializer initializer) {
        return store.get(prefix + name, shape, initializer, false);
    }

    @Override
    public Tensor buffer(String name, Shape shape, Initializer initializer) {
        return store.get(prefix + name, shape, initializer, true);
    }

    @Override
    public Parameters scope(String name) {
        return new DjlParameters(algebra, store, prefix + name + ".");
    }

    @Override
    public Algebra algebra() {
        return algebra;
    }
}
