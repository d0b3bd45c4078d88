package io.captioner.train;

import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Weights, gradients and an optimiser on a device. Not thread-safe; owns native memory until closed. */
public interface TrainingSession extends AutoCloseable {
    /**
     * One step: forward, backward, clip, update.
     *
     * @param batch one tensor for each port of the program
     * @param learningRate of a parameter by its full name
     * @param seed of what is random in this step (dropout): equal seeds and weights give equal steps, bit for bit
     */
    StepReport step(List<HostTensor> batch, ToDoubleFunction<String> learningRate, long seed);

    /** A step in which nothing is random: nothing is dropped, and running statistics stay as they are. */
    StepReport step(List<HostTensor> batch, ToDoubleFunction<String> learningRate);

    /**
     * One step over a batch in parts, for less memory: the gradients of their losses are added up, then clipped and applied once. Give the
     * program losses that add up.
     *
     * @param parts each as in {@link #step}, one at least
     * @return the summed loss, and each part's outputs after the first, one after another
     */
    StepReport accumulate(List<List<HostTensor>> parts, ToDoubleFunction<String> learningRate, long seed);

    /** The program's outputs without gradients, dropout or updates. */
    List<HostTensor> evaluate(List<HostTensor> batch);

    /**
     * Another program over the session's present weights, without gradients, dropout or updates: the search for captions during training.
     *
     * @throws io.captioner.ModelException when the program has a weight that the session has not
     */
    List<HostTensor> run(Program program, List<HostTensor> inputs);

    /** Gradients of the first output by full parameter name, and of FLOAT32 inputs by port name; nothing is updated, nothing dropped. */
    Map<String, HostTensor> gradients(List<HostTensor> batch);

    /**
     * Does work in which {@link #evaluate}, {@link #run} and {@link #weights} know the moving average of the weights (Polyak and Juditsky 1992)
     * in place of the weights themselves, if the {@linkplain TrainingBackend.Settings#averaging settings} ask for one; else just does it.
     * Running statistics are averaged like weights. Nothing in it may step or restore.
     */
    <T> T averaged(Supplier<T> work);

    /** A copy of all parameters and buffers by full name. */
    Map<String, HostTensor> weights();

    /** A copy of the optimiser's state and of the average: with {@link #weights} all that {@link #restore} needs to go on bit for bit. */
    Map<String, HostTensor> optimizerState();

    /** Goes back to (or on from) what {@link #weights} and {@link #optimizerState} gave. */
    void restore(Map<String, HostTensor> weights, Map<String, HostTensor> optimizerState);

    @Override
    void close();

    /**
     * What a step did.
     *
     * @param loss before the update
     * @param gradientNorm global norm before clipping
     * @param outputs the program's outputs after the first
     */
    record StepReport(float loss, float gradientNorm, List<HostTensor> outputs) {
        public StepReport {
            outputs = List.copyOf(outputs);
        }
    }
}
