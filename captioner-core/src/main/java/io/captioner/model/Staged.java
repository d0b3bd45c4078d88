package io.captioner.model;

import io.captioner.OptionException;
import io.captioner.nn.Encoder;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Parameters;
import io.captioner.nn.Tensor;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** An encoder whose layers come in stages, so that it can be cut before one of them, and fine-tuned from there on. */
public interface Staged extends EncoderArchitecture {
    /**
     * The stages in the order of computation, each by the names its parameters begin with, relative to the encoder: {@code
     * [[conv1, bn1], [layer1], ...]}.
     */
    List<List<String>> stages();

    /**
     * The stages before one of them: normalised pixels (N, 3, H, W) to what goes into that stage, (N, ...). Binds their parameters alone.
     *
     * @param stage from 0, which leaves the pixels as they are, to {@code stages().size()}
     */
    UnaryOperator<Tensor> bindUntil(Parameters parameters, int stage);

    /**
     * A stage and those after it: what {@link #bindUntil} gives to features (N, L, D). Binds their parameters alone.
     *
     * @param stage from 0, the whole encoder, to {@code stages().size()}
     */
    Encoder bindFrom(Parameters parameters, int stage);

    @Override
    default Encoder bind(Parameters parameters) {
        return bindFrom(parameters, 0);
    }

    /**
     * Which parameters belong to a stage or to one after it.
     *
     * @param stage from 0, all of them, to {@code stages().size()}, none of them
     * @return a test of names relative to the encoder, for example {@code layer4.0.conv1.weight}
     * @throws OptionException when there is no such stage
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
