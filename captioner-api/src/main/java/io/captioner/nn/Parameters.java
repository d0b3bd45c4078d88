package io.captioner.nn;

/**
 * Where a model gets its weights from while it is bound to a backend. Names are PyTorch's state-dict names relative to this scope.
 */
public interface Parameters {
    /**
     * The learned tensor of this name; asked for again, the same one.
     *
     * @param initializer fills it where no stored value exists (a model that is about to be trained); ignored otherwise
     * @throws io.captioner.ModelException when the stored tensor has another shape, or there is none and nothing may be initialised
     */
    Tensor parameter(String name, Shape shape, Initializer initializer);

    /** A tensor that is saved with the model but not learned by gradients: running statistics of a batch norm. Otherwise as {@link #parameter}. */
    Tensor buffer(String name, Shape shape, Initializer initializer);

    /** The same source with {@code name} and a dot before every name. */
    Parameters scope(String name);

    /** The interpreter the tensors belong to. */
    Algebra algebra();
}
