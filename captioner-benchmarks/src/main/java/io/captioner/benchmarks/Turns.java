package io.captioner.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Measures several works by turns, round by round, so that noise of the machine falls on all of them alike. */
final class Turns {
    private Turns() {}

    /** What each of the works gave, in its rounds. */
    static <T> List<List<T>> of(int rounds, List<Supplier<T>> works) {
        List<List<T>> given =
                works.stream().map(work -> (List<T>) new ArrayList<T>(rounds)).toList();
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < works.size(); i++) {
                given.get(i).add(works.get(i).get());
            }
        }
        return given;
    }

    /** The same after a round that warms up and does not count. */
    static <T> List<List<T>> afterWarmUp(int rounds, List<Supplier<T>> works) {
        return of(rounds + 1, works).stream()
                .map(given -> given.subList(1, given.size()))
                .toList();
    }
}
