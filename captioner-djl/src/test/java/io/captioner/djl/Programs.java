package io.captioner.djl;

import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.nn.WeightSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Small programs for tests. */
final class Programs {
    private Programs() {}

    static Program.Port floats(String name, long... dims) {
        return new Program.Port(name, DType.FLOAT32, Shape.of(dims));
    }

    static Program.Port longs(String name, long... dims) {
        return new Program.Port(name, DType.INT64, Shape.of(dims));
    }

    /** Without parameters. */
    static Program of(List<Program.Port> ports, Function<List<Tensor>, List<Tensor>> body) {
        return of(ports, 1, parameters -> body::apply);
    }

    static Program of(List<Program.Port> ports, int outputs, Function<Parameters, Program.Computation> bind) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            names.add("out" + i);
        }
        return new Program() {
            @Override
            public List<Port> inputs() {
                return ports;
            }

            @Override
            public List<String> outputs() {
                return names;
            }

            @Override
            public Computation bind(Parameters parameters) {
                return bind.apply(parameters);
            }
        };
    }

    /** loss = sum over names of sum(parameter * gradient), so that its gradients are the inputs. */
    static Program gradientsGiven(Map<String, Shape> shapes) {
        List<Program.Port> ports = new ArrayList<>();
        shapes.forEach((name, shape) -> ports.add(new Program.Port(name, DType.FLOAT32, shape)));
        return of(ports, 1, parameters -> {
            List<Tensor> weights = shapes.entrySet().stream()
                    .map(e -> parameters.parameter(e.getKey(), e.getValue(), Initializer.uniform(0.1f)))
                    .toList();
            BiFunction<Tensor, Tensor, Tensor> dot = (a, b) -> a.times(b).sum(false);
            return inputs -> {
                Tensor loss = dot.apply(weights.get(0), inputs.get(0));
                for (int i = 1; i < weights.size(); i++) {
                    loss = loss.plus(dot.apply(weights.get(i), inputs.get(i)));
                }
                return List.of(loss);
            };
        });
    }

    static WeightSource source(Map<String, HostTensor> values) {
        return io.captioner.weights.Weights.of(values); // not this package's
    }

    static HostTensor random(long seed, long... dims) {
        Shape shape = Shape.of(dims);
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = 2 * random.nextFloat() - 1;
        }
        return HostTensor.ofFloats(shape, values);
    }

    static HostTensor row(HostTensor all, int index) {
        long[] dims = all.shape().toArray();
        Shape shape = Shape.of(Arrays.copyOfRange(dims, 1, dims.length));
        int size = (int) shape.size();
        return HostTensor.ofFloats(shape, Arrays.copyOfRange(all.toFloatArray(), index * size, (index + 1) * size));
    }
}
