package io.captioner.onnx;

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
