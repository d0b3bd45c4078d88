package io.captioner.train;

import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/** What steps learn from, in order. */
interface Batches<B> extends Iterator<B>, AutoCloseable {
    @Override
    void close();

    /**
     * Pictures that have to be decoded are read while the steps before them compute. Stored features are read in a thousandth of a second: a thread
     * beside them would stop those of the backend, which wait for one another many times a step, for longer than that.
     */
    static <A, B> Batches<B> of(Pictures pictures, List<A> what, Function<A, B> make) {
        return pictures.takeLong() ? new ReadAhead<>(what, make) : inTurn(what.iterator(), make);
    }

    private static <A, B> Batches<B> inTurn(Iterator<A> what, Function<A, B> make) {
        return new Batches<>() {
            @Override
            public boolean hasNext() {
                return what.hasNext();
            }

            @Override
            public B next() {
                return make.apply(what.next());
            }

            @Override
            public void close() {
                // nothing is under way
            }
        };
    }
}
