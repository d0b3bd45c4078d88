package io.captioner.model;

import io.captioner.OptionException;
import java.util.List;
import java.util.function.Predicate;

/** An encoder whose layers come in stages, so that it can be fine-tuned from one of them on. */
public interface Staged {
    /**
     * The stages in the order of computation, each by the names its parameters begin with, relative to the encoder: {@code
     * [[conv1, bn1], [layer1], ...]}.
     */
    List<List<String>> stages();

    /**
     * Which parameters belong to a stage or to one after it.
     *
     * @param stage from 0, all of them, to {@code stages().size()}, none of them
     * @return a test of names relative to the encoder, for example {@code layer4.0.conv1.weight}
     */
    default Predicate<String> fromStage(int stage) {
        int count = stages().size();
        if (stage < 0 || stage > count) {
            throw new OptionException("stage is " + stage + "; it must be between 0 and " + count);
        }
        List<String> prefixes =
                stages().subList(stage, count).stream().flatMap(List::stream).toList();
        return name -> prefixes.stream().anyMatch(prefix -> name.equals(prefix) || name.startsWith(prefix + "."));
    }
}
