package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.captioner.Device;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.nn.WeightSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;

/** Small programs and weights for tests. */
final class Fixed {
    private Fixed() {}

    static Program program(
            List<Program.Port> inputs, List<String> outputs, BiFunction<Parameters, List<Tensor>, List<Tensor>> body) {
        return new Program() {
            @Override
            public List<Port> inputs() {
                return inputs;
            }

            @Override
            public List<String> outputs() {
                return outputs;
            }

            @Override
            public Computation bind(Parameters parameters) {
                return tensors -> body.apply(parameters, tensors);
            }
        };
    }

    /** Normally distributed numbers of this standard deviation. */
    static HostTensor random(Random random, float deviation, long... dims) {
        Shape shape = Shape.of(dims);
        float[] elements = new float[(int) shape.size()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) random.nextGaussian() * deviation;
        }
        return HostTensor.ofFloats(shape, elements);
    }

    /** The graph of a program, with all values in it. */
    static ModelProto model(Program program, WeightSource weights) {
        return new ModelWriter(TracedGraph.trace(program, weights)).write(Map.of(), Long.MAX_VALUE);
    }

    /** What such a graph gives for one input, on two threads. */
    static List<HostTensor> run(ModelProto model, List<Program.Port> inputs, HostTensor x) {
        try (Executable executable =
                OnnxExecutable.load(OrtRuntime.get(), model, StoredValues.INSIDE, inputs, Device.cpu(), 2)) {
            return executable.run(List.of(x));
        }
    }

    static Tensor weight(Parameters parameters, String name, long... dims) {
        return parameters.parameter(name, Shape.of(dims), Initializer.ZEROS);
    }

    /** Weights that count how often each is read. */
    static final class Weights implements WeightSource {
        final Map<String, HostTensor> values;
        final Map<String, Integer> reads = new HashMap<>();

        Weights(Map<String, HostTensor> values) {
            this.values = values;
        }

        @Override
        public Set<String> names() {
            return values.keySet();
        }

        @Override
        public Shape shape(String name) {
            return values.get(name).shape();
        }

        @Override
        public HostTensor read(String name) {
            reads.merge(name, 1, Integer::sum);
            return values.get(name);
        }
    }
}
