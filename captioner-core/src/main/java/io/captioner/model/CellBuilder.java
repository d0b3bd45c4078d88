package io.captioner.model;

/**
 * What the builders of decoders over any cell have in common. Not thread-safe.
 *
 * @param <B> the builder itself
 */
abstract class CellBuilder<B extends CellBuilder<B>> extends RecurrentBuilder<B> {
    Cell cell;
    int layers = 1;

    /** @param cell the default */
    CellBuilder(Cell cell) {
        this.cell = cell;
    }

    /** What remembers; the default is named where the building starts. */
    public B cell(Cell kind) {
        this.cell = kind;
        return self();
    }

    /** Default 1. */
    public B layers(int count) {
        Limits.atLeast("number of layers", count, 1);
        this.layers = count;
        return self();
    }
}
