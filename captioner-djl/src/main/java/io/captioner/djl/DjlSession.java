package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.BackendException;
import io.captioner.Device;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.ShapeException;
import io.captioner.nn.Tensor;
import io.captioner.nn.WeightSource;
import io.captioner.train.GradientClip;
import io.captioner.train.Precision;
import io.captioner.train.TrainingBackend;
import io.captioner.train.TrainingSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Weights, gradients and an optimiser in libtorch's memory. */
final class DjlSession implements TrainingSession {
    private final Program program;
    private final TrainingBackend.Settings settings;
    private final int threads;
    private final PtNDManager root;
    private final DjlAlgebra algebra;
    private final Weights weights;
    private final UpdateRule rule;
    private final MovingAverage average;
    private boolean closed;

    DjlSession(Program program, WeightSource initial, TrainingBackend.Settings settings, Device device, int threads) {
        this.program = program;
        this.settings = settings;
        this.threads = Libtorch.threads(threads);
        boolean half = settings.precision() == Precision.BFLOAT16;
        if (half) {
            Processor.requireBfloat16(device);
        }
        this.root = Libtorch.newManager(device);
        this.algebra = new DjlAlgebra(root);
        if (half) {
            algebra.computeInHalf();
        }
        this.weights = new Weights(algebra, initial, settings);
        try (Run run = Run.inference(algebra)) {
            rule = UpdateRule.of(settings.optimizer(), root, algebra.kernels());
            // makes the weights; what else it computes is made again in each step
            bind(program, weights::getOrAdd, weight -> weight.array);
            weights.thawStatistics();
            average = new MovingAverage(settings.averaging(), weights, root);
        } catch (RuntimeException e) {
            root.close();
            throw Libtorch.failure("binding a program for training", e);
        }
        KeptMemory.get().enter();
    }

    private Program.Computation bind(Function<Weights.Weight, PtNDArray> arrays) {
        return bind(program, weights::get, arrays);
    }

    private Program.Computation bind(Program any, Weights.Lookup lookup, Function<Weights.Weight, PtNDArray> arrays) {
        Map<String, DjlTensor> bound = new LinkedHashMap<>();
        return any.bind(new DjlParameters(algebra, (name, shape, initializer, buffer) -> {
            Weights.Weight weight = lookup.of(name, shape, initializer, buffer);
            return bound.computeIfAbsent(name, key -> {
                PtNDArray array = arrays.apply(weight);
                Origin origin = algebra.run().origin(array);
                return new DjlTensor(algebra, array, DType.FLOAT32, weight.shape, origin);
            });
        }));
    }

    @Override
    public StepReport step(List<HostTensor> batch, ToDoubleFunction<String> learningRate, long seed) {
        return step(batch, learningRate, new Dropout(seed));
    }

    @Override
    public StepReport step(List<HostTensor> batch, ToDoubleFunction<String> learningRate) {
        return step(batch, learningRate, null);
    }

    private StepReport step(List<HostTensor> batch, ToDoubleFunction<String> learningRate, @Nullable Dropout dropout) {
        average.requireOff("a training step");
        return guarded("a training step", program, batch, () -> {
            try (Run run = Run.training(algebra, dropout)) {
                Leaves leaves = new Leaves(run);
                List<Tensor> outputs = bind(leaves::of).run(Ports.bind(algebra, batch));
                DjlTensor loss = loss(outputs);
                run.requireTape().backward(loss);
                JniUtils.setGradMode(false);
                Map<Weights.Weight, PtNDArray> gradients = leaves.gradients();
                FloatBuffer lossAndNorm = lossAndNorm(run.manager(), loss.array(), gradients);
                List<HostTensor> others =
                        outputs.stream().skip(1).map(Ports::read).toList(); // an output may be a weight: read before
                update(gradients, lossAndNorm.get(1), learningRate);
                average.update();
                return new StepReport(lossAndNorm.get(0), lossAndNorm.get(1), others);
            }
        });
    }

    @Override
    public StepReport accumulate(List<List<HostTensor>> parts, ToDoubleFunction<String> learningRate, long seed) {
        if (parts.size() == 1) {
            return step(parts.get(0), learningRate, seed);
        }
        average.requireOff("a training step");
        Dropout dropout = new Dropout(seed);
        Map<Weights.Weight, PtNDArray> sums = new LinkedHashMap<>();
        List<HostTensor> others = new ArrayList<>();
        try (PtNDManager whole = (PtNDManager) root.newSubManager()) {
            double[] loss = new double[1];
            for (List<HostTensor> part : parts) {
                guarded("a part of a training step", program, part, () -> {
                    try (Run run = Run.training(algebra, dropout)) {
                        Leaves leaves = new Leaves(run);
                        List<Tensor> outputs = bind(leaves::of).run(Ports.bind(algebra, part));
                        DjlTensor ofPart = loss(outputs);
                        run.requireTape().backward(ofPart);
                        JniUtils.setGradMode(false);
                        leaves.gradients().forEach((weight, gradient) -> add(whole, sums, weight, gradient));
                        loss[0] +=
                                Transfer.bytes(ofPart.array()).asFloatBuffer().get(0);
                        outputs.stream().skip(1).map(Ports::read).forEach(others::add);
                        return others;
                    }
                });
            }
            return guarded("an update", program, parts.get(0), () -> {
                try (Run run = Run.inference(algebra)) {
                    PtNDArray sum = Transfer.scalar(run.manager(), loss[0], DType.FLOAT32);
                    FloatBuffer lossAndNorm = lossAndNorm(run.manager(), sum, sums);
                    update(sums, lossAndNorm.get(1), learningRate);
                    average.update();
                    return new StepReport(lossAndNorm.get(0), lossAndNorm.get(1), others);
                }
            });
        }
    }

    private static void add(
            PtNDManager owner, Map<Weights.Weight, PtNDArray> sums, Weights.Weight weight, PtNDArray gradient) {
        PtNDArray sum = sums.get(weight);
        if (sum == null) {
            PtNDArray copy = JniUtils.clone(gradient);
            copy.attach(owner);
            sums.put(weight, copy);
        } else {
            JniUtils.addi(sum, gradient);
        }
    }

    private DjlTensor loss(List<Tensor> outputs) {
        Ports.check(program, outputs.size());
        Tensor loss = outputs.get(0);
        if (loss.type() != DType.FLOAT32 || loss.shape().rank() != 0) {
            throw new ShapeException("the loss, output " + program.outputs().get(0) + ", is " + loss.type() + " "
                    + loss.shape() + ": expected FLOAT32 ()");
        }
        return DjlTensor.of(loss);
    }

    /** Both in one read: on a GPU each read waits for all that was queued. */
    private static FloatBuffer lossAndNorm(
            PtNDManager manager, PtNDArray loss, Map<Weights.Weight, PtNDArray> gradients) {
        List<PtNDArray> norms = new ArrayList<>();
        for (Map.Entry<Weights.Weight, PtNDArray> entry : gradients.entrySet()) {
            norms.add(norm(entry.getValue(), entry.getKey().shape.rank()));
        }
        PtNDArray all = norms.isEmpty()
                ? Transfer.zeros(manager, io.captioner.nn.Shape.of())
                : norm(JniUtils.stack(norms.toArray(PtNDArray[]::new), 0), 1);
        return Transfer.bytes(JniUtils.stack(new PtNDArray[] {loss, all}, 0)).asFloatBuffer();
    }

    /** Of the norms of rows: libtorch takes one of a whole matrix on a single thread. */
    private static PtNDArray norm(PtNDArray array, int rank) {
        PtNDArray rows = rank < 2
                ? array
                : JniUtils.norm(array, 2, IntStream.range(1, rank).toArray(), false);
        return JniUtils.norm(rows, 2, rank == 0 ? new int[0] : new int[] {0}, false);
    }

    private void update(Map<Weights.Weight, PtNDArray> gradients, double norm, ToDoubleFunction<String> learningRate) {
        double scale = settings.clip() instanceof GradientClip.GlobalNorm clip
                ? Math.min(1, clip.maximum() / (norm + 1e-6))
                : 1;
        gradients.forEach((weight, gradient) -> {
            PtNDArray clipped = settings.clip() instanceof GradientClip.Value clip
                    ? JniUtils.clip(gradient, -clip.maximum(), clip.maximum())
                    : gradient;
            rule.update(weight, clipped, learningRate.applyAsDouble(weight.name), scale);
        });
    }

    @Override
    public List<HostTensor> evaluate(List<HostTensor> batch) {
        return run(program, batch);
    }

    @Override
    public List<HostTensor> run(Program any, List<HostTensor> inputs) {
        return guarded("an evaluation", any, inputs, () -> {
            try (Run run = Run.inference(algebra)) {
                Program.Computation computation = bind(any, weights::get, average::array);
                return Ports.read(any, computation.run(Ports.bind(algebra, inputs)));
            }
        });
    }

    @Override
    public Map<String, HostTensor> gradients(List<HostTensor> batch) {
        return guarded("a backward pass", program, batch, () -> {
            try (Run run = Run.training(algebra, null)) {
                Leaves leaves = new Leaves(run);
                Tape tape = run.requireTape();
                List<Tensor> inputs = new ArrayList<>();
                for (HostTensor value : batch) {
                    DjlTensor input = algebra.constant(value);
                    if (input.type() == DType.FLOAT32) {
                        PtNDArray leaf = tape.leaf(input.array());
                        input.replace(leaf, Objects.requireNonNull(tape.origin(leaf)));
                    }
                    inputs.add(input);
                }
                tape.backward(loss(bind(leaves::of).run(inputs)));
                Map<String, HostTensor> gradients = leaves.read();
                for (int i = 0; i < inputs.size(); i++) {
                    if (inputs.get(i).type() == DType.FLOAT32) {
                        PtNDArray input = DjlTensor.of(inputs.get(i)).array();
                        gradients.put(
                                program.inputs().get(i).name(),
                                leaves.read(input, inputs.get(i).shape()));
                    }
                }
                return gradients;
            }
        });
    }

    @Override
    public Map<String, HostTensor> weights() {
        requireOpen();
        return weights.read(average::array);
    }

    @Override
    public <T> T averaged(Supplier<T> work) {
        requireOpen();
        return average.within(work);
    }

    @Override
    public Map<String, HostTensor> optimizerState() {
        requireOpen();
        Map<String, HostTensor> state = rule.read(weights);
        state.putAll(average.read());
        return state;
    }

    @Override
    public void restore(Map<String, HostTensor> values, Map<String, HostTensor> optimizerState) {
        requireOpen();
        average.requireOff("restoring");
        rule.check(weights, optimizerState);
        average.check(optimizerState);
        weights.write(values);
        average.write(optimizerState);
        rule.write(weights, optimizerState);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            root.close();
            KeptMemory.get().leave();
        }
    }

    private <T> T guarded(String what, Program any, List<HostTensor> batch, Supplier<T> work) {
        requireOpen();
        Ports.check(any, batch);
        try {
            Libtorch.useThreads(threads);
            return work.get();
        } catch (RuntimeException e) {
            throw Libtorch.failure(what, e);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new BackendException("this training session is closed; open another and restore its weights");
        }
    }
}
