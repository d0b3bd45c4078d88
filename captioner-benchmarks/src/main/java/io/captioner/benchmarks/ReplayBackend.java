package io.captioner.benchmarks;

import io.captioner.Backend;
import io.captioner.Device;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.WeightSource;
import io.captioner.onnx.OnnxBackend;
import io.captioner.spi.BackendProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Computes once, on ONNX Runtime, and gives that again ever after: what a caption takes over it lies outside of encoder and decoder. */
public final class ReplayBackend implements BackendProvider {
    static final Backend NAME = Backend.of("replay");

    @Override
    public Backend backend() {
        return NAME;
    }

    @Override
    public String description() {
        return "what ONNX Runtime computed first";
    }

    @Override
    public Executable compile(Program program, WeightSource weights, Device device, int threads) {
        return new Replay(new OnnxBackend().compile(program, weights, device, threads));
    }

    private static final class Replay implements Executable {
        private final Executable computed;
        private @Nullable List<HostTensor> outputs;

        Replay(Executable computed) {
            this.computed = computed;
        }

        @Override
        public synchronized List<HostTensor> run(List<HostTensor> inputs) {
            if (outputs == null) {
                outputs = computed.run(inputs);
            }
            return outputs;
        }

        @Override
        public void close() {
            computed.close();
        }
    }
}
